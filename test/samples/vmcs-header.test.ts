// The samples' vmcs.h against the rows of isa: C cannot import them, so what it repeats is compared here.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitReasons } from '../../src/isa/exit-reasons';
import { vmcsFields } from '../../src/isa/vmcs-fields';
import { vmxControls } from '../../src/isa/vmx-controls';

const header = readFileSync(join(__dirname, '../../samples/hello-nested/vmcs.h'), 'utf8');

/** All numeric macros: plain numbers and `(1 << n)`. */
const macros = [...header.matchAll(/^#define (\w+) (?:\(1u? << (\d+)\)|(0x[0-9a-f]+|\d+))/gm)].map(
  ([, name = '', bit, number]) => ({
    name,
    bit: bit === undefined ? undefined : Number(bit),
    value: Number(number),
  }),
);

describe('vmcs.h of the samples', () => {
  it('spells every field encoding as isa does', () => {
    const encodings = new Map<string, number>(vmcsFields.map((row) => [row.name, row.encoding]));
    const fields = macros.filter(
      ({ name, bit }) => bit === undefined && !/^(EXIT_REASON|SEGMENT|INTR_INFO)_/.test(name),
    );
    assert.ok(fields.length > 90, `${fields.length} fields found`);
    for (const { name, value } of fields) assert.equal(value, encodings.get(name), name);
  });

  it('has every control at the bit isa gives it', () => {
    const words = {
      CPU_BASED_: 'primary',
      SECONDARY_EXEC_: 'secondary',
      VM_EXIT_: 'exit',
      VM_ENTRY_: 'entry',
    };
    let compared = 0;
    for (const { name, bit } of macros) {
      const prefix = Object.keys(words).find((candidate) => name.startsWith(candidate)) as keyof typeof words;
      if (bit === undefined || prefix === undefined) continue;
      const row = vmxControls.find(
        (candidate) =>
          candidate.word === words[prefix] && [name, name.slice(prefix.length)].includes(candidate.name),
      );
      assert.equal(row?.bit, bit, name);
      compared++;
    }
    assert.equal(compared, 10);
  });

  it('numbers every exit reason as isa does', () => {
    const reasons = macros.filter(
      ({ name, bit }) => bit === undefined && /^EXIT_REASON_(?!BASIC)/.test(name),
    );
    assert.ok(reasons.length >= 9, `${reasons.length} exit reasons found`);
    for (const { name, value } of reasons) {
      const row = exitReasons.find((candidate) => `EXIT_REASON_${candidate.name}` === name);
      assert.equal(value, row?.number, name);
    }
  });
});
