/** ELF files: what is read, what is refused with which advice, and that garbage never does more than that. */
import assert from 'node:assert/strict';
import { ElfFile } from '../../src/symbols/elf';
import { frameContext } from '../../src/symbols/variables';
import { ProgramSymbols } from '../../src/symbols/program-symbols';
import { SymbolError } from '../../src/symbols/symbol-error';
import { SAMPLE_C } from './sample-sources';
import { compile, load, run, source } from './toolchain';

function refusal(bytes: Uint8Array): string {
  try {
    new ElfFile(bytes, 'guest.elf');
  } catch (error) {
    assert.ok(error instanceof SymbolError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the file must be refused' });
}

/** A copy with some bytes replaced. */
function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

/** Asks everything the facade answers. */
function askEverything(bytes: Uint8Array): void {
  const symbols = new ProgramSymbols(bytes);
  const files = symbols.sourceFiles();
  const addresses = new Set<bigint>([symbols.elf.entry, 0n, 0x401000n]);
  for (const { path } of files.slice(0, 4)) {
    for (const line of symbols.linesFor(path).slice(0, 12)) {
      for (const place of symbols.addressesOf(path, line).slice(0, 4)) addresses.add(place.address);
    }
    symbols.breakpointLocations(path, 1, 20);
  }
  for (const name of ['main', 'inner', 'scaled', 'first']) {
    for (const range of symbols.lookupFunction(name).flatMap((f) => f.ranges))
      addresses.add(range.start + 9n);
    symbols.lookupSymbol(name);
  }
  symbols.completions('m');
  const readMemory = (address: bigint, length: number) =>
    address % 5n === 0n || length > 4096 ? undefined : new Uint8Array(length).fill(Number(address & 0x7fn));
  for (const address of [...addresses].slice(0, 40)) {
    symbols.locate(address);
    symbols.functionAt(address);
    symbols.symbolAt(address);
    const frame = symbols.innermostFrame((n) => (n === 16 ? address : BigInt(n) * 0x1001n));
    symbols.unwind(frame, readMemory);
    const context = frameContext(frame, readMemory);
    for (const scope of symbols.scopesAt(address)) {
      for (const variable of [...scope.parameters, ...scope.locals])
        symbols.readVariable(variable, context).children(0, 3);
    }
  }
  const context = { readMemory, register: (n: number) => BigInt(n) };
  for (const variable of symbols.globals().slice(0, 30)) {
    for (const child of symbols.readVariable(variable, context).children(0, 8)) child.children(0, 3);
  }
}

/** Deterministic noise (xorshift), so that a failure can be repeated by its number. */
function noise(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x100000000;
  };
}

describe('symbols: ELF files', () => {
  let program: Uint8Array;
  before(() => {
    source('sample.c', SAMPLE_C);
    source('stub.c', 'void capture(void) {}\n');
    program = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', '-m64').bytes;
  });

  it('reads header, segments, sections and build-id as readelf does', () => {
    const { path, bytes } = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', '-m64');
    const elf = new ElfFile(bytes);
    const header = run('readelf', '-hW', path);
    assert.equal(elf.entry, BigInt(/Entry point address:\s+(0x[0-9a-f]+)/.exec(header)![1]!));
    assert.equal(elf.sections.length, Number(/Number of section headers:\s+(\d+)/.exec(header)![1]));
    assert.equal(elf.segments.length, Number(/Number of program headers:\s+(\d+)/.exec(header)![1]));
    assert.equal(elf.buildId(), /Build ID: ([0-9a-f]+)/.exec(run('readelf', '-nW', path))![1]);
    assert.equal(elf.bits, 64);
    assert.equal(elf.kind, 'executable');
    const text = elf.section('.text')!;
    assert.equal(text.executable, true);
    assert.deepEqual(elf.imageBytes(text.start, 4), elf.data(text).subarray(0, 4));
  });

  it('reads 32-bit files', () => {
    const elf = new ElfFile(compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', '-m32').bytes);
    assert.equal(elf.bits, 32);
    assert.equal(elf.machine, 'i386');
    assert.ok(elf.segments.some((s) => s.loaded && s.memorySize > 0n));
  });

  it('says what to do about a file it cannot use', () => {
    assert.match(refusal(new Uint8Array(0)), /guest\.elf is not an ELF file\. Give the linked program/);
    assert.match(refusal(new TextEncoder().encode('MZ not at all')), /not an ELF file/);
    assert.match(refusal(program.slice(0, 40)), /truncated.*again/);
    assert.match(refusal(program.slice(0, program.length - 8)), /truncated: the section headers.*again/);
    assert.match(refusal(patched(program, 18, 183, 0)), /built for AArch64\. Give a program built for x86/);
    assert.match(refusal(patched(program, 18, 0xff, 0xee)), /ELF machine 61183/);
    assert.match(refusal(patched(program, 5, 2)), /big-endian/);
    assert.match(refusal(patched(program, 4, 7)), /class 7/);
  });

  it('advises to decompress debug sections it cannot unpack, and goes on without them', () => {
    const original = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', '-m64');
    run('objcopy', '--compress-debug-sections=zlib', original.path, 'packed.elf');
    const packed = load('packed.elf').bytes;
    const info = new ElfFile(packed).section('.debug_info')!;
    const unknown = new ProgramSymbols(patched(packed, info.offset, 3));
    assert.deepEqual(
      unknown.lookupFunction('inner').map((f) => f.file),
      [undefined],
    );
    assert.match(unknown.problems.join('\n'), /objcopy --decompress-debug-sections/);
    const damaged = new ProgramSymbols(patched(packed, info.offset + 24, 0xff, 0xff, 0xff));
    assert.equal(damaged.hasDebugInformation, false);
    assert.match(damaged.problems.join('\n'), /damaged\. Rebuild/);
  });

  for (const version of ['-gdwarf-4', '-gdwarf-5']) {
    for (const compiler of ['gcc', 'clang'] as const) {
      it(`flipped bits and truncation give answers or a SymbolError, nothing else: ${compiler} ${version}`, () => {
        const { bytes } = compile(compiler, ['sample.c', 'stub.c'], '-g', version, '-O2', '-m64');
        const elf = new ElfFile(bytes);
        const targets = elf.sections.filter((s) => /debug|frame|symtab|strtab/.test(s.name) && s.size > 0);
        let refused = 0;
        for (let seed = 1; seed <= 250; seed++) {
          const random = noise(seed);
          let copy = bytes.slice();
          const flips = 1 + Math.floor(random() * 12);
          for (let i = 0; i < flips; i++) {
            // Mostly inside the debug sections, where there is something to misread; sometimes in the headers.
            const section = targets[Math.floor(random() * targets.length)]!;
            const inHeader = random() < 0.05;
            const at = inHeader
              ? Math.floor(random() * 64)
              : section.offset + Math.floor(random() * section.size);
            copy[at] =
              random() < 0.5 ? copy[at]! ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256);
          }
          if (seed % 10 === 0) copy = copy.slice(0, Math.floor(random() * copy.length));
          try {
            askEverything(copy);
          } catch (error) {
            if (!(error instanceof SymbolError)) {
              throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
            }
            refused++;
          }
        }
        assert.ok(refused > 0 && refused < 125, `${refused} files were refused`);
      });
    }
  }
});
