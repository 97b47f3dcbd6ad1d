/** Call frame information: every row of every function against `readelf --debug-dump=frames-interp`. */
import assert from 'node:assert/strict';
import { frameRow, type FrameRow } from '../../src/symbols/dwarf/frame-rows';
import { FrameTable } from '../../src/symbols/dwarf/frame-table';
import { ElfFile } from '../../src/symbols/elf';
import { toInside } from '../../src/symbols/address';
import { registerName } from '../../src/symbols/registers';
import { SAMPLE_C } from './sample-sources';
import { compile, run, source, variants, type Built } from './toolchain';

interface OracleRow {
  readonly address: bigint;
  readonly end: bigint;
  /** Column name (`rbx`, `ra`) to rule, `CFA` included. */
  readonly cells: Readonly<Record<string, string>>;
}

/** Rows of all FDEs of one section. */
function readelfFrames(path: string, section: string): OracleRow[] {
  const rows: { address: bigint; end: bigint; cells: Record<string, string> }[] = [];
  let active = false;
  let end: bigint | undefined;
  let columns: string[] = [];
  for (const line of run('readelf', '-W', '--debug-dump=frames-interp', path).split('\n')) {
    const title = /^Contents of the (\S+) section/.exec(line);
    if (title) active = title[1] === section;
    const description = /FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)/.exec(line);
    if (description) end = BigInt(`0x${description[2]}`);
    else if (/ CIE /.test(line)) end = undefined;
    if (line.trimStart().startsWith('LOC')) columns = line.trim().split(/\s+/).slice(1);
    const cells = /^([0-9a-f]{8,16})\s+(\S.*)$/.exec(line);
    if (!active || end === undefined || !cells || description || / CIE /.test(line)) continue;
    const address = BigInt(`0x${cells[1]}`);
    const values = cells[2]!.trim().split(/\s+/);
    const last = rows.at(-1);
    if (last && last.address < address && last.end > address) last.end = address;
    rows.push({ address, end, cells: Object.fromEntries(columns.map((c, i) => [c, values[i]!])) });
  }
  return rows;
}

function describeRow(
  row: FrameRow,
  architecture: 'x86-64' | 'i386',
  columns: readonly string[],
): Record<string, string> {
  const signed = (n: number) => (n < 0 ? String(n) : `+${n}`);
  const cells: Record<string, string> = {};
  for (const column of columns) {
    if (column === 'CFA') {
      cells[column] =
        row.cfa.kind === 'register'
          ? `${registerName(architecture, row.cfa.register)}${signed(row.cfa.offset)}`
          : 'exp';
      continue;
    }
    const number = architecture === 'x86-64' ? 16 : 8;
    const rules = [...row.rules].find(([n]) =>
      column === 'ra' ? n === number : n !== number && registerName(architecture, n) === column,
    );
    const rule = rules?.[1];
    cells[column] =
      rule?.kind === 'offset'
        ? `c${signed(rule.offset)}`
        : rule?.kind === 'expression'
          ? 'exp'
          : (rule?.kind ?? 'u');
  }
  return cells;
}

function assertFramesEqualReadelf(program: Built, kind: 'debug_frame' | 'eh_frame'): void {
  const elf = new ElfFile(program.bytes);
  const section = elf.section(`.${kind}`)!;
  const problems: Error[] = [];
  const wide = elf.machine === 'x86-64';
  const table = new FrameTable(elf.data(section), kind, section.start, wide ? 8 : 4, (p) => problems.push(p));
  const truth = readelfFrames(program.path, `.${kind}`);
  assert.ok(truth.length > 8, 'readelf must show some rows');
  for (const { address, end, cells } of truth) {
    for (const at of [address, end - 1n]) {
      const description = table.find(toInside(at));
      assert.ok(description, `entry for 0x${at.toString(16)}`);
      const row = frameRow(description, toInside(at));
      assert.deepEqual(
        describeRow(row, elf.machine, Object.keys(cells)),
        cells,
        `row of 0x${at.toString(16)}`,
      );
    }
  }
  assert.deepEqual(problems, []);
}

describe('symbols: call frames', () => {
  before(() => {
    source('sample.c', SAMPLE_C);
    source('stub.c', 'void capture(void) {}\n');
  });

  for (const { compiler, options, title } of variants()) {
    it(`rows of .eh_frame equal readelf's: ${title}`, () => {
      const always = '-fasynchronous-unwind-tables';
      assertFramesEqualReadelf(compile(compiler, ['sample.c', 'stub.c'], ...options, always), 'eh_frame');
    });

    it(`rows of .debug_frame equal readelf's: ${title}`, () => {
      const never = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-fno-exceptions'];
      assertFramesEqualReadelf(
        compile(compiler, ['sample.c', 'stub.c'], ...options, ...never),
        'debug_frame',
      );
    });
  }
});
