/**
 * Debug information that does not stand in the program: split into .dwo files or a package of them, and kept in a file of its own
 * that `.gnu_debuglink` names.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sourceOf } from '../../src/symbols/byte-source';
import { ProgramSymbols } from '../../src/symbols/program-symbols';
import { compile, load, run, source, workDirectory, type Built } from './toolchain';

const open = (path: string) => (existsSync(path) ? sourceOf(new Uint8Array(readFileSync(path))) : undefined);
const read = (built: Built, path = built.path) => new ProgramSymbols(built.bytes, { path, open });

/** What a user sees of `twice`. */
function seen(symbols: ProgramSymbols): unknown {
  const [found] = symbols.lookupFunction('twice');
  const where = symbols.locate(found!.ranges[0]!.start);
  const { parameters, locals } = symbols.scopesAt(found!.ranges[0]!.end - 1n)[0]!;
  return [where?.file.split('/').at(-1), where?.line, [...parameters, ...locals].map(({ name }) => name)];
}

const EXPECTED = ['parted.c', 2, ['number', 'result']];

describe('separate debug information', () => {
  before(() => {
    source(
      'parted.c',
      'struct pair { int a; long b; } couple = { 1, 2 };\nint twice(int number) {\n  int result = number * 2;\n  return result;\n}\nvoid _start(void) { for (;;) twice(couple.a); }\n',
    );
  });

  for (const version of [4, 5])
    it(`-gsplit-dwarf, DWARF ${version}: functions, lines and variables as without it`, () => {
      const flags = ['-g', `-gdwarf-${version}`, '-O0', '-m64'];
      assert.deepEqual(seen(read(compile('gcc', ['parted.c'], ...flags))), EXPECTED);
      const split = compile('gcc', ['parted.c'], ...flags, '-gsplit-dwarf');
      const symbols = read(split);
      assert.deepEqual(seen(symbols), EXPECTED);
      assert.equal(symbols.lookupVariable('couple', undefined)?.name, 'couple');
      assert.deepEqual(symbols.problems, []);
    });

  it('a .dwo file that is not there is told once, with what to do', () => {
    const split = compile('gcc', ['parted.c'], '-g', '-O0', '-m64', '-gsplit-dwarf');
    const symbols = new ProgramSymbols(split.bytes, { path: split.path, open: () => undefined });
    symbols.lookupFunction('twice');
    symbols.lookupFunction('_start');
    assert.equal(symbols.problems.length, 1);
    assert.match(symbols.problems[0]!, /\.dwo/);
  });

  it('.gnu_debuglink: a stripped program finds its debug file, and only that of its own build', () => {
    const whole = compile('gcc', ['parted.c'], '-g', '-O0', '-m64', '-Wl,--build-id=none');
    run('objcopy', '--only-keep-debug', whole.path, 'parted.debug');
    run('objcopy', '--strip-debug', '--add-gnu-debuglink=parted.debug', whole.path, 'parted.stripped');
    const stripped = load('parted.stripped');
    assert.deepEqual(seen(read(stripped)), EXPECTED);
    // Another build's file under the same name.
    const other = compile('gcc', ['parted.c'], '-g', '-O1', '-m64', '-Wl,--build-id=none');
    run('objcopy', '--only-keep-debug', other.path, 'parted.debug');
    assert.equal(read(stripped).hasDebugInformation, false);
    rmSync(join(workDirectory(), 'parted.debug'));
    assert.equal(read(stripped).hasDebugInformation, false);
  });
});
