// The constant rules of isa/entry-checks against the chip: a value that a rule refuses makes the chip fail that check, one
// field and one part at a time, in a VMCS that is valid otherwise.
import assert from 'node:assert/strict';
import { entryChecks, type CheckId, type ConstantRule } from '../../../src/isa/entry-checks';
import { vmcsField, type FieldName } from '../../../src/isa/vmcs-fields';
import { brokenControls, brokenGuest, brokenHost, brokenState, type Breakage } from './broken-rules';
import { Capabilities, Fixture } from './valid-vmcs';

const breakages: Partial<Record<CheckId, Breakage>> = {
  ...brokenControls,
  ...brokenHost,
  ...brokenGuest,
  ...brokenState,
};

interface Part {
  readonly high: number;
  readonly low: number;
}

const width = (part: Part): number => part.high - part.low + 1;

function replaced(word: bigint, part: Part, value: bigint): bigint {
  const mask = ((1n << BigInt(width(part))) - 1n) << BigInt(part.low);
  return (word & ~mask) | (value << BigInt(part.low));
}

/** Values of a part that the rule refuses: the neighbours of what it allows, and each bit alone. */
function refused(rule: ConstantRule, part: Part): bigint[] {
  const bits = Array.from({ length: width(part) }, (_, bit) => 1n << BigInt(bit));
  const candidates = [
    ...bits,
    ...Array.from({ length: Math.min(16, 1 << Math.min(width(part), 4)) }, (_, n) => BigInt(n)),
  ];
  return [...new Set(candidates)].filter(
    (value) => !(rule.oneOf?.includes(Number(value)) ?? true) || rule.noneOf?.includes(Number(value)),
  );
}

/** The processor of the fixture checks the row: its controls are on, and nothing else is wrong with its fields. */
function checkingFixture(id: CheckId, fields: readonly FieldName[]): Fixture {
  const breakage = breakages[id];
  assert.ok(breakage, `nothing sets up ${id}`);
  const capabilities = breakage.ownCapabilities ? new Capabilities() : Capabilities.generous();
  // No processor has every CR4 bit.
  capabilities.set('IA32_VMX_CR4_FIXED1', new Capabilities().get('IA32_VMX_CR4_FIXED1'));
  breakage.capabilities?.(capabilities);
  const fixture = new Fixture(capabilities);
  const valid = new Map(fields.map((field) => [field, fixture.image.get(field)]));
  breakage.image(fixture.image);
  breakage.processor?.(fixture);
  for (const [field, value] of valid) fixture.image.set(field, value);
  return fixture;
}

describe('constant rules of the entry checks', () => {
  for (const check of entryChecks) {
    if (!check.constant) continue;
    it(`${check.id}: the chip refuses what the rule refuses`, () => {
      for (const rule of check.constant ?? [])
        for (const field of rule.of ?? check.fields) {
          const fixture = checkingFixture(check.id, check.fields);
          const valid = fixture.image.get(field);
          for (const part of rule.parts)
            for (const wrong of refused(rule, part)) {
              let value = replaced(valid, part, wrong);
              for (const other of rule.when ?? []) value = replaced(value, other, BigInt(other.is[0]!));
              assert.ok(part.high < (vmcsField[field].width === 'natural' ? 64 : vmcsField[field].width));
              fixture.image.set(field, value);
              assert.ok(
                fixture.failing().includes(check.id),
                `${field} 0x${value.toString(16)} passes: ${fixture.failing().join(' ')}`,
              );
            }
        }
    });
  }
});
