/** Functions, inlined chains, symbols and breakpoints against addr2line, nm and the source text. */
import assert from 'node:assert/strict';
import { ProgramSymbols } from '../../src/symbols/program-symbols';
import { addr2line, nm, lineOfRows, readelfLines } from './binutils';
import { BOOT_GAS, BOOT_NASM, SAMPLE_C } from './sample-sources';
import { compile, run, source, variants } from './toolchain';

const INLINED_C = `volatile int sink;
static inline int twice(int a) {
  sink = a;
  return a * 2;
}
__attribute__((noinline)) int first(int a) {
  for (int i = 0; i < a; i++) {
    sink += twice(i);
  }
  return sink;
}

__attribute__((noinline)) int second(int a) {
  return twice(a) + 1;
}
/* no code
   here */
int main(void) {
  return first(2) + second(3);
}
`;

describe('symbols: functions', () => {
  before(() => {
    source('sample.c', SAMPLE_C);
    source('stub.c', 'void capture(void) {}\n');
    source('inlined.c', INLINED_C);
    source('boot.S', BOOT_GAS);
    source('boot.asm', BOOT_NASM);
  });

  for (const { compiler, options, title } of variants()) {
    it(`chains of inlined functions equal addr2line's at every row: ${title}`, () => {
      const program = compile(compiler, ['sample.c', 'stub.c'], ...options);
      const symbols = new ProgramSymbols(program.bytes);
      const rows = readelfLines(program.path);
      const addresses = [...new Set(rows.filter((r) => r.line).map((r) => r.address))];
      const truth = addr2line(program.path, addresses);
      assert.ok(addresses.length > 20);
      // addr2line of binutils 2.40 does not follow DW_FORM_rnglistx, which only clang uses for inlined code: there it
      // knows the line and the function that was really called, and nothing in between.
      const blind = compiler === 'clang' && options.includes('-gdwarf-5') && options.includes('-O2');
      addresses.forEach((address, i) => {
        const mine = symbols.functionAt(address).map((l) => [l.name, l.location?.line ?? 0]);
        const [innermost, ...outer] = truth[i]!;
        const first = [innermost!.name, lineOfRows(rows, address)];
        const theirs = [first, ...outer.map((l) => [l.name, l.line])];
        const at = `0x${address.toString(16)}`;
        if (!blind) return assert.deepEqual(mine, theirs, at);
        assert.deepEqual([mine.at(-1)![0], mine[0]![1]], [theirs.at(-1)![0], theirs[0]![1]], at);
      });
    });
  }

  it('every function symbol is found by name and by each of its addresses', () => {
    const program = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O2', '-m64');
    const symbols = new ProgramSymbols(program.bytes);
    const functions = nm(program.path).filter((s) => s.kind.toLowerCase() === 't' && !s.name.startsWith('_'));
    assert.ok(functions.length >= 4);
    for (const { name, address } of functions) {
      assert.equal(symbols.lookupSymbol(name)[0]?.address, address);
      assert.equal(symbols.symbolAt(address)?.name, name);
      assert.equal(symbols.functionAt(address).at(-1)?.name, name);
      assert.equal(symbols.lookupFunction(name)[0]?.ranges[0]?.start, address);
      assert.ok(symbols.completions(name.slice(0, 3)).includes(name));
    }
    assert.deepEqual(symbols.lookupFunction('no_such_function'), []);
  });

  it('names assembly by its labels, without the local ones of gas', () => {
    const program = compile('gcc', ['boot.S'], '-Wa,-g', '-m64');
    const symbols = new ProgramSymbols(program.bytes);
    const at = (name: string) => symbols.lookupSymbol(name)[0]!.address;
    assert.equal(symbols.symbolAt(at('boot32') + 2n)?.name, 'boot32');
    assert.equal(symbols.symbolAt(at('main') + 1n)?.offset, 1);
    assert.equal(symbols.symbolAt(at('helper') + 1n)?.kind, 'function');
    assert.equal(symbols.lookupFunction('main')[0]!.breakpoints[0]!.address, at('main'));
    assert.match(symbols.lookupFunction('helper')[0]!.file!, /boot\.S$/);
  });

  it('names nasm code by its labels and gives its lines', () => {
    run('nasm', '-f', 'elf64', '-g', '-F', 'dwarf', 'boot.asm', '-o', 'nasm.o');
    const symbols = new ProgramSymbols(compile('gcc', ['nasm.o'], '-m64').bytes);
    const main = symbols.lookupSymbol('main')[0]!.address;
    assert.equal(symbols.locate(main)?.line, BOOT_NASM.split('\n').indexOf('  mov eax, 1') + 1);
    assert.equal(symbols.symbolAt(symbols.lookupSymbol('helper')[0]!.address + 2n)?.name, 'helper');
    const file = symbols.sourceFiles().find((f) => f.path.endsWith('boot.asm'))!.path;
    const hlt = BOOT_NASM.split('\n').indexOf('  hlt') + 1;
    assert.equal(symbols.addressesOf(file, hlt).length, 1);
  });

  it('works on a stripped program with a separate debug file', () => {
    const program = compile('gcc', ['sample.c', 'stub.c'], '-g', '-O1', '-m64');
    run('objcopy', '--only-keep-debug', program.path, 'separate.debug');
    run('objcopy', '--strip-all', program.path, 'stripped.elf');
    const read = (name: string) => new Uint8Array(Buffer.from(run('base64', '-w0', name), 'base64'));
    const bare = new ProgramSymbols(read('stripped.elf'));
    assert.equal(bare.hasDebugInformation, false);
    assert.deepEqual(bare.lookupFunction('inner'), []);
    const joined = new ProgramSymbols(read('stripped.elf'), { debugFile: read('separate.debug') });
    const inner = joined.lookupFunction('inner')[0]!;
    assert.equal(joined.locate(inner.ranges[0]!.start)?.file, joined.sourceFiles()[0]!.path);
    assert.equal(joined.symbolAt(inner.ranges[0]!.start)?.name, 'inner');
    assert.equal(joined.buildId, bare.buildId);
  });
});

const CALLS_C = `volatile int sink;
static inline __attribute__((always_inline)) void store(int a) {
  sink = a;
}
__attribute__((noinline)) void caller(int a) {
  sink = 1;
  store(a);
  sink = 2;
}
int main(void) {
  caller(3);
  return 0;
}
`;

const CLASSES = `namespace hv {
struct Base { int id; int f(int a); };
template <class T> struct Box : Base { T item; T &reference; Box(T &r) : reference(r) { item = 3; } };
int Base::f(int a) { return id + a; }
enum class Mode : unsigned char { Off, On = 200 };
Mode mode = Mode::On;
long number = 7;
Box<long> box(number);
int use(Box<long> &b, Mode m, int (&&pair)[2]) { return b.f(pair[0]) + (int)m; }
}
int main() { return hv::use(hv::box, hv::mode, {1, 2}); }
`;

describe('symbols: C++', () => {
  for (const options of [
    ['-gdwarf-5'],
    ['-gdwarf-4', '-fdebug-types-section'],
    ['-gdwarf-5', '-fdebug-types-section'],
  ]) {
    it(`knows qualified names, base classes, references and type units: ${options.join(' ')}`, () => {
      source('classes.cpp', CLASSES);
      const symbols = new ProgramSymbols(compile('clang', ['classes.cpp'], '-g', '-O0', ...options).bytes);
      assert.deepEqual(
        ['hv::use', 'use', '_ZN2hv4Base1fEi', 'f'].map((name) =>
          symbols.lookupFunction(name).map((f) => f.name),
        ),
        [['hv::use'], ['hv::use'], ['hv::Base::f'], ['hv::Base::f']],
      );
      const context = {
        readMemory: (_: bigint, length: number) => new Uint8Array(length),
        register: () => undefined,
      };
      const box = symbols.readVariable(symbols.lookupVariable('hv::box')!, context);
      assert.deepEqual(
        box.children().map((c) => [c.name, c.type]),
        [
          ['Base', 'struct Base'],
          ['item', 'long'],
          ['reference', 'long &'],
        ],
      );
      assert.equal(symbols.readVariable(symbols.lookupVariable('hv::mode')!, context).text, 'Off (0)');
      const use = symbols.lookupFunction('hv::use')[0]!.breakpoints[0]!.address;
      assert.deepEqual(
        symbols.scopesAt(use)[0]!.parameters.map((v) => v.typeName),
        ['struct Box<long> &', 'enum Mode', 'int (&&)[2]'],
      );
    });
  }
});

describe('symbols: breakpoints', () => {
  const line = (text: string) => INLINED_C.split('\n').findIndex((l) => l.includes(text)) + 1;

  for (const compiler of ['gcc', 'clang'] as const) {
    it(`a line has one place per function at -O0: ${compiler}`, () => {
      const symbols = new ProgramSymbols(compile(compiler, ['inlined.c'], '-g', '-O0').bytes);
      const file = symbols.sourceFiles().find((f) => f.path.endsWith('inlined.c'))!.path;
      // The loop header has three statements and several rows; it is still one breakpoint, at the initialisation.
      const loop = symbols.addressesOf(file, line('for (int'));
      assert.deepEqual(
        loop.map((b) => [b.line, b.function]),
        [[line('for (int'), 'first']],
      );
      const later = symbols.locate(loop[0]!.address)!;
      assert.equal(later.isStmt, true);
    });

    it(`a line without code stands for the next one that has some: ${compiler}`, () => {
      const symbols = new ProgramSymbols(compile(compiler, ['inlined.c'], '-g', '-O0').bytes);
      const file = symbols.sourceFiles().find((f) => f.path.endsWith('inlined.c'))!.path;
      const [moved] = symbols.addressesOf(file, line('no code'));
      assert.equal(moved!.function, 'main');
      assert.equal(moved!.line, line('return first(2)'));
      assert.deepEqual(symbols.addressesOf(file, 1000), []);
      assert.deepEqual(symbols.addressesOf('unknown.c', 1), []);
    });

    it(`a function's opening line and name break behind the prologue at -O0: ${compiler}`, () => {
      const symbols = new ProgramSymbols(compile(compiler, ['inlined.c'], '-g', '-O0').bytes);
      const file = symbols.sourceFiles().find((f) => f.path.endsWith('inlined.c'))!.path;
      const [byName] = symbols.lookupFunction('second')[0]!.breakpoints;
      const [byLine] = symbols.addressesOf(file, line('int second(int'));
      assert.equal(byName!.line, line('return twice(a)'));
      assert.equal(byLine!.address, byName!.address);
      assert.ok(byName!.address > symbols.lookupSymbol('second')[0]!.address);
    });

    it(`a function that was inlined breaks at every copy: ${compiler}`, () => {
      const symbols = new ProgramSymbols(compile(compiler, ['inlined.c'], '-g', '-O2').bytes);
      const [twice] = symbols.lookupFunction('twice');
      assert.deepEqual(twice!.ranges, []);
      const within = twice!.breakpoints.map((b) => symbols.functionAt(b.address).at(-1)!.name);
      assert.ok(within.includes('first') && within.includes('second'), within.join());
      const file = symbols.sourceFiles().find((f) => f.path.endsWith('inlined.c'))!.path;
      const places = symbols.addressesOf(file, line('sink = a'));
      assert.ok(places.length >= 2);
      for (const place of places) assert.equal(place.function, 'twice');
    });
  }

  it('a statement that starts with inlined code belongs to the function that calls it', () => {
    source('calls.c', CALLS_C);
    const symbols = new ProgramSymbols(compile('gcc', ['calls.c'], '-g', '-gdwarf-5', '-O1').bytes);
    const file = symbols.sourceFiles().find((f) => f.path.endsWith('calls.c'))!.path;
    const callLine = CALLS_C.split('\n').indexOf('  store(a);') + 1;
    const places = symbols.addressesOf(file, callLine);
    assert.deepEqual(
      places.map((p) => [p.line, p.function]),
      [[callLine, 'caller']],
    );
    const levels = symbols.functionAt(places[0]!.address);
    assert.deepEqual(
      levels.map((l) => [l.name, l.entersHere]),
      [
        ['store', true],
        ['caller', false],
      ],
    );
    assert.equal(levels[1]!.location!.line, callLine);
  });

  it('breakpointLocations lists exactly the lines that have code', () => {
    const symbols = new ProgramSymbols(compile('gcc', ['inlined.c'], '-g', '-O0').bytes);
    const file = symbols.sourceFiles()[0]!.path;
    const from = line('int second(int');
    const lines = symbols.breakpointLocations(file, from, line('int main')).map((l) => l.line);
    assert.deepEqual([...new Set(lines)], [from, from + 1, from + 2, line('int main')]);
    assert.deepEqual(symbols.breakpointLocations(file, line('no code'), line('here */')), []);
  });
});
