/**
 * Compiles small programs for the tests of this room with the machine's gcc, clang, gas and nasm.
 *
 * Results are cached per process in one temporary directory. It judges nothing: the truths are in binutils.ts.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let directory: string | undefined;

/** The temporary directory; also the compilation directory of everything built here. */
export function workDirectory(): string {
  if (!directory) {
    const created = mkdtempSync(join(tmpdir(), 'symbols-'));
    process.on('exit', () => rmSync(created, { recursive: true, force: true }));
    directory = created;
  }
  return directory;
}

/** Runs a tool in the work directory and returns what it prints. */
export function run(tool: string, ...args: string[]): string {
  const options = { cwd: workDirectory(), encoding: 'utf8', maxBuffer: 1 << 28, stdio: 'pipe' } as const;
  return execFileSync(tool, args, options);
}

/** Writes a source file into the work directory. */
export function source(name: string, text: string): string {
  writeFileSync(join(workDirectory(), name), text);
  return name;
}

export interface Built {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const built = new Map<string, Built>();

/** A file already in the work directory. */
export function load(name: string): Built {
  const path = join(workDirectory(), name);
  return { path, bytes: new Uint8Array(readFileSync(path)) };
}

const FREESTANDING = [
  '-ffreestanding',
  '-nostdlib',
  '-static',
  '-fno-stack-protector',
  '-fno-pic',
  '-no-pie',
];

/** Compiles and links a freestanding program; `options` beyond these choose optimisation, DWARF version, width. */
export function compile(compiler: 'gcc' | 'clang', sources: readonly string[], ...options: string[]): Built {
  const key = [compiler, ...sources, ...options].join(' ');
  let program = built.get(key);
  if (!program) {
    const name = `program${built.size}.elf`;
    // clang reports flags it has no use for when it only links.
    const quiet = compiler === 'clang' ? ['-Wno-unused-command-line-argument'] : [];
    run(
      compiler,
      ...FREESTANDING,
      ...quiet,
      '-Wl,-e,main',
      '-Wl,--build-id=sha1',
      ...options,
      ...sources,
      '-o',
      name,
    );
    program = load(name);
    built.set(key, program);
  }
  return program;
}

/** Every combination of compiler, optimisation, DWARF version and width that the readers must agree on. */
export function* variants(): Generator<{ compiler: 'gcc' | 'clang'; options: string[]; title: string }> {
  for (const compiler of ['gcc', 'clang'] as const) {
    for (const version of ['-gdwarf-4', '-gdwarf-5']) {
      for (const level of ['-O0', '-O2']) {
        for (const width of ['-m64', '-m32']) {
          const options = ['-g', version, level, width];
          yield { compiler, options, title: `${compiler} ${options.slice(1).join(' ')}` };
        }
      }
    }
  }
}
