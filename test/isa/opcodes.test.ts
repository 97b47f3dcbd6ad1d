import assert from 'node:assert/strict';
import { cpuProfiles, type CpuProfileRow } from '../../src/isa/cpu-profiles';
import { instructionsNamed } from '../../src/isa/instructions';
import { opcodeFamilies } from '../../src/isa/opcodes';

describe('opcode rows', () => {
  const rows = opcodeFamilies.flatMap(({ exec, rows: ofFamily }) => ofFamily.map((row) => ({ exec, row })));

  it('name an instruction of isa/instructions each', () => {
    const unknown = rows.filter(
      ({ row }) => !row.name.split('/').every((name) => instructionsNamed.has(name)),
    );
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

describe('CPU profiles', () => {
  for (const [name, { features }] of Object.entries(cpuProfiles) as [string, CpuProfileRow][])
    it(`${name} claims no feature of which an instruction is missing`, () => {
      const claimed = new Set<string>(features);
      const missing = opcodeFamilies
        .flatMap(({ rows }) => rows)
        .filter(
          (row) =>
            row.run === undefined && [row.feature ?? []].flat().some((feature) => claimed.has(feature)),
        );
      assert.deepEqual(
        missing.map((row) => `${row.name} (${row.code})`),
        [],
      );
    });
});
