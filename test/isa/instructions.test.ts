// The instruction rows: in agreement with what iced-x86 knows.

import assert from 'node:assert/strict';
import { Code, CodeExt, Mnemonic, type OpCodeInfo } from 'iced-x86';
import { type Instruction, instructions, instructionsNamed } from '../../src/isa/instructions';
import { assertOneSentence, assertUnique } from './sentence';

/** What iced-x86 says of all encodings of a mnemonic. */
interface Decoded {
  mode64: boolean;
  mode32: boolean;
  real: boolean;
  cpl0: boolean;
}

const decoded = new Map<string, Decoded>();
for (const code of Object.values(Code).filter((value) => typeof value === 'number')) {
  const info: OpCodeInfo = CodeExt.opCode(code);
  const name = Mnemonic[info.mnemonic].toUpperCase();
  const all = decoded.get(name) ?? { mode64: false, mode32: false, real: false, cpl0: true };
  all.mode64 ||= info.mode64;
  all.mode32 ||= info.mode32;
  all.real ||= info.realMode;
  all.cpl0 &&= info.mustBeCpl0;
  decoded.set(name, all);
  info.free();
}

/** Rows that iced-x86 knows under their name. */
const known = instructions.filter((row) => decoded.has(row.name));
const isUndefinedIn = (row: Instruction, mode: '64-bit' | 'protected' | 'real'): boolean =>
  row.undefinedIn?.includes(mode) ?? false;

describe('isa: instructions', () => {
  it('have names and aliases of their own, MOVSD and CMPSD aside', () => {
    const names = instructions.flatMap((row) => [row.name, ...(row.aliases ?? [])]);
    for (const name of names) assert.match(name, /^[A-Z][A-Z0-9_]*$/);
    assert.deepEqual(
      [...instructionsNamed].filter(([, rows]) => rows.length > 1).map(([name]) => name),
      [],
    );
    assertUnique(
      instructions.flatMap((row) => row.attNames ?? []),
      'AT&T name',
    );
  });

  it('have a title, a summary of one sentence, and causes that are clauses', () => {
    for (const row of instructions) {
      assert.match(row.title, /^[A-Zx0-9].*[^.]$/, row.name);
      if (row.summary !== undefined) assertOneSentence(row.summary, row.name);
      for (const clause of [...(row.faults ?? []), ...(row.exits ?? [])].map((cause) => cause.when))
        if (clause !== undefined) assert.match(clause, /^[^ .].*[^.]$/, row.name);
    }
  });

  it('are undefined in 64-bit mode, or outside it, where the decoder says so', () => {
    for (const row of known) {
      const { mode64, mode32 } = decoded.get(row.name)!;
      assert.equal(isUndefinedIn(row, '64-bit'), !mode64, `${row.name} in 64-bit mode`);
      assert.equal(isUndefinedIn(row, 'protected'), !mode32, `${row.name} in protected mode`);
    }
  });

  it('are undefined in real mode where the decoder says so', () => {
    for (const row of known)
      assert.equal(isUndefinedIn(row, 'real'), !decoded.get(row.name)!.real, `${row.name} in real mode`);
  });

  it('are privileged where the decoder says so', () => {
    // In VMX non-root operation VMCALL exits at every CPL; its row has #GP for root operation.
    assert.deepEqual(
      known
        .filter((row) => (row.privileged !== undefined) !== decoded.get(row.name)!.cpl0)
        .map((row) => row.name),
      ['VMCALL'],
    );
  });
});
