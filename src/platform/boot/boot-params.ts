/**
 * `boot_params`, the "zero page" by which Linux gets everything from its boot loader (Documentation/arch/x86/zero-page.rst):
 * setup header, command line, initial RAM disk, E820 map, ACPI's root pointer, and the text screen the firmware left.
 */
import { ACPI_BASE, e820 } from '../memory-map';
import { TEXT_SCREEN } from '../text-screen';
import { LoadError } from './boot-image';
import { SETUP_HEADER, type LinuxHeader } from './linux-header';
import type { MemoryPlan } from './memory-plan';

const PAGE = 0x1000;

// Fields outside the setup header
const ORIG_VIDEO_MODE = 0x06;
const ORIG_VIDEO_COLUMNS = 0x07;
const ORIG_VIDEO_LINES = 0x0e;
const ORIG_VIDEO_IS_VGA = 0x0f;
const ORIG_VIDEO_POINTS = 0x10;
const ACPI_RSDP_ADDRESS = 0x70;
const E820_ENTRIES = 0x1e8;
const E820_TABLE = 0x2d0;
const E820_ENTRY_BYTES = 20;

/** A loader without a registered number. */
const LOADER_UNDEFINED = 0xff;
const VIDEO_IS_VGA = 1;

export interface LinuxOptions {
  readonly name: string;
  readonly append: string;
  readonly memoryBytes: number;
  readonly initrd?: Uint8Array;
}

/** Where the initial RAM disk lies: as high as the kernel allows, so that unpacking the kernel does not meet it. */
export function placeInitrd(plan: MemoryPlan, initrd: Uint8Array | undefined, highest: number) {
  if (!initrd?.length) return undefined;
  const address = plan.reserveTop(initrd.length, PAGE, highest);
  plan.write(address, initrd);
  return { address, bytes: initrd.length };
}

/** Zero-terminated, of at most `longest` characters. Linux gets the arguments alone, without the image's name. */
export function placeCommandLine(plan: MemoryPlan, options: LinuxOptions, longest: number): number {
  const text = new TextEncoder().encode(options.append);
  if (text.length > longest) {
    throw new LoadError(
      `the command line has ${text.length} characters, ${options.name} takes ${longest}: shorten it`,
    );
  }
  const address = plan.reserve(text.length + 1, 16);
  plan.write(address, Uint8Array.from([...text, 0]));
  return address;
}

/** Puts the page, and all it points to, into memory. `header`: of a bzImage; a vmlinux has none. */
export function writeBootParams(
  plan: MemoryPlan,
  options: LinuxOptions,
  header: Pick<LinuxHeader, 'bytes' | 'initrdMax' | 'commandLineMax'>,
): number {
  const page = new Uint8Array(PAGE);
  const view = new DataView(page.buffer);
  page.set(header.bytes, SETUP_HEADER.START);
  page[ORIG_VIDEO_MODE] = TEXT_SCREEN.MODE;
  page[ORIG_VIDEO_COLUMNS] = TEXT_SCREEN.COLUMNS;
  page[ORIG_VIDEO_LINES] = TEXT_SCREEN.ROWS;
  page[ORIG_VIDEO_IS_VGA] = VIDEO_IS_VGA;
  view.setUint16(ORIG_VIDEO_POINTS, TEXT_SCREEN.POINTS, true);
  view.setUint32(ACPI_RSDP_ADDRESS, ACPI_BASE, true);
  page[SETUP_HEADER.TYPE_OF_LOADER] = LOADER_UNDEFINED;

  const commandLine = placeCommandLine(plan, options, header.commandLineMax);
  view.setUint32(SETUP_HEADER.CMD_LINE_PTR, commandLine, true);
  const initrd = placeInitrd(plan, options.initrd, header.initrdMax);
  view.setUint32(SETUP_HEADER.RAMDISK_IMAGE, initrd?.address ?? 0, true);
  view.setUint32(SETUP_HEADER.RAMDISK_SIZE, initrd?.bytes ?? 0, true);

  const map = e820(options.memoryBytes);
  page[E820_ENTRIES] = map.length;
  map.forEach(({ base, length, type }, index) => {
    const at = E820_TABLE + index * E820_ENTRY_BYTES;
    view.setBigUint64(at, BigInt(base), true);
    view.setBigUint64(at + 8, BigInt(length), true);
    view.setUint32(at + 16, type, true);
  });
  const address = plan.reserve(PAGE, PAGE);
  plan.write(address, page);
  return address;
}
