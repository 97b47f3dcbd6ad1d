/**
 * The setup header of a Linux kernel file, as "The Linux/x86 Boot Protocol" describes it: what a boot loader reads of a
 * bzImage before it can place it. Reads, places nothing.
 */
import { LoadError } from './boot-image';

/** A place in the file's first sectors, and in `boot_params`, which begins with the same layout. */
export const SETUP_HEADER = {
  START: 0x1f1,
  BOOT_FLAG: 0x1fe,
  MAGIC: 0x202,
  VERSION: 0x206,
  TYPE_OF_LOADER: 0x210,
  LOADFLAGS: 0x211,
  CODE32_START: 0x214,
  RAMDISK_IMAGE: 0x218,
  RAMDISK_SIZE: 0x21c,
  CMD_LINE_PTR: 0x228,
  INITRD_ADDR_MAX: 0x22c,
  KERNEL_ALIGNMENT: 0x230,
  RELOCATABLE_KERNEL: 0x234,
  XLOADFLAGS: 0x236,
  CMDLINE_SIZE: 0x238,
  PREF_ADDRESS: 0x258,
  INIT_SIZE: 0x260,
} as const;

const SECTOR = 512;
/** "HdrS" */
const MAGIC = 0x53726448;
const BOOT_FLAG = 0xaa55;
const LOADED_HIGH = 1 << 0;
const XLF_KERNEL_64 = 1 << 0;
/** Boot protocol versions that brought a field, as the header writes them: major, minor. */
const VERSION_HIGH_LOADING = 0x0200;
const VERSION_RELOCATABLE = 0x0205;
const VERSION_COMMAND_LINE_SIZE = 0x0206;
const VERSION_PREFERRED_ADDRESS = 0x020a;
const VERSION_XLOADFLAGS = 0x020c;
const VERSION_INITRD_MAX = 0x0203;
/** What older kernels take as given. */
const OLD_COMMAND_LINE_SIZE = 255;
const OLD_INITRD_MAX = 0x37ffffff;
/** COMMAND_LINE_SIZE of arch/x86 without the zero at its end, and what the kernel's own header says. */
const VMLINUX_COMMAND_LINE = 2047;
const VMLINUX_INITRD_MAX = 0x7fffffff;
const HIGH_LOAD_ADDRESS = 0x100000;
/** Setup sectors when the header says 0. */
const OLD_SETUP_SECTORS = 4;

export interface LinuxHeader {
  /** The header's bytes, to be copied to `boot_params` at the same offset. */
  readonly bytes: Uint8Array;
  /** Protected-mode part: all that is loaded. */
  readonly kernel: Uint8Array;
  /** The kernel can be entered in 64-bit mode, 0x200 bytes behind its first byte. */
  readonly has64BitEntry: boolean;
  /** Where it wants to lie. */
  readonly address: number;
  /** Bytes it needs there until it runs; at least its own. */
  readonly initSize: number;
  readonly initrdMax: number;
  readonly commandLineMax: number;
}

export function isLinuxKernel(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (
    bytes.length > SETUP_HEADER.INIT_SIZE + 4 &&
    view.getUint16(SETUP_HEADER.BOOT_FLAG, true) === BOOT_FLAG &&
    view.getUint32(SETUP_HEADER.MAGIC, true) === MAGIC
  );
}

/** What a vmlinux, which has no header, is told instead: enough for the kernel to take the rest of `boot_params` as given. */
export function vmlinuxHeader(): Pick<LinuxHeader, 'bytes' | 'initrdMax' | 'commandLineMax'> {
  const page = new DataView(new ArrayBuffer(SETUP_HEADER.INIT_SIZE));
  page.setUint16(SETUP_HEADER.BOOT_FLAG, BOOT_FLAG, true);
  page.setUint32(SETUP_HEADER.MAGIC, MAGIC, true);
  page.setUint16(SETUP_HEADER.VERSION, VERSION_XLOADFLAGS, true);
  page.setUint8(SETUP_HEADER.LOADFLAGS, LOADED_HIGH);
  return {
    bytes: new Uint8Array(page.buffer, SETUP_HEADER.START),
    initrdMax: VMLINUX_INITRD_MAX,
    commandLineMax: VMLINUX_COMMAND_LINE,
  };
}

/** Reads the header of a file for which `isLinuxKernel` holds. */
export function readLinuxHeader(bytes: Uint8Array, name: string): LinuxHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(SETUP_HEADER.VERSION, true);
  const high = (bytes[SETUP_HEADER.LOADFLAGS] ?? 0) & LOADED_HIGH;
  if (version < VERSION_HIGH_LOADING || !high) {
    throw new LoadError(
      `${name} is a zImage for boot protocol ${version >> 8}.${String(version & 0xff).padStart(2, '0')}: build it as bzImage`,
    );
  }
  const kernelAt = ((bytes[SETUP_HEADER.START] || OLD_SETUP_SECTORS) + 1) * SECTOR;
  if (kernelAt >= bytes.length) {
    throw new LoadError(`${name} is truncated: it ends inside its setup sectors; build or copy it again`);
  }
  const kernel = bytes.subarray(kernelAt);
  const since = (needed: number, value: () => number, before: number) =>
    version >= needed ? value() : before;
  const xloadflags = since(VERSION_XLOADFLAGS, () => view.getUint16(SETUP_HEADER.XLOADFLAGS, true), 0);
  const relocatable = since(VERSION_RELOCATABLE, () => view.getUint8(SETUP_HEADER.RELOCATABLE_KERNEL), 0);
  const preferred = since(
    VERSION_PREFERRED_ADDRESS,
    () => Number(view.getBigUint64(SETUP_HEADER.PREF_ADDRESS, true)),
    0,
  );
  const initSize = since(VERSION_PREFERRED_ADDRESS, () => view.getUint32(SETUP_HEADER.INIT_SIZE, true), 0);
  // The header ends where the jump at 0x200 leads to.
  const headerEnd = SETUP_HEADER.MAGIC + (bytes[SETUP_HEADER.MAGIC - 1] ?? 0);
  return {
    bytes: bytes.subarray(SETUP_HEADER.START, Math.max(headerEnd, SETUP_HEADER.CMD_LINE_PTR + 4)),
    kernel,
    has64BitEntry: (xloadflags & XLF_KERNEL_64) !== 0,
    address: relocatable && preferred ? preferred : HIGH_LOAD_ADDRESS,
    initSize: Math.max(initSize, kernel.length),
    initrdMax: since(
      VERSION_INITRD_MAX,
      () => view.getUint32(SETUP_HEADER.INITRD_ADDR_MAX, true),
      OLD_INITRD_MAX,
    ),
    commandLineMax: since(
      VERSION_COMMAND_LINE_SIZE,
      () => view.getUint32(SETUP_HEADER.CMDLINE_SIZE, true),
      OLD_COMMAND_LINE_SIZE,
    ),
  };
}
