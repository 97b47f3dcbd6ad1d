/** What a user writes about the processor, and the processor that comes of it. */
import assert from 'node:assert/strict';
import { capabilityValues, cpuidRows } from '../../src/cpu/profile';
import { featureNeeds } from '../../src/isa/cpu-feature-needs';
import { cpuProfiles, type CpuProfileRow } from '../../src/isa/cpu-profiles';
import { msr } from '../../src/isa/msrs';
import { chooseCpu, CpuChoiceError } from '../../src/machine/cpu-choice';

const claims = (row: CpuProfileRow, name: string) => (row.features as readonly string[]).includes(name);
const refused = (written: string | undefined, features?: Record<string, boolean>): string => {
  try {
    chooseCpu(written, features);
  } catch (error) {
    assert.ok(error instanceof CpuChoiceError);
    return error.message;
  }
  return 'accepted';
};

describe('choice of a processor', () => {
  it('is the default profile without a word', () => {
    assert.equal(chooseCpu(undefined), cpuProfiles['skylake-server']);
  });

  it('takes a feature away in either spelling, and what needs it', () => {
    for (const chosen of [chooseCpu('skylake-server,-avx'), chooseCpu('skylake-server', { avx: false })]) {
      for (const gone of ['AVX', 'AVX2', 'FMA', 'F16C']) assert.ok(!claims(chosen, gone), gone);
      for (const kept of ['SSE4_2', 'XSAVE', 'XSAVES', 'BMI2', 'VMX']) assert.ok(claims(chosen, kept), kept);
    }
    assert.deepEqual(chooseCpu('haswell,-sse4.2').features, chooseCpu('haswell', { SSE4_2: false }).features);
  });

  it('shows it in CPUID: no AVX state without AVX, no leaf DH without XSAVE', () => {
    const leaf = (row: CpuProfileRow) =>
      cpuidRows(row).find((answer) => answer.leaf === 0xd && !answer.subleaf);
    assert.equal(leaf(chooseCpu('skylake-server'))?.eax, 7);
    // Protection keys are state too, and AVX or not is another matter.
    assert.deepEqual(
      [leaf(chooseCpu('ice-lake-server'))?.eax, leaf(chooseCpu('ice-lake-server,-pku'))?.eax],
      [0x207, 7],
    );
    assert.equal(leaf(chooseCpu('ice-lake-server,-avx'))?.eax, 0x203);
    assert.equal(leaf(chooseCpu('ice-lake-server,-xsave')), undefined);
    const narrow = leaf(chooseCpu('skylake-server,-avx'));
    assert.deepEqual([narrow?.eax, narrow?.ecx], [3, 576]);
    assert.equal(leaf(chooseCpu('skylake-server,-xsave')), undefined);
  });

  it('takes the CR4 bit and the VMX control of a missing feature', () => {
    const of = (written: string, name: 'IA32_VMX_CR4_FIXED1' | 'IA32_VMX_PROCBASED_CTLS2') =>
      capabilityValues(chooseCpu(written))[msr[name].number - msr.IA32_VMX_BASIC.number]!;
    const SMAP = 1n << 21n;
    assert.equal(of('skylake-server', 'IA32_VMX_CR4_FIXED1') & SMAP, SMAP);
    assert.equal(of('skylake-server,-smap', 'IA32_VMX_CR4_FIXED1') & SMAP, 0n);
    const RDSEED_EXITING = 1n << 48n;
    assert.equal(of('skylake-server', 'IA32_VMX_PROCBASED_CTLS2') & RDSEED_EXITING, RDSEED_EXITING);
    assert.equal(of('skylake-server,-rdseed', 'IA32_VMX_PROCBASED_CTLS2') & RDSEED_EXITING, 0n);
  });

  it('adds a feature that the machine has', () => {
    assert.ok(claims(chooseCpu('haswell,+adx'), 'ADX'));
    assert.ok(claims(chooseCpu('skylake-server', { sha: true }), 'SHA'));
  });

  it('says what is wrong and what to write', () => {
    assert.match(refused('z80'), /unknown CPU profile "z80": choose "skylake-server" or /);
    assert.match(refused('haswell,-avx3'), /unknown CPU feature "avx3": did you mean "avx2?"\?/);
    assert.match(refused('haswell,avx2'), /write -feature to take one away/);
    assert.match(refused('haswell,+avx512f'), /this machine has no avx512f/);
    assert.match(refused('haswell', { avx: false, avx2: true }), /"avx2" needs avx,/);
    assert.match(refused('turtle-64,+avx'), /"avx" needs xsave and sse4_2,/);
  });

  it('knows for every profile that no feature lacks what it needs', () => {
    for (const [name, row] of Object.entries<CpuProfileRow>(cpuProfiles))
      for (const feature of row.features)
        for (const need of (featureNeeds as Record<string, readonly string[]>)[feature] ?? [])
          assert.ok(claims(row, need), `${name}: ${feature} needs ${need}`);
  });
});
