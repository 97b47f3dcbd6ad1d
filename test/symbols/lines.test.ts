/** Line tables: every row and every address against readelf, for compilers, assemblers and containers. */
import assert from 'node:assert/strict';
import { ElfFile } from '../../src/symbols/elf';
import { toOutside } from '../../src/symbols/address';
import { readLineHeader } from '../../src/symbols/dwarf/line-header';
import { RowFlag, runLineProgram } from '../../src/symbols/dwarf/line-program';
import { DwarfProgram } from '../../src/symbols/dwarf/program';
import { DebugSections } from '../../src/symbols/dwarf/sections';
import { ProgramSymbols } from '../../src/symbols/program-symbols';
import { lineOfRows, readelfLines, type OracleRow } from './binutils';
import { BOOT_GAS, BOOT_NASM, CAPTURE_64, SAMPLE_C } from './sample-sources';
import { compile, load, run, source, variants, workDirectory, type Built } from './toolchain';

/** Every row of every line program, in file order, in readelf's terms. */
function decodedRows(bytes: Uint8Array): OracleRow[] {
  const sections = DebugSections.ofFiles([new ElfFile(bytes)]);
  const units = new DwarfProgram(sections).compileUnits().filter((u) => u.lineOffset !== undefined);
  const programs = new Map(units.map((u) => [u.lineOffset!, u]));
  const rows: OracleRow[] = [];
  for (const offset of [...programs.keys()].sort((a, b) => a - b)) {
    const unit = programs.get(offset)!;
    const header = readLineHeader(sections, offset, {
      compilationDirectory: unit.compilationDirectory,
      unitName: unit.name,
      addressSize: unit.addressSize,
    });
    const decoded = runLineProgram(sections, header);
    for (let i = 0; i < decoded.count; i++) {
      const end = (decoded.flags[i]! & RowFlag.endSequence) !== 0;
      rows.push({
        file: baseName(header.files[decoded.file[i]!]?.name ?? ''),
        line: end ? 0 : decoded.line[i]!,
        address: toOutside(decoded.address[i]!),
        view: end ? 0 : decoded.view[i]!,
        isStmt: !end && (decoded.flags[i]! & RowFlag.isStmt) !== 0,
      });
    }
  }
  return rows;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function assertRowsEqualReadelf(program: Built): void {
  const truth = readelfLines(program.path).map((row) => ({
    ...row,
    file: baseName(row.file),
    ...(row.line === 0 ? { view: 0, isStmt: false } : {}),
  }));
  assert.ok(truth.length > 5, 'readelf must decode some rows');
  assert.deepEqual(decodedRows(program.bytes), truth);
}

describe('symbols: line tables', () => {
  before(() => {
    source('sample.c', SAMPLE_C);
    source('capture64.S', CAPTURE_64);
    source('boot.S', BOOT_GAS);
    source('boot.asm', BOOT_NASM);
    source('stub.c', 'void capture(void) {}\n');
  });

  for (const { compiler, options, title } of variants()) {
    it(`rows equal readelf's: ${title}`, () => {
      assertRowsEqualReadelf(compile(compiler, ['sample.c', 'stub.c'], ...options));
    });
  }

  for (const version of ['-gdwarf-2', '-gdwarf-3']) {
    it(`rows equal readelf's: gcc ${version}`, () => {
      assertRowsEqualReadelf(compile('gcc', ['sample.c', 'stub.c'], '-g', version, '-gstrict-dwarf', '-O1'));
    });
  }

  for (const version of ['-gdwarf-4', '-gdwarf-5']) {
    it(`rows equal readelf's: gas ${version}`, () => {
      assertRowsEqualReadelf(compile('gcc', ['boot.S'], `-Wa,${version}`));
    });
  }

  it("rows equal readelf's: nasm", () => {
    run('nasm', '-f', 'elf64', '-g', '-F', 'dwarf', 'boot.asm', '-o', 'nasm.o');
    assertRowsEqualReadelf(compile('gcc', ['nasm.o'], '-m64'));
  });

  it('files in compressed debug sections read the same as in plain ones', () => {
    const plain = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1');
    run('objcopy', '--compress-debug-sections=zlib', plain.path, 'compressed.elf');
    run('objcopy', '--compress-debug-sections=zlib-gnu', plain.path, 'compressed-gnu.elf');
    run('objcopy', '--compress-debug-sections=zstd', plain.path, 'compressed-zstd.elf');
    const expected = decodedRows(plain.bytes);
    assert.deepEqual(decodedRows(load('compressed.elf').bytes), expected);
    assert.deepEqual(decodedRows(load('compressed-gnu.elf').bytes), expected);
    assert.deepEqual(decodedRows(load('compressed-zstd.elf').bytes), expected);
  });

  it('64-bit code in an ELF32 file keeps its lines and is known as x86-64', () => {
    const wide = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', '-m64');
    run('objcopy', '-O', 'elf32-i386', wide.path, 'wrapped.flat');
    const wrapped = load('wrapped.flat');
    assert.deepEqual(decodedRows(wrapped.bytes), decodedRows(wide.bytes));
    const symbols = new ProgramSymbols(wrapped.bytes);
    assert.equal(symbols.elf.bits, 32);
    assert.equal(symbols.elf.machine, 'i386');
    assert.equal(symbols.architecture, 'x86-64');
    assert.equal(symbols.lookupFunction('inner').length, 1);
  });

  it('an address gives the line of the last statement, else row, at or before it, for every address of the program', () => {
    const program = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O2');
    const symbols = new ProgramSymbols(program.bytes);
    const rows = readelfLines(program.path);
    let checked = 0;
    for (let i = 0; i + 1 < rows.length; i++) {
      const row = rows[i]!;
      const next = rows[i + 1]!;
      // The end of one sequence may be the start of the next: only inner bytes of the row are its own.
      if (row.line === 0) continue;
      for (let address = row.address; address < next.address; address++) {
        assert.equal(
          symbols.locate(address)?.line,
          lineOfRows(rows, row.address),
          `line of 0x${address.toString(16)}`,
        );
        checked++;
      }
    }
    assert.ok(checked > 100);
  });

  it('a location names its statement start and the contiguous code of its line', () => {
    const program = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O0', '-m64');
    const symbols = new ProgramSymbols(program.bytes);
    const inner = symbols.lookupFunction('inner')[0]!;
    const at = inner.breakpoints[0]!.address;
    const here = symbols.locate(at)!;
    assert.equal(here.isStmt, true);
    assert.equal(here.rangeStart, at);
    assert.equal(symbols.locate(at + 1n)!.isStmt, false);
    assert.equal(symbols.locate(here.rangeEnd - 1n)!.line, here.line);
    assert.notEqual(symbols.locate(here.rangeEnd)!.line, here.line);
  });

  it('source files are joined with the compilation directory, or stay relative when it is', () => {
    const absolute = new ProgramSymbols(compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1').bytes);
    assert.deepEqual(
      absolute.sourceFiles().map((f) => f.path),
      [`${workDirectory()}/sample.c`, `${workDirectory()}/stub.c`],
    );
    const map = `-fdebug-prefix-map=${workDirectory()}=.`;
    const relative = new ProgramSymbols(compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', map).bytes);
    assert.deepEqual(
      relative.sourceFiles().map((f) => [f.path, f.name, f.compilationDirectory]),
      [
        ['sample.c', 'sample.c', '.'],
        ['stub.c', 'stub.c', '.'],
      ],
    );
    assert.deepEqual(relative.similarSourceFiles('/home/user/project/sample.c'), ['sample.c']);
  });

  it('code the linker dropped has no lines and takes no breakpoints', () => {
    source('dropped.c', 'int unused(int a) {\n  return a * 3;\n}\nint main(void) {\n  return 0;\n}\n');
    const options = ['-g', '-O0', '-ffunction-sections', '-Wl,--gc-sections'];
    const symbols = new ProgramSymbols(compile('gcc', ['dropped.c'], ...options).bytes);
    const file = symbols.sourceFiles()[0]!.path;
    assert.deepEqual(symbols.linesFor(file), [4, 5, 6]);
    assert.deepEqual(
      symbols.addressesOf(file, 2).map((b) => b.line),
      [5],
    );
    assert.equal(symbols.locate(0n), undefined);
  });
});
