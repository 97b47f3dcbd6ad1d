// MSRs as isa/msr-access has them, on the chip: each row's slot, feature, rule of WRMSR and value after RESET (SDM volume 4).
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { msrSlots } from '../../../src/cpu/msr-slots';
import { applyProfile } from '../../../src/cpu/profile';
import { cpuProfiles } from '../../../src/isa/cpuid';
import type { CpuidFeatureName } from '../../../src/isa/cpuid-features';
import { keptMsrs, msrAccess, type MsrAccessRow } from '../../../src/isa/msr-access';
import { msr } from '../../../src/isa/msrs';
import { Bench } from './bench';
import { proves } from '../../support/proves';

type Name = keyof typeof msrAccess;

const PROFILE = 'skylake-server';
const all = Object.entries(msrAccess) as [Name, MsrAccessRow][];
const claims = (feature: CpuidFeatureName | undefined) =>
  feature === undefined || (cpuProfiles[PROFILE].features as readonly string[]).includes(feature);

function bench(): Bench {
  const made = Bench.long();
  applyProfile(made.cpu, PROFILE);
  made.cpu.stateReplaced();
  return made;
}

const read = (made: Bench, name: Name) => made.execute(`mov ecx, ${msr[name].number}; rdmsr; hlt`);
const write = (made: Bench, name: Name, value: bigint) =>
  made.execute(
    `mov ecx, ${msr[name].number}; mov eax, ${value & 0xffffffffn}; mov edx, ${value >> 32n}; wrmsr; hlt`,
  );
/** Does WRMSR take the value? */
const takes = (name: Name, value: bigint) => write(bench(), name, value).trap?.vector !== 13;
const answer = (made: Bench) => (made.reg(Gpr.RDX) << 32n) | made.reg(Gpr.RAX);

const UNLIKELY = 0x0000_1234_5678_9000n;

describe('rows of MSRs', () => {
  // IA32_EFER decides the mode: it cannot be filled with a pattern.
  for (const name of keptMsrs.filter((one) => one !== 'IA32_EFER' && !('read' in msrAccess[one])))
    it(`${name}: RDMSR answers the word at its slot, #GP(0) without its feature`, () => {
      const made = bench();
      made.cpu.set64(msrSlots[name], UNLIKELY);
      const { feature }: MsrAccessRow = msrAccess[name];
      if (claims(feature)) assert.equal(answer(read(made, name)), UNLIKELY);
      else assert.equal(read(made, name).trap?.vector, 13);
    });

  for (const [name, row] of all)
    it(proves('msrs', name, `${name}: WRMSR takes what its row says`), () => {
      if (!claims(row.feature) || row.write === undefined) {
        assert.ok(!takes(name, 0n));
        return;
      }
      switch (row.write) {
        case 'any':
          assert.ok(takes(name, 0xffff_ffff_ffff_ffffn));
          break;
        case 'canonical':
          assert.ok(takes(name, 0xffff_8000_0000_0000n));
          assert.ok(!takes(name, 0x8000_0000_0000n));
          break;
        case 'low-32':
          assert.ok(takes(name, 0xffff_ffffn));
          assert.ok(!takes(name, 0x1_0000_0000n));
          break;
        case 'truncated':
          assert.equal(write(bench(), name, 0x1_0000_0010n).cpu.get64(msrSlots[name as 'IA32_PAT']), 0x10n);
          break;
        case 'memory-types':
          assert.ok(takes(name, 0x0606_0606_0606_0606n));
          assert.ok(!takes(name, 0x0606_0606_0606_0602n));
          break;
        case 'zero':
          assert.ok(takes(name, 0n));
          assert.ok(!takes(name, 1n));
          break;
        case 'ignored': {
          const made = bench();
          const before = made.cpu.get64(msrSlots[name as 'IA32_PAT']);
          assert.equal(write(made, name, ~before & 0xffffn).cpu.get64(msrSlots[name as 'IA32_PAT']), before);
          break;
        }
        default:
          // A list of bits, or rules of its own, which tests by name hold: none takes everything.
          if (name !== 'IA32_TIME_STAMP_COUNTER' && name !== 'IA32_MISC_ENABLE')
            assert.ok(!takes(name, 0x5555_ffff_ffff_ffffn));
      }
    });

  for (const [name, { reset }] of all)
    if (reset !== undefined)
      it(`${name}: starts as its row says`, () => {
        assert.equal(answer(read(bench(), name)), reset);
      });
});

describe('IA32_MISC_ENABLE', () => {
  const LIMIT_CPUID = 1n << 22n;
  const XD_DISABLE = 1n << 34n;
  const cpuid = (made: Bench, leaf: number) => made.execute(`mov eax, ${leaf}; xor ecx, ecx; cpuid; hlt`);

  it('LIMIT_CPUID makes 2 the highest basic leaf; leaves above it answer as leaf 2', () => {
    const made = bench();
    made.cpu.set64(State.MSR_MISC_ENABLE, LIMIT_CPUID);
    assert.equal(cpuid(made, 0).reg(Gpr.RAX), 2n);
    const limited = bench();
    limited.cpu.set64(State.MSR_MISC_ENABLE, LIMIT_CPUID);
    assert.equal(cpuid(limited, 7).reg(Gpr.RAX), cpuid(bench(), 2).reg(Gpr.RAX));
  });

  it('XD_DISABLE hides NX and keeps IA32_EFER from taking NXE', () => {
    const made = bench();
    made.cpu.set64(State.MSR_MISC_ENABLE, XD_DISABLE);
    assert.equal(cpuid(made, 0x80000001).reg(Gpr.RDX) & (1n << 20n), 0n);
    assert.notEqual(cpuid(bench(), 0x80000001).reg(Gpr.RDX) & (1n << 20n), 0n);
    const refused = bench();
    refused.cpu.set64(State.MSR_MISC_ENABLE, XD_DISABLE);
    assert.equal(write(refused, 'IA32_EFER', 0xd01n).trap?.vector, 13);
    assert.equal(write(bench(), 'IA32_EFER', 0xd01n).trap, undefined);
  });

  it('what says which features are missing cannot be written', () => {
    const made = bench();
    const before = made.cpu.get64(State.MSR_MISC_ENABLE);
    write(made, 'IA32_MISC_ENABLE', before ^ 0x1880n);
    assert.equal(made.cpu.get64(State.MSR_MISC_ENABLE), before);
  });
});
