/** The boot information of multiboot 2: tags the guest reads, one behind the other on 8-byte boundaries (section 3.6). */
import { acpiRootPointer, RSDP_V1_BYTES } from '../acpi-tables';
import { ByteWriter } from '../byte-writer';
import { ACPI_BASE, e820, EBDA_BASE, HIGH_MEMORY_BASE, KIB } from '../memory-map';
import { TEXT_SCREEN } from '../text-screen';
import type { MemoryPlan } from './memory-plan';
import { LOADER_NAME, placeModules, type MultibootOptions } from './multiboot';

/** Types of information tags. */
export const INFORMATION = {
  END: 0,
  COMMAND_LINE: 1,
  LOADER_NAME: 2,
  MODULE: 3,
  BASIC_MEMORY: 4,
  BIOS_BOOT_DEVICE: 5,
  MEMORY_MAP: 6,
  VBE: 7,
  FRAMEBUFFER: 8,
  ELF_SECTIONS: 9,
  APM: 10,
  EFI_32_SYSTEM_TABLE: 11,
  EFI_64_SYSTEM_TABLE: 12,
  SMBIOS: 13,
  ACPI_OLD: 14,
  ACPI_NEW: 15,
  NETWORK: 16,
  EFI_MEMORY_MAP: 17,
  EFI_BOOT_SERVICES: 18,
  EFI_32_IMAGE_HANDLE: 19,
  EFI_64_IMAGE_HANDLE: 20,
  LOAD_BASE: 21,
} as const;

/** What a guest may demand. A boot device is offered to nobody: nothing was booted from a disk. */
export const OFFERED_INFORMATION: readonly number[] = [
  INFORMATION.COMMAND_LINE,
  INFORMATION.LOADER_NAME,
  INFORMATION.MODULE,
  INFORMATION.BASIC_MEMORY,
  INFORMATION.MEMORY_MAP,
  INFORMATION.FRAMEBUFFER,
  INFORMATION.ACPI_OLD,
  INFORMATION.ACPI_NEW,
  INFORMATION.LOAD_BASE,
];

const MAP_ENTRY_BYTES = 24;
const MAP_VERSION = 0;
const EGA_TEXT = 2;
const BITS_PER_CELL = 16;
const ALIGNMENT = 8;

interface InformationOptions extends MultibootOptions {
  /** Physical address of the image, told to relocatable ones. */
  readonly loadBase?: number;
}

/** Modules behind the image on page boundaries; then the information, wherever room is. */
export function writeInformation(plan: MemoryPlan, options: InformationOptions): number {
  const { name, append, memoryBytes, loadBase } = options;
  const tags = new ByteWriter();
  const tag = (type: number, body: ByteWriter) => {
    tags
      .u32(type)
      .u32(ALIGNMENT + body.length)
      .u8(...body.finish());
    tags.zeros(-tags.length & (ALIGNMENT - 1));
  };
  const text = (value: string) => new ByteWriter().u8(...new TextEncoder().encode(value), 0);

  tag(INFORMATION.COMMAND_LINE, text(append ? `${name} ${append}` : name));
  tag(INFORMATION.LOADER_NAME, text(LOADER_NAME));
  for (const { start, end, commandLine } of placeModules(plan, options.modules)) {
    tag(
      INFORMATION.MODULE,
      new ByteWriter()
        .u32(start)
        .u32(end)
        .u8(...text(commandLine).finish()),
    );
  }
  tag(
    INFORMATION.BASIC_MEMORY,
    new ByteWriter().u32(EBDA_BASE / KIB).u32((memoryBytes - HIGH_MEMORY_BASE) / KIB),
  );
  const map = new ByteWriter().u32(MAP_ENTRY_BYTES).u32(MAP_VERSION);
  for (const { base, length, type } of e820(memoryBytes)) map.u64(base).u64(length).u32(type).u32(0);
  tag(INFORMATION.MEMORY_MAP, map);
  tag(INFORMATION.FRAMEBUFFER, textFramebuffer());
  const root = acpiRootPointer(ACPI_BASE, options.cpus);
  tag(INFORMATION.ACPI_OLD, new ByteWriter().u8(...root.subarray(0, RSDP_V1_BYTES)));
  tag(INFORMATION.ACPI_NEW, new ByteWriter().u8(...root));
  if (loadBase !== undefined) tag(INFORMATION.LOAD_BASE, new ByteWriter().u32(loadBase));
  tag(INFORMATION.END, new ByteWriter());

  const fixed = 2 * 4; // total size, reserved
  const base = plan.reserve(fixed + tags.length, ALIGNMENT);
  plan.write(
    base,
    new ByteWriter()
      .u32(fixed + tags.length)
      .u32(0)
      .u8(...tags.finish())
      .finish(),
  );
  return base;
}

/** The text screen, as a framebuffer of EGA cells. */
function textFramebuffer(): ByteWriter {
  return new ByteWriter()
    .u64(TEXT_SCREEN.BASE)
    .u32(TEXT_SCREEN.COLUMNS * TEXT_SCREEN.CELL_BYTES)
    .u32(TEXT_SCREEN.COLUMNS)
    .u32(TEXT_SCREEN.ROWS)
    .u8(BITS_PER_CELL, EGA_TEXT)
    .u16(0);
}
