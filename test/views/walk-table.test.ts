/** Walk Address: stages as columns, levels as rows. */
import assert from 'node:assert/strict';
import type { WalkStage } from '../../src/protocol/address-walk';
import { walkTable } from '../../src/views/webview/walk/table';

function stage(title: string, ...levels: number[]): WalkStage {
  return {
    title,
    from: 'L2:0x1000',
    entries: levels.map((level) => ({
      level,
      address: `hpa:0x${level}000`,
      memoryReference: '0x1',
      row: { id: `${title}/${level}`, label: 'PTE', value: '0x7' },
    })),
  };
}

describe('walk table', () => {
  it('puts entries of a level beside each other, highest first, with holes where a walk ended early', () => {
    const stages = [stage('Page tables of L2', 4, 3, 2, 1), stage('ept12', 4, 3, 2)];
    const { columns, rows } = walkTable({ asked: '', access: 'read', summary: '', failed: false, stages });
    assert.deepEqual(
      columns.map(({ title }) => title),
      ['Page tables of L2', 'ept12'],
    );
    assert.deepEqual(
      rows.map((cells) => cells.map((cell) => cell?.level)),
      [
        [4, 4],
        [3, 3],
        [2, 2],
        [1, undefined],
      ],
    );
  });
});
