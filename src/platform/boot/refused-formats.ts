/** Files that people open and no PC without its firmware could start: each with what it is and what to do instead. Rows. */

interface RefusedFormat {
  /** Completes "NAME is ...". */
  readonly sentence: string;
  readonly matches: (bytes: Uint8Array) => boolean;
}

const SECTOR = 512;
const BOOT_SIGNATURE = 0xaa55;
const PE_OFFSET = 0x3c;
const ISO_DESCRIPTOR = 0x8001;

const begins =
  (...magic: number[]) =>
  (bytes: Uint8Array) =>
    magic.every((byte, index) => bytes[index] === byte);
const textAt = (at: number, text: string) => (bytes: Uint8Array) =>
  [...text].every((character, index) => bytes[at + index] === character.charCodeAt(0));
const bootSignature = (bytes: Uint8Array) =>
  bytes.length >= SECTOR && view(bytes).getUint16(SECTOR - 2, true) === BOOT_SIGNATURE;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isPe(bytes: Uint8Array): boolean {
  if (!textAt(0, 'MZ')(bytes) || bytes.length < PE_OFFSET + 4) return false;
  return textAt(view(bytes).getUint32(PE_OFFSET, true), 'PE\0\0')(bytes);
}

/** In order: the first that matches speaks. */
const formats: readonly RefusedFormat[] = [
  {
    sentence:
      'a PE image for UEFI, and there is no UEFI here: build the same program as an ELF file with a multiboot or PVH entry',
    matches: isPe,
  },
  {
    sentence:
      'an ISO image: take the kernel and its initrd out of it (bsdtar -xf, usually below boot) and open the kernel',
    matches: textAt(ISO_DESCRIPTOR, 'CD001'),
  },
  {
    sentence: 'a qcow2 disk image: open the kernel itself, a copy of what lies in its /boot',
    matches: begins(0x51, 0x46, 0x49, 0xfb),
  },
  {
    sentence: 'a VMDK disk image: open the kernel itself, a copy of what lies in its /boot',
    matches: textAt(0, 'KDMV'),
  },
  {
    sentence: 'a disk image: open the kernel itself, a copy of what lies in its /boot',
    matches: (bytes) => bytes.length > SECTOR && bootSignature(bytes),
  },
  {
    sentence: 'a 16-bit boot sector: give 0x7c00 as its load address, and it starts there in real mode',
    matches: bootSignature,
  },
  { sentence: 'compressed with gzip: unpack it first (gunzip)', matches: begins(0x1f, 0x8b) },
  { sentence: 'compressed with xz: unpack it first (unxz)', matches: begins(0xfd, 0x37, 0x7a, 0x58, 0x5a) },
  { sentence: 'compressed with zstd: unpack it first (unzstd)', matches: begins(0x28, 0xb5, 0x2f, 0xfd) },
  { sentence: 'an archive of object files: link them to a program first', matches: textAt(0, '!<arch>') },
];

/** What `bytes` are and what to do, when they are one of these formats. */
export function refusedFormat(bytes: Uint8Array): string | undefined {
  return formats.find(({ matches }) => matches(bytes))?.sentence;
}
