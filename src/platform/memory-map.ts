/**
 * Where things lie in physical memory, as on a PC (QEMU's `pc` with less than 3 GiB). Facts and one list;
 * no device, no behaviour.
 */

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Extended BIOS data area: end of conventional memory. */
export const EBDA_BASE = 0x9fc00;
/** VGA memory; nothing answers there. The only hole below the top of RAM. */
export const VGA_HOLE_BASE = 0xa0000;
export const VGA_HOLE_END = 0xc0000;
/** Inside the ROM area, which is plain RAM here. */
export const ACPI_BASE = 0xe0000;
export const HIGH_MEMORY_BASE = 0x100000;

export const IO_APIC_BASE = 0xfec00000;
export const LOCAL_APIC_BASE = 0xfee00000;
export const TEST_DEVICE_BASE = 0xff000000;

export const MINIMUM_RAM_BYTES = 2 * MIB;
/** RAM is one piece from 0 on, below the devices. */
export const MAXIMUM_RAM_BYTES = 3 * GIB;

/** E820 types (ACPI specification, "Address Range Types"). */
export const E820_RAM = 1;
export const E820_RESERVED = 2;

export interface MemoryRange {
  readonly base: number;
  readonly length: number;
  /** `E820_RAM` or `E820_RESERVED`. */
  readonly type: number;
}

/** The map a BIOS would report through INT 15h E820, in ascending order. */
export function e820(ramBytes: number): MemoryRange[] {
  const range = (base: number, end: number, type: number) => ({ base, length: end - base, type });
  return [
    range(0, EBDA_BASE, E820_RAM),
    range(EBDA_BASE, VGA_HOLE_BASE, E820_RESERVED),
    range(ACPI_BASE, HIGH_MEMORY_BASE, E820_RESERVED),
    range(HIGH_MEMORY_BASE, ramBytes, E820_RAM),
    range(IO_APIC_BASE, IO_APIC_BASE + 4 * KIB, E820_RESERVED),
    range(LOCAL_APIC_BASE, LOCAL_APIC_BASE + 4 * KIB, E820_RESERVED),
  ];
}

/** Undefined when `ramBytes` can be built, else what is wrong with it, for the user. */
export function ramSizeProblem(ramBytes: number): string | undefined {
  if (Number.isInteger(ramBytes) && ramBytes % 4096 === 0) {
    if (ramBytes >= MINIMUM_RAM_BYTES && ramBytes <= MAXIMUM_RAM_BYTES) return undefined;
  }
  return `memory must be between ${MINIMUM_RAM_BYTES / MIB} and ${MAXIMUM_RAM_BYTES / MIB} MiB, in whole pages`;
}
