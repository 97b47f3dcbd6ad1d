import assert from 'node:assert/strict';
import { instructionsNamed } from '../../src/isa/instructions';
import { opcodeFamilies } from '../../src/isa/opcodes';

describe('opcode rows', () => {
  const rows = opcodeFamilies.flatMap(({ exec, rows: ofFamily }) => ofFamily.map((row) => ({ exec, row })));

  it('name an instruction of isa/instructions each', () => {
    const unknown = rows.filter(({ row }) => !instructionsNamed.has(row.name));
    assert.deepEqual(
      unknown.map(({ row }) => row.name),
      [],
    );
  });

  it('say no encoding twice for the same features', () => {
    const seen = new Map<string, string>();
    for (const { row } of rows) {
      // A register form and a memory form of one code are two encodings: operands tell them apart.
      const key = `${row.code} | ${row.operands ?? ''} | ${[row.feature ?? []].flat().join()} | ${row.modes ?? ''}`;
      assert.equal(seen.get(key), undefined, `${row.name} again: ${key}`);
      seen.set(key, row.name);
    }
  });
});
