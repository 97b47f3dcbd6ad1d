/**
 * What a PC's firmware leaves in memory before an operating system starts: BIOS data area, ACPI tables, and
 * the E820 map as the bytes a table holds. No code: there is no BIOS to call.
 */
import { acpiTables } from './acpi-tables';
import type { MemoryWrite } from './boot/boot-image';
import { ByteWriter } from './byte-writer';
import { ACPI_BASE, e820, EBDA_BASE, KIB } from './memory-map';

/** BIOS data area: port of COM1, EBDA segment, KiB of conventional memory. */
const BDA_COM1 = 0x400;
const BDA_EBDA_SEGMENT = 0x40e;
const BDA_MEMORY_KIB = 0x413;

export function firmwareMemory(cpus: number): MemoryWrite[] {
  const word = (address: number, value: number) => ({
    address,
    bytes: new ByteWriter().u16(value).finish(),
  });
  return [
    word(BDA_COM1, 0x3f8),
    word(BDA_EBDA_SEGMENT, EBDA_BASE >> 4),
    word(BDA_MEMORY_KIB, EBDA_BASE / KIB),
    word(EBDA_BASE, 1), // its size in KiB
    { address: ACPI_BASE, bytes: acpiTables(ACPI_BASE, cpus) },
  ];
}

/** Entries of base, length (64 bits each) and type (32 bits), as INT 15h E820 and fw_cfg's etc/e820 give them. */
export function e820Table(ramBytes: number): Uint8Array {
  const table = new ByteWriter();
  for (const { base, length, type } of e820(ramBytes)) table.u64(base).u64(length).u32(type);
  return table.finish();
}
