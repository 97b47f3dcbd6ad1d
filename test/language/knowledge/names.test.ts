import assert from 'node:assert/strict';
import type { Fact } from '../../../src/language/knowledge/fact';
import { factNumbered, factsNamed } from '../../../src/language/knowledge/lookup';
import { nameOf } from '../../../src/language/knowledge/spelling';
import { vmcsFields } from '../../../src/isa/vmcs-fields';
import { vmxControls } from '../../../src/isa/vmx-controls';
import { exitReasons } from '../../../src/isa/exit-reasons';

function show(fact: Fact): string {
  const name = 'row' in fact && fact.kind !== 'msr-bit' ? fact.row.name : nameOf(fact);
  return `${fact.kind} ${name}${fact.kind === 'field' && fact.high ? ' high' : ''}`;
}

/** What a fact is -> ways to write it, in the manners of several projects. */
const spellings: Record<string, string> = {
  'field GUEST_RIP': `GUEST_RIP guest_rip GuestRip kGuestRip VmcsGuestRip VMCS_GUEST_RIP VMX_VMCS_GUEST_RIP vmcs::guest::RIP
    VmcsField::GuestRip vmcs12.guest_rip`,
  'field GUEST_CS_AR_BYTES': `GUEST_CS_AR_BYTES GUEST_AR_CS GUEST_CS_ACCESS_RIGHTS VMCS_GUEST_CS_ACCESS_RIGHTS kGuestCsArBytes
    VMCS_32BIT_GUEST_CS_ACCESS_RIGHTS vmcs::guest::CS_ACCESS_RIGHTS guest_cs_access_rights`,
  'field HOST_CS_SELECTOR': `HOST_CS_SELECTOR HOST_SEL_CS VMCS_16BIT_HOST_CS_SELECTOR vmcs::host::CS_SELECTOR HostCsSelector`,
  'field PIN_BASED_VM_EXEC_CONTROL': `PIN_BASED_VM_EXEC_CONTROL VMCS_32BIT_CONTROL_PIN_BASED_EXEC_CONTROLS
    VMX_VMCS32_CTRL_PIN_EXEC vmcs::control::PINBASED_EXEC_CONTROLS VMCS_CTRL_PIN_BASED_VM_EXECUTION_CONTROLS`,
  'field SECONDARY_VM_EXEC_CONTROL': `SECONDARY_VM_EXEC_CONTROL VMCS_CTRL_SECONDARY_PROCESSOR_BASED_VM_EXECUTION_CONTROLS
    kSecondaryVmExecControl vmcs::control::SECONDARY_PROCBASED_EXEC_CONTROLS`,
  'field EPT_POINTER': `EPT_POINTER VMCS_EPTP VMCS_CTRL_EPT_POINTER ept_pointer vmcs::control::EPTP_FULL EptPointer
    VMX_VMCS64_CTRL_EPTP_FULL`,
  'field EPT_POINTER high': `EPT_POINTER_HIGH EptPointerHigh VMX_VMCS64_CTRL_EPTP_HIGH VMCS_64BIT_CONTROL_EPTPTR_HI
    vmcs::control::EPTP_HIGH`,
  'field VM_EXIT_REASON': `VM_EXIT_REASON EXI_REASON VMCS_EXIT_REASON VMX_VMCS32_RO_EXIT_REASON vmcs::ro::EXIT_REASON`,
  'field VMCS_LINK_POINTER': `VMCS_LINK_POINTER VMX_VMCS64_GUEST_VMCS_LINK_PTR_FULL vmcs::guest::LINK_PTR_FULL vmcs_link_pointer`,
  'field TSC_OFFSET': `TSC_OFFSET VMCS_CTRL_TSC_OFFSET TscOffset`,
  'exit-reason CPUID': `EXIT_REASON_CPUID VMX_EXIT_CPUID VMX_VMEXIT_CPUID VMX_EXIT_REASON_CPUID EXIT_CPUID VMX_REASON_CPUID
    ExitReason::Cpuid exit_reason::execute_cpuid`,
  'exit-reason EPT_VIOLATION': `EPT_VIOLATION EXIT_REASON_EPT_VIOLATION VMX_EXIT_EPT_VIOLATION`,
  'control HLT_EXITING': `CPU_BASED_HLT_EXITING VMX_VMCS_CTRL_PROC_EXEC_HLT_EXIT VMX_PROC_CTLS_HLT_EXIT VMX_PROCBASED_CTLS_HLT
    PrimaryControls::HLT_EXITING IA32_VMX_PROCBASED_CTLS_HLT_EXITING`,
  'control ENABLE_EPT': `SECONDARY_EXEC_ENABLE_EPT VMX_PROCBASED2_EPT VMX_PROC_CTLS2_EPT SecondaryControls::ENABLE_EPT
    VMX_FEATURE_EPT`,
  'control VM_EXIT_HOST_ADDRESS_SPACE_SIZE': `VM_EXIT_HOST_ADDR_SPACE_SIZE VMX_EXIT_CTLS_HOST_ADDR_SPACE_SIZE
    VM_EXIT_HOST_ADDRESS_SPACE_SIZE ExitControls::HOST_ADDRESS_SPACE_SIZE`,
  'msr IA32_VMX_BASIC': `MSR_IA32_VMX_BASIC IA32_VMX_BASIC x86::msr::IA32_VMX_BASIC`,
  'msr IA32_EFER': `IA32_EFER MSR_EFER MSR_IA32_EFER`,
  'msr IA32_FS_BASE': `MSR_FS_BASE IA32_FS_BASE`,
  'cpuid-feature VMX': `X86_FEATURE_VMX`,
  'vm-instruction-error VMLAUNCH_NONCLEAR_VMCS': `VMXERR_VMLAUNCH_NONCLEAR_VMCS VMXERR_VMLAUNCH_NON_CLEAR_VMCS`,
  'exception PF': `#PF X86_TRAP_PF PF_VECTOR`,
  'register-bit CR0.PE': `CR0_PE X86_CR0_PE CR0.PE X86_CR0_PE_BIT`,
  'register-bit EFER.LME': `EFER_LME _EFER_LME MSR_K6_EFER_LME BX_EFER_LME_MASK`,
  'register-bit EFER.NXE': `EFER_NX _EFER_NXE IA32_EFER_EXECUTE_DISABLE_BIT_ENABLE`,
  'register-bit CR4.SMEP': `X86_CR4_SMEP CR4_SMEP_ENABLE BX_CR4_SMEP_MASK`,
  'msr-bit IA32_FEATURE_CONTROL.LOCK': `FEAT_CTL_LOCKED FEATURE_CONTROL_LOCKED MSR_IA32_FEATURE_CONTROL_LOCK
    IA32_FEATURE_CONTROL_LOCK_BIT`,
  'msr-bit IA32_FEATURE_CONTROL.VMX_OUTSIDE_SMX': `FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX FEATURE_CONTROL_VMXON_OUTSIDE_SMX
    FEATURE_CONTROL_VMXON_ENABLED_OUTSIDE_SMX IA32_FEATURE_CONTROL_ENABLE_VMX_OUTSIDE_SMX`,
  'msr-bit IA32_APIC_BASE.EN': `MSR_IA32_APICBASE_ENABLE APIC_BASE_EN IA32_APIC_BASE_APIC_GLOBAL_ENABLE`,
  'msr-bit IA32_SPEC_CTRL.IBRS': `SPEC_CTRL_IBRS IA32_SPEC_CTRL_IBRS`,
  'msr-bit IA32_MTRR_DEF_TYPE.E': `IA32_MTRR_DEF_TYPE_E`,
  'msr-bit IA32_VMX_MISC.WAIT_FOR_SIPI': `VMX_MISC_ACTIVITY_WAIT_SIPI MSR_IA32_VMX_MISC_ACTIVITY_WAIT_SIPI`,
  'msr-bit IA32_VMX_EPT_VPID_CAP.PAGE_2M': `VMX_EPT_2MB_PAGE_BIT EPT_CAP_2M_PAGE VMX_EPT_SUPERPAGE_2MB`,
  'msr IA32_FMASK': `MSR_SYSCALL_MASK BX_MSR_FMASK MSR_SFMASK`,
  'msr IA32_KERNEL_GS_BASE': `MSR_KERNEL_GS_BASE MSR_SHADOW_GS_BASE BX_MSR_KERNELGSBASE`,
  'control INTERRUPT_WINDOW_EXITING': `CPU_BASED_INTR_WINDOW_EXITING CPU_BASED_VIRTUAL_INTR_PENDING`,
  'control NMI_WINDOW_EXITING': `CPU_BASED_NMI_WINDOW_EXITING CPU_BASED_VIRTUAL_NMI_PENDING`,
  'exit-reason INTERRUPT_WINDOW': `EXIT_REASON_INTERRUPT_WINDOW EXIT_REASON_PENDING_INTERRUPT EXIT_REASON_PENDING_VIRT_INTR`,
  'field IDT_VECTORING_INFO_FIELD': `IDT_VECTORING_INFO_FIELD IDT_VECTORING_INFO VMCS_32BIT_IDT_VECTORING_INFO IDT_VECT_INFO`,
  'event-bit INTR_INFO.VALID': `INTR_INFO_VALID INTR_INFO_VALID_MASK`,
  'event-bit INTR_INFO.TYPE': `INTR_INFO_INTR_TYPE_MASK INTR_INFO_INTR_TYPE_SHIFT`,
  'event-bit INTR_INFO.DELIVER_ERROR_CODE': `INTR_INFO_DELIVER_CODE INTR_INFO_DELIVER_CODE_MASK`,
  'event-bit VM_EXIT_INTR_INFO.NMI_UNBLOCKING': `INTR_INFO_UNBLOCK_NMI INTR_INFO_NMI_UNBLOCKED_BY_IRET
    VMX_EXIT_INTERRUPTION_INFO_NMI_UNBLOCK`,
  'event-bit VM_EXIT_INTR_INFO.VALID': `VMX_EXIT_INTERRUPTION_INFO_VALID VMEXIT_INTERRUPT_INFO_VALID`,
  'event-bit VM_ENTRY_INTR_INFO_FIELD.VALID': `VMENTRY_INTERRUPT_INFORMATION_VALID_FLAG`,
  'event-bit IDT_VECTORING_INFO_FIELD.VALID': `VECTORING_INFO_VALID_MASK VMX_IDT_VECTORING_INFO_VALID`,
  'event-bit GUEST_INTERRUPTIBILITY_INFO.MOV_SS': `GUEST_INTR_STATE_MOV_SS VMX_INTR_SHADOW_MOV_SS
    BX_VMX_INTERRUPTS_BLOCKED_BY_MOV_SS`,
  'event-type HARDWARE_EXCEPTION': `INTR_TYPE_HARD_EXCEPTION X86_ET_HW_EXC VMX_EXIT_INTERRUPTION_INFO_TYPE_HW_XCPT
    InterruptionType::HardwareException`,
  'event-type NMI': `INTR_TYPE_NMI_INTR X86_ET_NMI`,
  'activity-state WAIT_FOR_SIPI': `GUEST_ACTIVITY_WAIT_SIPI BX_ACTIVITY_STATE_WAIT_FOR_SIPI`,
};

describe('names of facts', () => {
  for (const [fact, words] of Object.entries(spellings))
    it(`${fact} is found in every spelling`, () => {
      for (const word of words.split(/\s+/)) assert.deepEqual(factsNamed(word).map(show), [fact], word);
    });

  it('a word that could be anything is no fact', () => {
    const words = `RIP CONTROL FLAGS PE CR0 CPUID HLT EFER MASK GUEST HOST VMCS vmcs guest EXIT_SUCCESS tsc_offset msr_bitmap
      link_pointer exit_reason CPU_BASED SVM_EXIT_CPUID VMEXIT_CPUID VMX_CPUID VMX_HLT VMX_EXIT_REASONS_BUS_LOCK
      VMX_TPR_THRESHOLD MSR_MC3_CTL MSR_SMRR_PHYSMASK VMX_EXIT_INVALID MSR_MISC gpa GPA IO_BITMAP BITMAP_IO
      IN_VECTOR functionControl FuncCtrl EXIT_CONTROLS ExitControls EXITINTINFO INSTR_ERROR MSR_data PRIMARY_MONITOR
      Exit_reason EXCEPTION_NMI PIN_NMI ent_ctls Vmexit_Vmread GUEST_STATE host_state MSR_ IA32_ X86_CR0_ __ 0x401e
      INTR_INFO INTR_INFO_RESVD_BITS_MASK INTR_TYPE_RESERVED INTR_TYPE HV_X64_INTERRUPT_TYPE_NMI VECTORING_INFO InterruptInfo::from_vector
      IDT_VECTORING_INFO_UNBLOCK_NMI APIC_BASE_ADDRESS VMX_EPT_AD_ENABLE_BIT MSR_IA32_MISC_ENABLE_TCC FEAT_CTL STAR_EIP feat_ctl_locked
      EFER_ CR4_MASK VALID_MASK UNBLOCK_NMI MISC_ENABLE SPEC_CTRL ACTIVITY_STATE_MWAIT`;
    for (const word of words.split(/\s+/)) assert.deepEqual(factsNamed(word), [], word);
  });

  it('every row is found by its own name', () => {
    for (const row of vmcsFields) {
      assert.deepEqual(
        factsNamed(row.name).filter((fact) => fact.kind === 'field'),
        [{ kind: 'field', row }],
        row.name,
      );
      if (row.high !== undefined)
        assert.deepEqual(factsNamed(`${row.name}_HIGH`)[0], { kind: 'field', row, high: true }, row.name);
    }
    for (const row of exitReasons)
      assert.deepEqual(factsNamed(`EXIT_REASON_${row.name}`), [{ kind: 'exit-reason', row }], row.name);
    for (const row of vmxControls)
      assert.deepEqual(
        factsNamed(nameOf({ kind: 'control', row }, 'linux')),
        [{ kind: 'control', row }],
        row.name,
      );
  });
});

describe('numbers of facts', () => {
  it('a number is a fact of the kind that the surroundings tell', () => {
    const { GUEST_RIP, EPT_POINTER } = Object.fromEntries(vmcsFields.map((row) => [row.name, row]));
    assert.deepEqual(factNumbered('field', BigInt(GUEST_RIP!.encoding)), { kind: 'field', row: GUEST_RIP });
    assert.deepEqual(factNumbered('field', EPT_POINTER!.high!), {
      kind: 'field',
      row: EPT_POINTER,
      high: true,
    });
    assert.equal(factNumbered('field', 0x7ffe), undefined);
    assert.equal(factNumbered('exit-reason', 1n << 70n), undefined);
  });
});
