/** A module's file with its sections' addresses says what the linker says of the same module. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { linkModule } from '../../src/symbols/kernel/linked-module';
import { ProgramSymbols } from '../../src/symbols/program-symbols';
import { buildSmallKernel, type SmallKernel } from '../support/small-kernel';
import { hasCompiler } from '../support/smp-guest';

const PLACES = [0x600000n, 0x680000n];

(hasCompiler ? describe : describe.skip)('a module of a kernel, linked (needs gcc and make)', () => {
  let kernel: SmallKernel;
  before(() => void (kernel = buildSmallKernel()));
  after(() => kernel.remove());

  const linked = (place: bigint) => {
    const addresses = new Map([
      ['.text.entry', place],
      ['.text', place + 0x800n],
      ['.data', place + 0x1000n],
    ]);
    const name = 'small_module';
    return new ProgramSymbols(linkModule(readFileSync(kernel.module), addresses, name), { name });
  };

  for (const [index, place] of PLACES.entries())
    it(`has functions, lines, variables and frames where ld puts them: 0x${place.toString(16)}`, () => {
      const ours = linked(place);
      const theirs = new ProgramSymbols(readFileSync(kernel.copies[index]!), { name: 'ld' });
      for (const name of ['twice', 'small_work'])
        assert.deepEqual(ours.lookupFunction(name), theirs.lookupFunction(name));
      const [file] = theirs.similarSourceFiles('module.c');
      for (const line of theirs.linesFor(file!))
        assert.deepEqual(ours.addressesOf(file!, line), theirs.addressesOf(file!, line));
      assert.deepEqual(ours.lookupSymbol('calls')[0]!.address, theirs.lookupSymbol('calls')[0]!.address);
      const frame = {
        codeAddress: place + 0x808n,
        register: (number: number) => (number === 6 ? 0x5000n : 0x4f00n),
      };
      const cfas = [ours, theirs].map(
        (symbols) =>
          symbols.unwind({ ...frame, pc: frame.codeAddress, origin: 'innermost', heuristic: false }, () =>
            Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
          )?.pc,
      );
      assert.equal(cfas[0], cfas[1]);
      assert.notEqual(cfas[0], undefined);
      assert.deepEqual(ours.problems, []);
    });

  it('what is not in memory occupies nothing and has no names', () => {
    const only = new Map([['.text.entry', 0x600000n]]);
    const symbols = new ProgramSymbols(linkModule(readFileSync(kernel.module), only, 'm'), { name: 'm' });
    assert.deepEqual(symbols.lookupSymbol('twice'), []);
    assert.equal(symbols.occupies(0x600800n), false);
    assert.equal(symbols.symbolAt(0x600000n)?.name, 'small_work');
  });

  it('a file that is no module says what to give', () => {
    assert.throws(
      () => linkModule(readFileSync(kernel.vmlinux), new Map(), 'm'),
      /m is not a module of a 64-bit Linux kernel\. Give the \.ko files/,
    );
  });
});
