// Assembles small programs with the machine's gas, as flat bytes for a fixed address. Judges nothing.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type CodeBits = 16 | 32 | 64;

const cache = new Map<string, Uint8Array>();
let directory: string | undefined;

function workDirectory(): string {
  if (!directory) {
    const created = mkdtempSync(join(tmpdir(), 'core-system-'));
    process.on('exit', () => rmSync(created, { recursive: true, force: true }));
    directory = created;
  }
  return directory;
}

/** Intel-syntax source to bytes linked at `address`. */
export function assemble(source: string, bits: CodeBits, address: number): Uint8Array {
  const key = `${bits} ${address} ${source}`;
  const known = cache.get(key);
  if (known) return known;
  const cwd = workDirectory();
  const text = `.intel_syntax noprefix\n.code${bits}\n.text\n.globl _start\n_start:\n${source}\n`;
  writeFileSync(join(cwd, 'program.s'), text);
  const options = { cwd, stdio: 'pipe' } as const;
  execFileSync('as', [bits === 64 ? '--64' : '--32', '-o', 'program.o', 'program.s'], options);
  const target = bits === 64 ? 'elf_x86_64' : 'elf_i386';
  execFileSync(
    'ld',
    ['-m', target, '-Ttext', `0x${address.toString(16)}`, '-o', 'program.elf', 'program.o'],
    options,
  );
  execFileSync('objcopy', ['-O', 'binary', '-j', '.text', 'program.elf', 'program.bin'], options);
  const bytes = new Uint8Array(readFileSync(join(cwd, 'program.bin')));
  cache.set(key, bytes);
  return bytes;
}
