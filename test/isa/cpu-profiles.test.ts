// The processor profiles claim only what has a name, in the word where they claim it, and nothing that cannot be used.

import assert from 'node:assert/strict';
import type { BitRange } from '../../src/isa/bit-ranges';
import {
  cpuidFeature,
  cpuidFeatures,
  cpuidNumbers,
  cpuProfiles,
  type CpuProfileRow,
} from '../../src/isa/cpuid';
import { cr4Features } from '../../src/isa/cr4-features';
import { msr, type MsrName } from '../../src/isa/msrs';
import { opcodeFamilies } from '../../src/isa/opcodes';
import type { OpcodeRow } from '../../src/isa/opcodes/row';
import { registerFormats } from '../../src/isa/registers';
import { control, controlWords, type ControlWord } from '../../src/isa/vmx-controls';
import { assertUnique } from './sentence';

const profiles: [string, CpuProfileRow][] = Object.entries(cpuProfiles);

function assertFlags(names: readonly string[], ranges: readonly BitRange[], where: string): void {
  for (const name of names) {
    const range = ranges.find((candidate) => candidate.name === name);
    assert.ok(range && range.high === range.low, `${where} has no bit ${name}`);
  }
}

describe('isa: CPUID and processor profiles', () => {
  it('give each CPUID feature a name and a place of its own', () => {
    assertUnique(
      cpuidFeatures.map((row) => row.name),
      'feature',
    );
    assertUnique(
      cpuidFeatures.map((row) => `${row.leaf}:${row.subleaf}:${row.register}:${row.bit}`),
      'place',
    );
  });

  for (const [name, profile] of profiles) {
    it(`${name}: claims features that exist, each once`, () => {
      assertUnique(profile.features, 'feature');
      for (const feature of profile.features) assert.ok(cpuidFeature[feature], feature);
      assert.equal(profile.vendor.length, 12);
      assert.ok(profile.brand.length <= 47);
    });

    it(`${name}: claims no feature with an instruction that the core lacks`, () => {
      const lacking = opcodeFamilies
        .flatMap(({ rows }): readonly OpcodeRow[] => rows)
        .filter((row) => row.run === undefined)
        .filter((row) => [row.feature ?? []].flat().every((feature) => profile.features.includes(feature)));
      assert.deepEqual(
        lacking.map((row) => row.code),
        [],
      );
    });

    it(`${name}: has numbers that fit`, () => {
      for (const [number, row] of Object.entries(cpuidNumbers)) {
        const value = profile.numbers[number as keyof typeof cpuidNumbers];
        assert.ok(value >= 0 && value < 2 ** (row.high - row.low + 1), number);
      }
    });

    it(`${name}: lists controls in the word they belong to`, () => {
      for (const word of Object.keys(controlWords) as ControlWord[]) {
        assertUnique(profile.vmx.controls[word], word);
        for (const offered of profile.vmx.controls[word]) assert.equal(control[offered].word, word, offered);
      }
    });

    it(`${name}: offers no control without those it requires`, () => {
      const offered = new Set<string>(Object.values(profile.vmx.controls).flat());
      for (const row of Object.values(control))
        if (offered.has(row.name))
          for (const required of row.requires ?? [])
            assert.ok(offered.has(required), `${row.name}: ${required}`);
    });

    it(`${name}: names bits of the capability MSRs and of CR0 and CR4`, () => {
      const { vmx } = profile;
      const bits = (which: MsrName) => msr[which].ranges ?? [];
      assertFlags(vmx.basic, bits('IA32_VMX_BASIC'), 'IA32_VMX_BASIC');
      assertFlags(vmx.misc, bits('IA32_VMX_MISC'), 'IA32_VMX_MISC');
      assertFlags(vmx.eptVpid, bits('IA32_VMX_EPT_VPID_CAP'), 'IA32_VMX_EPT_VPID_CAP');
      assertFlags(vmx.vmFunctions, bits('IA32_VMX_VMFUNC'), 'IA32_VMX_VMFUNC');
      assertFlags(vmx.cr0Fixed1, registerFormats.cr0.ranges, 'CR0');
      assertFlags(vmx.cr4Fixed1, registerFormats.cr4.ranges, 'CR4');
      assert.ok(vmx.revision >= 0 && vmx.revision < 2 ** 31);
    });

    it(`${name}: lets every bit that VMX fixes to 1 be set`, () => {
      const brought = Object.entries(cr4Features).flatMap(([bit, features]) =>
        features.some((feature) => profile.features.includes(feature)) ? [bit] : [],
      );
      for (const bit of profile.vmx.cr4Fixed1) assert.ok(brought.includes(bit), bit);
    });
  }
});
