/**
 * Every row of the decision table by name: who gets an exit of L2 with the control of vmcs12 that decides about it off and on, as Linux
 * 6.12 decides (nested_vmx_l0_wants_exit, nested_vmx_l1_wants_exit). Rows that look at bitmaps and values have tests with an L2 of their
 * own in verdicts.test.ts and test/guests/vmx.
 */
import assert from 'node:assert/strict';
import type { ExitReasonName } from '../../src/isa/exit-reasons';
import { control, controlWords, type ControlName } from '../../src/isa/vmx-controls';
import { nested_vmx_l0_wants_exit, nested_vmx_l1_wants_exit } from '../../src/l0/nested/reflect';
import { createNestedGuest, type NestedGuest } from './nested-guest';
import { proves } from '../support/proves';

/** Who gets it always, or which control gives it to L1; "value": what L2 was doing decides too. */
type Owner = 'L0' | 'L1' | { readonly control: ControlName } | 'value';
const by = (name: ControlName): Owner => ({ control: name });

const owners: Record<ExitReasonName, Owner> = {
  EXCEPTION_NMI: 'value',
  EXTERNAL_INTERRUPT: 'L0',
  TRIPLE_FAULT: 'L1',
  INIT_SIGNAL: 'L1',
  SIPI_SIGNAL: 'L1',
  IO_SMI: 'L1',
  SMI: 'L1',
  INTERRUPT_WINDOW: by('INTERRUPT_WINDOW_EXITING'),
  NMI_WINDOW: by('NMI_WINDOW_EXITING'),
  TASK_SWITCH: 'L1',
  CPUID: 'L1',
  GETSEC: 'L1',
  HLT: by('HLT_EXITING'),
  INVD: 'L1',
  INVLPG: by('INVLPG_EXITING'),
  RDPMC: by('RDPMC_EXITING'),
  RDTSC: by('RDTSC_EXITING'),
  RSM: 'L1',
  VMCALL: 'L1',
  VMCLEAR: 'L1',
  VMLAUNCH: 'L1',
  VMPTRLD: 'L1',
  VMPTRST: 'L1',
  VMREAD: 'value',
  VMRESUME: 'L1',
  VMWRITE: 'value',
  VMOFF: 'L1',
  VMON: 'L1',
  CR_ACCESS: 'value',
  DR_ACCESS: by('MOV_DR_EXITING'),
  IO_INSTRUCTION: 'value',
  MSR_READ: 'value',
  MSR_WRITE: 'value',
  INVALID_STATE: 'L1',
  MSR_LOAD_FAIL: 'L1',
  MWAIT_INSTRUCTION: by('MWAIT_EXITING'),
  MONITOR_TRAP_FLAG: by('MONITOR_TRAP_FLAG'),
  MONITOR_INSTRUCTION: by('MONITOR_EXITING'),
  PAUSE_INSTRUCTION: by('PAUSE_EXITING'),
  MCE_DURING_VMENTRY: 'L0',
  TPR_BELOW_THRESHOLD: by('USE_TPR_SHADOW'),
  APIC_ACCESS: 'L1',
  EOI_INDUCED: 'L1',
  GDTR_IDTR: by('DESCRIPTOR_TABLE_EXITING'),
  LDTR_TR: by('DESCRIPTOR_TABLE_EXITING'),
  EPT_VIOLATION: 'L0',
  EPT_MISCONFIG: 'L0',
  INVEPT: 'L1',
  RDTSCP: by('RDTSC_EXITING'),
  PREEMPTION_TIMER: 'L0',
  INVVPID: 'L1',
  WBINVD: by('WBINVD_EXITING'),
  XSETBV: 'L1',
  APIC_WRITE: 'L1',
  RDRAND: by('RDRAND_EXITING'),
  INVPCID: 'value',
  VMFUNC: 'L0',
  ENCLS: 'value',
  RDSEED: by('RDSEED_EXITING'),
  PML_FULL: 'L0',
  XSAVES: by('ENABLE_XSAVES_XRSTORS'),
  XRSTORS: by('ENABLE_XSAVES_XRSTORS'),
  PCONFIG: 'L1',
  SPP: 'L1',
  UMWAIT: by('ENABLE_USER_WAIT_AND_PAUSE'),
  TPAUSE: by('ENABLE_USER_WAIT_AND_PAUSE'),
  LOADIWKEY: 'L1',
  ENCLV: 'L1',
  ENQCMD_PASID: 'L1',
  ENQCMDS_PASID: 'L1',
  BUS_LOCK: 'L0',
  NOTIFY: 'L0',
  SEAMCALL: 'L1',
  TDCALL: 'L1',
  RDMSRLIST: 'L1',
  WRMSRLIST: 'L1',
  URDMSR: 'L1',
  UWRMSR: 'L1',
  MSR_READ_IMM: 'L1',
  MSR_WRITE_IMM: 'L1',
};

/** KVM's order: L0 is asked first. */
function verdict({ vcpu }: NestedGuest, reason: ExitReasonName): 'L0' | 'L1' {
  if (nested_vmx_l0_wants_exit(vcpu, reason).wanted) return 'L0';
  return nested_vmx_l1_wants_exit(vcpu, reason).wanted ? 'L1' : 'L0';
}

function setControl({ vmcs12 }: NestedGuest, name: ControlName, on: boolean): void {
  const { word, bit } = control[name];
  const { field } = controlWords[word] as {
    field: 'CPU_BASED_VM_EXEC_CONTROL' | 'SECONDARY_VM_EXEC_CONTROL';
  };
  const mask = 1 << bit;
  vmcs12[field] = (on ? vmcs12[field] | mask : vmcs12[field] & ~mask) >>> 0;
}

describe('L0: each row of the decision table', () => {
  let guest: NestedGuest;
  before(() => {
    guest = createNestedGuest([], {}, 'skylake-server');
    guest.launch();
  });

  for (const [name, owner] of Object.entries(owners) as [ExitReasonName, Owner][]) {
    if (owner === 'value') continue;
    const who = typeof owner === 'string' ? `is always ${owner}'s` : `is L1's by ${owner.control}`;
    it(proves('l0-decisions', name, `${name} ${who}`), () => {
      if (typeof owner === 'string') {
        assert.equal(verdict(guest, name), owner);
        return;
      }
      for (const on of [false, true]) {
        setControl(guest, owner.control, on);
        assert.equal(verdict(guest, name), on ? 'L1' : 'L0', `control ${on ? 1 : 0}`);
      }
      setControl(guest, owner.control, false);
    });
  }

  it(
    proves(
      'l0-decisions',
      'EXCEPTION_NMI',
      'EXCEPTION_NMI: NMIs are L0’s, exceptions are L1’s by its bitmap',
    ),
    () => {
      const { vcpu, vmcs12 } = guest;
      vcpu.cpu.vmwrite('VM_EXIT_INTR_INFO', 0x80000202);
      assert.equal(verdict(guest, 'EXCEPTION_NMI'), 'L0');
      vcpu.cpu.vmwrite('VM_EXIT_INTR_INFO', 0x80000306);
      for (const bit of [0, 1]) {
        vmcs12.EXCEPTION_BITMAP = bit << 6;
        assert.equal(verdict(guest, 'EXCEPTION_NMI'), bit ? 'L1' : 'L0');
      }
    },
  );

  it(proves('l0-decisions', 'INVPCID', 'INVPCID is L1’s with INVLPG exiting, once L1 enables it'), () => {
    for (const [enabled, exiting] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      setControl(guest, 'ENABLE_INVPCID', enabled);
      setControl(guest, 'INVLPG_EXITING', exiting);
      assert.equal(verdict(guest, 'INVPCID'), enabled && exiting ? 'L1' : 'L0');
    }
  });

  it(proves('l0-decisions', 'ENCLS', 'ENCLS is L0’s: SGX is not offered'), () => {
    assert.equal(verdict(guest, 'ENCLS'), 'L0');
  });

  it(
    proves(
      'l0-decisions',
      'MONITOR_TRAP_FLAG',
      'MONITOR_TRAP_FLAG is L1’s too when it injected a pending MTF',
    ),
    () => {
      setControl(guest, 'MONITOR_TRAP_FLAG', false);
      guest.vmcs12.VM_ENTRY_INTR_INFO_FIELD = 0x80000700;
      assert.equal(verdict(guest, 'MONITOR_TRAP_FLAG'), 'L1');
    },
  );

  it(
    proves('l0-decisions', 'PAUSE_INSTRUCTION', 'PAUSE_INSTRUCTION is L1’s by PAUSE-loop exiting as well'),
    () => {
      setControl(guest, 'PAUSE_EXITING', false);
      setControl(guest, 'PAUSE_LOOP_EXITING', true);
      assert.equal(verdict(guest, 'PAUSE_INSTRUCTION'), 'L1');
    },
  );
});
