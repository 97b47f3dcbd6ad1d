/**
 * The VMX capability MSRs L1 sees: KVM's choice of what the chip has, less what the configuration
 * withholds.
 */
import assert from 'node:assert/strict';
import { capabilityValues, cpuidRows } from '../../src/cpu/profile';
import { defaultCpuProfile, type CpuProfileName } from '../../src/isa/cpu-profiles';
import { control, default1, vmxControls } from '../../src/isa/vmx-controls';
import { controls } from '../../src/kvm/6.12/controls';
import type { L0Config } from '../../src/l0/config';
import {
  nested_vmx_setup_ctls_msrs,
  not_offered,
  vmx_get_vmx_msr,
} from '../../src/l0/nested/capability-msrs';
import { proves } from '../support/proves';

function capabilities(features: L0Config['features'] = {}, profile: CpuProfileName = 'turtle-64') {
  return nested_vmx_setup_ctls_msrs(
    {
      profile: 'kvm-6.12',
      l1Base: 0x800000n,
      l1RamBytes: 0x400000,
      cpuid: cpuidRows(profile),
      capabilities: capabilityValues(profile),
      features,
    },
    0x17,
  );
}

const words = {
  pin: 'pinbased',
  primary: 'procbased',
  secondary: 'secondary',
  exit: 'exit',
  entry: 'entry',
} as const;
const may = (features: L0Config['features'], name: keyof typeof control, profile?: CpuProfileName) => {
  const row = control[name];
  const word = words[row.word as keyof typeof words];
  return (capabilities(features, profile)[word].high & (1 << row.bit)) !== 0;
};

describe('L0: capability MSRs for L1', () => {
  it('names the revision of vmcs12, one page, and the TRUE MSRs in IA32_VMX_BASIC', () => {
    const basic = vmx_get_vmx_msr(capabilities(), 0x480)!;
    assert.equal(basic & 0x7fffffffn, 0x11e57ed0n);
    assert.equal((basic >> 32n) & 0x1fffn, 4096n);
    assert.equal((basic >> 50n) & 0xfn, 6n);
    assert.equal((basic >> 55n) & 1n, 1n);
  });

  for (const row of vmxControls) {
    if (!(row.word in words)) continue;
    if (!may({}, row.name, defaultCpuProfile)) continue;
    if ((default1[row.word].plain & (1 << row.bit)) !== 0)
      it(proves('l0-controls', row.name, `offers ${row.name}, which some processors demand`), () => {
        assert.equal(may({ [row.name]: false }, row.name, defaultCpuProfile), true);
      });
    else
      it(proves('l0-controls', row.name, `withholds ${row.name} when the configuration says so`), () => {
        assert.equal(may({ [row.name]: false }, row.name, defaultCpuProfile), false);
      });
  }

  it('offers only controls KVM 6.12 offers, and none that L0 does not have', () => {
    for (const row of vmxControls) {
      if (!(row.word in words) || (default1[row.word].plain & (1 << row.bit)) !== 0) continue;
      if (may({}, row.name)) assert.ok(controls[row.name] && !not_offered.includes(row.name), row.name);
    }
  });

  it('offers the timer it emulates, but no saving of it where the timer is withheld', () => {
    assert.equal(may({}, 'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE'), true);
    const withheld = { ACTIVATE_VMX_PREEMPTION_TIMER: false } as const;
    assert.equal(may(withheld, 'VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE'), false);
  });

  it('withholds unrestricted guest and the EPT capabilities along with EPT', () => {
    const msrs = capabilities({ ENABLE_EPT: false });
    assert.equal(msrs.secondary.high & (1 << control.UNRESTRICTED_GUEST.bit), 0);
    assert.equal(msrs.ept_caps, 0);
    assert.notEqual(msrs.vpid_caps, 0);
  });

  it('drops single EPT capabilities', () => {
    const all = capabilities().ept_caps;
    const pairs = [
      ['EPT_EXECUTE_ONLY', 0],
      ['EPT_2M_PAGES', 16],
      ['EPT_1G_PAGES', 17],
      ['INVEPT', 20],
      ['EPT_ACCESSED_DIRTY', 21],
    ] as const;
    for (const [name, bit] of pairs) {
      assert.notEqual(all & (1 << bit), 0, name);
      assert.equal(capabilities({ [name]: false }).ept_caps & (1 << bit), 0, name);
    }
  });

  it('raises #GP for the TRUE MSRs when they are withheld, and makes their bits mandatory', () => {
    const msrs = capabilities({ TRUE_CONTROLS: false });
    assert.equal(vmx_get_vmx_msr(msrs, 0x48e), undefined);
    assert.equal(Number(vmx_get_vmx_msr(msrs, 0x482)! & 0xffffffffn), default1.primary.plain);
    assert.equal(Number(vmx_get_vmx_msr(capabilities(), 0x48e)! & 0xffffffffn), default1.primary.true);
  });

  it('raises #GP for MSRs of features it does not have', () => {
    assert.equal(vmx_get_vmx_msr(capabilities(), 0x491), undefined);
    const without = capabilities({ ACTIVATE_SECONDARY_CONTROLS: false });
    assert.equal(vmx_get_vmx_msr(without, 0x48b), undefined);
  });
});
