/**
 * Runs a captured sample, natively or (32-bit ones) in our machine, and turns its dump into a reading context (see
 * sample-sources.ts).
 */
import { execFileSync } from 'node:child_process';
import { ProgramSymbols } from '../../src/symbols/program-symbols';
import type { Frame, WritingContext } from '../../src/symbols/frame';
import { outputOf } from './emulated-process';
import { CAPTURE_32, CAPTURE_64, SAMPLE_C } from './sample-sources';
import { compile, load, run, source, type Built } from './toolchain';

export interface Captured {
  readonly symbols: ProgramSymbols;
  readonly context: WritingContext;
  readonly frame: Frame;
  readonly path: string;
  /** Registers and memory as the program wrote them. */
  readonly dump: Uint8Array;
}

const cache = new Map<string, Captured>();

/**
 * Compiles the sample, runs it to its first `capture()` and reads registers and memory it wrote. `without` are sections that
 * the symbols are read without, as if a link script had dropped them.
 */
export function captured(
  compiler: 'gcc' | 'clang',
  options: readonly string[],
  bias = 0n,
  without: readonly string[] = [],
): Captured {
  const key = [compiler, ...options, bias, ...without].join(' ');
  const known = cache.get(key);
  if (known) return known;
  const wide = !options.includes('-m32');
  const entry = wide ? source('capture64.S', CAPTURE_64) : source('capture32.S', CAPTURE_32);
  // -N puts everything into one segment, so that the memory is one block from __executable_start to _end.
  const program = compile(
    compiler,
    [source('sample.c', SAMPLE_C), entry],
    ...options,
    '-Wl,-N',
    '-Wl,-e,_start',
  );
  const dump = wide ? nativeOutput(program.path) : outputOf(program.bytes);
  const word = wide ? 8 : 4;
  const count = wide ? 17 : 9;
  const view = new DataView(dump.buffer, dump.byteOffset);
  const registers = Array.from({ length: count }, (_, i) =>
    wide ? view.getBigUint64(i * 8, true) : BigInt(view.getUint32(i * 4, true)),
  );
  registers[wide ? 16 : 8]! += bias;
  const memory = dump.slice(count * word);
  const symbols = new ProgramSymbols(without.length > 0 ? stripped(program, without) : program.bytes, {
    bias,
  });
  const base = symbols.lookupSymbol('__executable_start')[0]!.address - bias;
  const at = (address: bigint, length: number) => {
    const offset = Number(address - base);
    return offset >= 0 && offset + length <= memory.length ? offset : undefined;
  };
  const context: WritingContext = {
    readMemory: (address, length) => {
      const offset = at(address, length);
      return offset === undefined ? undefined : memory.slice(offset, offset + length);
    },
    register: (n) => registers[n],
    writeMemory: (address, bytes) => {
      const offset = at(address, bytes.length);
      if (offset !== undefined) memory.set(bytes, offset);
      return offset !== undefined;
    },
    writeRegister: (n, value) => {
      if (registers[n] === undefined) return false;
      registers[n] = value;
      return true;
    },
  };
  const frame = symbols.innermostFrame(context.register);
  const result = { symbols, context, frame, path: program.path, dump };
  cache.set(key, result);
  return result;
}

function stripped({ path }: Built, sections: readonly string[]): Uint8Array {
  run('objcopy', ...sections.flatMap((section) => ['--remove-section', section]), path, 'stripped.elf');
  return load('stripped.elf').bytes;
}

export function nativeOutput(path: string): Uint8Array {
  return new Uint8Array(execFileSync(path, { maxBuffer: 1 << 24 }));
}

/** All frames, innermost first. */
export function stack({ symbols, context, frame }: Captured): Frame[] {
  const frames: Frame[] = [];
  for (let at: Frame | undefined = frame; at && frames.length < 50;) {
    frames.push(at);
    at = symbols.unwind(at, context.readMemory);
  }
  return frames;
}
