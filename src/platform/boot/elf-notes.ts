/** Notes of an ELF file (System V ABI, "Note Section"): 4-byte aligned records of owner, type and description. */
import type { ElfFile } from './elf-file';

const HEADER_BYTES = 12;

/** Description of the first note with this owner and type, if the file has one. */
export function findElfNote(elf: ElfFile, owner: string, type: number): Uint8Array | undefined {
  for (const note of elf.notes) {
    const view = new DataView(note.buffer, note.byteOffset, note.byteLength);
    let at = 0;
    while (at + HEADER_BYTES <= note.length) {
      const nameBytes = view.getUint32(at, true);
      const descriptionBytes = view.getUint32(at + 4, true);
      const nameAt = at + HEADER_BYTES;
      const descriptionAt = nameAt + aligned(nameBytes);
      const end = descriptionAt + descriptionBytes;
      if (end > note.length) break;
      const name = new TextDecoder('latin1').decode(
        note.subarray(nameAt, nameAt + Math.max(nameBytes - 1, 0)),
      );
      if (name === owner && view.getUint32(at + 8, true) === type) return note.subarray(descriptionAt, end);
      at = descriptionAt + aligned(descriptionBytes);
    }
  }
  return undefined;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
