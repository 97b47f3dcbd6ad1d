/** ORC tables: entries in any order, and the numbers that Linux 6.4 gave the kinds. */
import assert from 'node:assert/strict';
import { ElfFile } from '../../src/symbols/elf';
import { OrcTable } from '../../src/symbols/kernel/orc';
import { compile, source } from './toolchain';
import { hasCompiler } from '../support/smp-guest';

/** Offset of the stack pointer, then register and kind, for each of three labels; written last first. */
function tables(name: string, kinds: readonly number[], header: string): OrcTable {
  const rows = kinds.map((kind, index) => ({ label: `l${index}`, offset: index * 16 - 16, kind })).reverse();
  const text = `
    .globl main
    main: ret
    l0: nop; l1: nop; nop; l2: nop
    .section .orc_unwind_ip, "a"
    ${rows.map(({ label }) => `.long ${label} - .`).join('\n')}
    .section .orc_unwind, "a"
    ${rows.map(({ offset, kind }) => `.short ${offset}, -24, ${5 | (1 << 4) | (kind << 8)}`).join('\n')}
    ${header}`;
  const { bytes } = compile('gcc', [source(name, text)], '-Wl,-Ttext=0x400000');
  return OrcTable.of(new ElfFile(bytes))!;
}

const entry = (kind: string, offset: number) => ({
  kind,
  stack: { register: 5, offset },
  framePointer: { register: 1, offset: -24 },
});
const EXPECTED = [
  entry('call', -16),
  entry('registers', 0),
  entry('registers', 0),
  entry('interrupt-frame', 16),
];

(hasCompiler ? describe : describe.skip)('ORC (needs gcc and make)', () => {
  const versions = [
    ['before 6.4', [0, 1, 2], ''],
    ['since 6.4', [2, 3, 4], '.section .orc_header, "a"; .long 0'],
  ] as const;
  for (const [name, kinds, header] of versions)
    it(`each address has the entry that begins before it, Linux ${name}`, () => {
      const table = tables(`orc-${kinds[0]}.S`, kinds, header);
      assert.deepEqual(
        [1, 2, 3, 4].map((offset) => table.find(0x400000 + offset)),
        EXPECTED,
      );
      assert.equal(table.find(0x400000), undefined);
    });

  it('an end of the stack is none', () => {
    const table = tables('orc-end.S', [0, 1, 2], '.section .orc_header, "a"; .long 0');
    assert.equal(table.find(0x400001), undefined);
  });

  it('a program without tables has none', () => {
    const { bytes } = compile('gcc', [source('plain.S', '.globl main\nmain: ret')]);
    assert.equal(OrcTable.of(new ElfFile(bytes)), undefined);
  });
});
