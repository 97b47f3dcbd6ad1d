/**
 * What a PC's firmware leaves before an operating system starts: the BIOS with its vectors and data area, ACPI tables, the
 * E820 map as the bytes a table holds, and the interrupt controllers as it has set them.
 */
import { acpiTables } from './acpi-tables';
import type { MemoryWrite } from './boot/boot-image';
import { biosMemory } from './bios/rom';
import { ByteWriter } from './byte-writer';
import { ACPI_BASE, e820 } from './memory-map';

export function firmwareMemory(cpus: number, disks: number): MemoryWrite[] {
  return [...biosMemory(disks), { address: ACPI_BASE, bytes: acpiTables(ACPI_BASE, cpus) }];
}

/**
 * Port writes with which the BIOS ends: the 8259 pair at vectors 08H and 70H, keyboard and cascade open. A BIOS would leave the
 * timer running too; here it stands still, so that a guest that halts for good is seen to do so.
 */
export const FIRMWARE_SETUP: readonly (readonly [port: number, value: number])[] = [
  ...initialisation(0x20, 0x08, 1 << 2, 0xf9),
  ...initialisation(0xa0, 0x70, 2, 0xff),
];

/** ICW1 to ICW4 of an 8259A, then its mask. */
function initialisation(port: number, vectors: number, cascade: number, mask: number): [number, number][] {
  return [
    [port, 0x11], // edge-triggered, cascaded, with ICW4
    [port + 1, vectors],
    [port + 1, cascade],
    [port + 1, 0x01], // 8086 mode
    [port + 1, mask],
  ];
}

/** Entries of base, length (64 bits each) and type (32 bits), as INT 15h E820 and fw_cfg's etc/e820 give them. */
export function e820Table(ramBytes: number): Uint8Array {
  const table = new ByteWriter();
  for (const { base, length, type } of e820(ramBytes)) table.u64(base).u64(length).u32(type);
  return table.finish();
}
