/**
 * The separate file with a program's debug information, where distributions and `objcopy --only-keep-debug` put it.
 *
 * Source: gdb's manual, "Debugging Information in Separate Files": by build-id in the system's folder, by `.gnu_debuglink` beside
 * the program, in its `.debug` folder, and under the system's folder. A file that is of another build is passed over.
 */
import type { ByteSource, OpenFile } from './byte-source';
import { crc32 } from './crc32';
import { ElfFile } from './elf';
import { directoryOf, joinPath } from './source-path';
import { SymbolError } from './symbol-error';

const SYSTEM = '/usr/lib/debug';
/** Bytes of which the checksum is made at a time. */
const PART = 1 << 20;

/** The debug file of a program that has no debug information of its own; undefined when none is found. */
export function separateDebugFile(elf: ElfFile, path: string, open: OpenFile): ElfFile | undefined {
  if (elf.describesSource) return undefined;
  const id = elf.buildId();
  if (id !== undefined && id.length > 2) {
    const found = usable(joinPath(SYSTEM, '.build-id', id.slice(0, 2), `${id.slice(2)}.debug`), open);
    if (found?.file.buildId() === id) return found.file;
  }
  const link = elf.debugLink();
  if (!link) return undefined;
  const own = directoryOf(path);
  for (const folder of [own, joinPath(own, '.debug'), `${SYSTEM}/${own}`]) {
    const found = usable(joinPath(folder, link.name), open);
    if (!found) continue;
    // Equal build-ids are as good as the checksum, and cheaper.
    const same = id !== undefined && found.file.buildId() === id;
    if (same || checksum(found.source) === link.crc) return found.file;
  }
  return undefined;
}

function usable(path: string, open: OpenFile): { file: ElfFile; source: ByteSource } | undefined {
  const source = open(path);
  if (!source) return undefined;
  try {
    return { file: new ElfFile(source, path), source };
  } catch (error) {
    if (error instanceof SymbolError) return undefined;
    throw error;
  }
}

function checksum(source: ByteSource): number {
  let crc = 0;
  for (let at = 0; at < source.length; at += PART) crc = crc32(source.read(at, PART), crc);
  return crc;
}
