/** Sentences about the control fields: VM-execution and VM-exit controls (SDM 26.2.1.1, 26.2.1.2). */
import { memoryTypes } from '../../../isa/memory-types';
import { msr } from '../../../isa/msrs';
import { extract, hex } from '../../../decode/word';
import {
  aligned,
  beyond,
  bitsText,
  controls,
  controlsAnd,
  listEnd,
  mustBe0,
  needed,
  notOffered,
  ones,
  part,
  values,
  valueText,
  type CheckSubject,
  type Wordings,
} from './subject';

const PAGE_BITS = 12;

/** A bit of IA32_VMX_EPT_VPID_CAP by its name in isa. */
function offers(subject: CheckSubject, name: string): boolean {
  const range = msr.IA32_VMX_EPT_VPID_CAP.ranges!.find((candidate) => candidate.name === name)!;
  return extract(subject.capability('IA32_VMX_EPT_VPID_CAP'), range) === 1n;
}

function typeName(type: bigint): string {
  return memoryTypes.find(({ number }) => BigInt(number) === type)?.name ?? 'no memory type';
}

/** `EPTP memory type is 0 (UC); this processor reports only 6 (WB).` */
function eptMemoryType(subject: CheckSubject): string {
  const reported = [
    ...(offers(subject, 'UC') ? ['0 (UC)'] : []),
    ...(offers(subject, 'WB') ? ['6 (WB)'] : []),
  ];
  const type = part(subject, 'EPT_POINTER', 'MEMORY_TYPE');
  const only = reported.length === 1 ? `only ${reported[0]}` : reported.join(' and ');
  return `${valueText(subject, 'EPT_POINTER')}: its memory type (bits 2:0) is ${type} (${typeName(type)}); this processor reports ${only || 'none'}.`;
}

function walkLength(subject: CheckSubject): string {
  const length = part(subject, 'EPT_POINTER', 'WALK_LENGTH');
  return `${valueText(subject, 'EPT_POINTER')}: bits 5:3 are ${length}, a walk of ${length + 1n} levels; this processor walks 4 (value 3).`;
}

export const executionWordings = {
  B01: needed('pin'),
  B02: notOffered('pin'),
  B03: needed('primary'),
  B04: notOffered('primary'),
  B05: needed('secondary'),
  B06: notOffered('secondary'),
  B07: notOffered('tertiary'),
  B08: (subject) => {
    const most = (subject.capability('IA32_VMX_MISC') & ones(24, 16)) >> 16n;
    return `${valueText(subject, 'CR3_TARGET_COUNT')}: at most ${most} (IA32_VMX_MISC bits 24:16).`;
  },
  B09: aligned('IO_BITMAP_A', PAGE_BITS),
  B10: aligned('IO_BITMAP_B', PAGE_BITS),
  B11: aligned('MSR_BITMAP', PAGE_BITS),
  B12: aligned('VIRTUAL_APIC_PAGE_ADDR', PAGE_BITS),
  B13: aligned('APIC_ACCESS_ADDR', PAGE_BITS),
  B14: aligned('PML_ADDRESS', PAGE_BITS),
  B15: aligned('EPTP_LIST_ADDRESS', PAGE_BITS),
  B16: aligned('VMREAD_BITMAP', PAGE_BITS),
  B17: aligned('VMWRITE_BITMAP', PAGE_BITS),
  B18: aligned('VE_INFORMATION_ADDRESS', PAGE_BITS),
  B19: aligned('SPP_TABLE_POINTER', PAGE_BITS),
  B20: aligned('LOW_PASID_DIRECTORY_ADDRESS', PAGE_BITS),
  B21: aligned('HIGH_PASID_DIRECTORY_ADDRESS', PAGE_BITS),
  B22: mustBe0('TPR_THRESHOLD', ones(31, 4)),
  B23: values(
    ['TPR_THRESHOLD', 'VIRTUAL_APIC_PAGE_ADDR'],
    'bits 3:0 are above the task priority in bits 7:4 at offset 0x80 of the virtual-APIC page',
  ),
  B24: controls(['NMI_EXITING', 'VIRTUAL_NMIS'], 'virtual NMIs need NMI exiting'),
  B25: controls(['VIRTUAL_NMIS', 'NMI_WINDOW_EXITING'], 'NMI-window exiting needs virtual NMIs'),
  B26: controls(
    [
      'USE_TPR_SHADOW',
      'VIRTUALIZE_X2APIC_MODE',
      'APIC_REGISTER_VIRTUALIZATION',
      'VIRTUAL_INTERRUPT_DELIVERY',
    ],
    'the last three need the first',
  ),
  B27: controls(['USE_TPR_SHADOW', 'IPI_VIRTUALIZATION'], 'IPI virtualization needs the TPR shadow'),
  B28: controls(['VIRTUALIZE_X2APIC_MODE', 'VIRTUALIZE_APIC_ACCESSES'], 'they exclude each other'),
  B29: controls(
    ['VIRTUAL_INTERRUPT_DELIVERY', 'EXTERNAL_INTERRUPT_EXITING'],
    'virtual-interrupt delivery needs external-interrupt exiting',
  ),
  B30: controls(
    ['PROCESS_POSTED_INTERRUPTS', 'VIRTUAL_INTERRUPT_DELIVERY'],
    'posted interrupts need virtual-interrupt delivery',
  ),
  B31: controls(
    ['PROCESS_POSTED_INTERRUPTS', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT'],
    'posted interrupts need the acknowledgement of interrupts on exit',
  ),
  B32: mustBe0('POSTED_INTR_NV', ones(15, 8)),
  B33: mustBe0('POSTED_INTR_DESC_ADDR', ones(5, 0)),
  B34: mustBe0('POSTED_INTR_DESC_ADDR', beyond),
  B35: controlsAnd(['ENABLE_VPID'], ['VIRTUAL_PROCESSOR_ID'], '0 is the VPID of VMX root operation'),
  B36: eptMemoryType,
  B37: walkLength,
  B38: (subject) =>
    `${valueText(subject, 'EPT_POINTER')}: bit 6 (AD) must be 0; this processor has no accessed and dirty flags for EPT (IA32_VMX_EPT_VPID_CAP bit 21 is 0).`,
  B39: (subject) =>
    `${valueText(subject, 'EPT_POINTER')}: bit 7 (SSS) must be 0; this processor has no supervisor shadow-stack control.`,
  B40: mustBe0('EPT_POINTER', (subject) => ones(11, 8) | beyond(subject)),
  B41: controls(['ENABLE_PML', 'ENABLE_EPT'], 'page-modification logging needs EPT'),
  B42: controls(['UNRESTRICTED_GUEST', 'ENABLE_EPT'], 'an unrestricted guest needs EPT'),
  B43: controls(['MODE_BASED_EXECUTE_CONTROL', 'ENABLE_EPT'], 'mode-based execute control needs EPT'),
  B44: controls(['SUB_PAGE_WRITE_PERMISSIONS', 'ENABLE_EPT'], 'sub-page write permissions need EPT'),
  B45: (subject) => {
    const offered = subject.capability('IA32_VMX_VMFUNC');
    const wrong = subject.read('VM_FUNCTION_CONTROL') & ~offered;
    return `${valueText(subject, 'VM_FUNCTION_CONTROL')}: ${bitsText(wrong)} must be 0; IA32_VMX_VMFUNC offers ${hex(offered)}.`;
  },
  B46: controlsAnd(['ENABLE_EPT'], ['VM_FUNCTION_CONTROL'], 'EPTP switching (bit 0) needs EPT'),
  B47: controlsAnd(['USE_TSC_SCALING'], ['TSC_MULTIPLIER'], 'the multiplier must not be 0'),
  B48: controls(
    [
      'PT_USES_GUEST_PHYSICAL_ADDRESSES',
      'ENABLE_EPT',
      'VM_ENTRY_LOAD_IA32_RTIT_CTL',
      'VM_EXIT_CLEAR_IA32_RTIT_CTL',
    ],
    'the first needs the others',
  ),
  B49: controls(
    ['ENABLE_HLAT', 'EPT_PAGING_WRITE', 'GUEST_PAGING_VERIFICATION', 'ENABLE_EPT'],
    'the first three need EPT',
  ),
  B50: mustBe0('HLAT_POINTER', (subject) => ones(2, 0) | ones(11, 5) | beyond(subject)),
  B51: values(
    ['PID_POINTER_TABLE', 'LAST_PID_POINTER_INDEX'],
    'bits 2:0 of the table address must be 0, and its last entry must lie within the physical-address width',
  ),
  C01: needed('exit'),
  C02: notOffered('exit'),
  C03: notOffered('secondary-exit'),
  C04: controls(
    ['VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE', 'ACTIVATE_VMX_PREEMPTION_TIMER'],
    'saving the timer needs the timer',
  ),
  C05: aligned('VM_EXIT_MSR_STORE_ADDR', 4),
  C06: listEnd('VM_EXIT_MSR_STORE_ADDR', 'VM_EXIT_MSR_STORE_COUNT'),
  C07: aligned('VM_EXIT_MSR_LOAD_ADDR', 4),
  C08: listEnd('VM_EXIT_MSR_LOAD_ADDR', 'VM_EXIT_MSR_LOAD_COUNT'),
} as const satisfies Wordings;
