// The control rows: places, names, and what they demand of each other.

import assert from 'node:assert/strict';
import { msr, type MsrName } from '../../src/isa/msrs';
import { vmcsField } from '../../src/isa/vmcs-fields';
import { control, controlWords, default1, vmxControls, type ControlWord } from '../../src/isa/vmx-controls';
import { assertOneSentence, assertUnique } from './sentence';

const words = Object.keys(controlWords) as ControlWord[];

describe('isa: VMX controls', () => {
  it('are 105 bits, each with a name and a place of its own', () => {
    assert.equal(vmxControls.length, 105);
    assertUnique(
      vmxControls.map((row) => row.name),
      'name',
    );
    assertUnique(
      vmxControls.map((row) => `${row.word}:${row.bit}`),
      'place',
    );
  });

  it('lie inside their word', () => {
    for (const row of vmxControls) {
      const { field } = controlWords[row.word];
      const width = vmcsField[field].width;
      assert.ok(row.bit >= 0 && row.bit < Number(width), row.name);
    }
  });

  it('demand and exclude controls that exist, and never both', () => {
    for (const row of vmxControls) {
      for (const name of [...(row.requires ?? []), ...(row.excludes ?? [])])
        assert.ok(name in control, `${row.name} names ${name}`);
      for (const name of row.requires ?? []) assert.ok(!row.excludes?.includes(name), row.name);
    }
  });

  it('do not demand themselves, directly or around', () => {
    const reached = (name: string, path: readonly string[]): void => {
      assert.ok(!path.includes(name), `${name} demands itself`);
      const row = vmxControls.find((candidate) => candidate.name === name);
      for (const next of row?.requires ?? []) reached(next, [...path, name]);
    };
    for (const row of vmxControls) reached(row.name, []);
  });

  it('are of the default1 class exactly where the plain mask has them', () => {
    for (const row of vmxControls) {
      // Tertiary and secondary VM-exit words are 64 bits wide and have no default1 bits at all.
      const inMask = (BigInt(default1[row.word].plain) >> BigInt(row.bit)) & 1n;
      assert.equal(inMask === 1n, row.default1, row.name);
    }
  });

  it('lose default1 bits in the TRUE masks only where the bit has a meaning', () => {
    for (const word of words) {
      const { plain, true: truly } = default1[word];
      assert.equal(plain & truly, truly, word);
      const freed = vmxControls.filter((row) => row.word === word && row.default1);
      assert.equal(
        plain & ~truly,
        freed.reduce((mask, row) => mask | (1 << row.bit), 0),
        word,
      );
    }
  });

  it('have capability MSRs and activating controls that exist', () => {
    for (const word of words) {
      const row: { msr: string; trueMsr?: string; activatedBy?: string } = controlWords[word];
      assert.ok(msr[row.msr as MsrName], row.msr);
      if (row.trueMsr) assert.ok(msr[row.trueMsr as MsrName], row.trueMsr);
      if (row.activatedBy) assert.ok(row.activatedBy in control, row.activatedBy);
    }
  });

  it('have a summary of one sentence', () => {
    for (const row of vmxControls) assertOneSentence(row.summary, row.name);
  });
});
