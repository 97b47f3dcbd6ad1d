// System instructions: control and debug registers aside (they are forms of MOV in `integer`), what an operating system
// or a hypervisor uses on descriptor tables, MSRs, translations, time and power. Intel SDM volume 2 and volume 3,
// sections 2.8, 25.1.2 and 25.1.3 (2016 numbering). Rows only.

import { type InstructionFault, type InstructionRow, only64Bit, onlyProtected } from './row';

const virtual8086: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'it is executed in virtual-8086 mode',
};
const userModeInstructionPrevention: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'CR4.UMIP is 1 and CPL is not 0',
};
const nonCanonicalBase: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'the base is not a canonical address (64-bit mode)',
};
const badSelector: InstructionFault = {
  exception: 'GP',
  code: 'selector',
  when: 'the selector is beyond the GDT, is in the LDT, or its descriptor has the wrong type',
};
const notPresent: InstructionFault = {
  exception: 'NP',
  code: 'selector',
  when: 'the descriptor is not present',
};
const badMsr: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'the MSR does not exist',
};
const badMsrValue: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'the value sets reserved bits or is an address that is not canonical',
};
const timeStampDisabled: InstructionFault = {
  exception: 'GP',
  code: '0',
  when: 'CR4.TSD is 1 and CPL is not 0',
};

/** When the MSR bitmaps let an access exit (SDM volume 3, 25.1.3). */
const readIntercepted = 'USE_MSR_BITMAPS is 0, or the MSR has a 1 in the read bitmap or is in neither range';
const writeIntercepted =
  'USE_MSR_BITMAPS is 0, or the MSR has a 1 in the write bitmap or is in neither range';

export const system: readonly InstructionRow[] = [
  {
    name: 'LGDT',
    title: 'Load global descriptor table register',
    summary: 'Loads GDTR from a 16-bit limit and a base in memory.',
    faults: [nonCanonicalBase],
    exits: [{ reason: 'GDTR_IDTR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
    privileged: 'GP',
    sdm: 'volume 2, LGDT/LIDT',
  },
  {
    name: 'LIDT',
    title: 'Load interrupt descriptor table register',
    summary: 'Loads IDTR from a 16-bit limit and a base in memory.',
    faults: [nonCanonicalBase],
    exits: [{ reason: 'GDTR_IDTR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
    privileged: 'GP',
    sdm: 'volume 2, LGDT/LIDT',
  },
  {
    name: 'SGDT',
    title: 'Store global descriptor table register',
    summary: 'Stores limit and base of GDTR to memory.',
    faults: [userModeInstructionPrevention],
    exits: [{ reason: 'GDTR_IDTR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
  },
  {
    name: 'SIDT',
    title: 'Store interrupt descriptor table register',
    summary: 'Stores limit and base of IDTR to memory.',
    faults: [userModeInstructionPrevention],
    exits: [{ reason: 'GDTR_IDTR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
  },
  {
    name: 'LLDT',
    title: 'Load local descriptor table register',
    summary: 'Loads LDTR with a selector and, from the GDT, its descriptor.',
    faults: [badSelector, notPresent],
    exits: [{ reason: 'LDTR_TR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
    undefinedIn: onlyProtected,
    privileged: 'GP',
  },
  {
    name: 'SLDT',
    title: 'Store local descriptor table register',
    summary: 'Stores the selector in LDTR.',
    faults: [userModeInstructionPrevention],
    exits: [{ reason: 'LDTR_TR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
    undefinedIn: onlyProtected,
  },
  {
    name: 'LTR',
    title: 'Load task register',
    summary: 'Loads TR with a selector and, from the GDT, its TSS descriptor, which it marks busy.',
    faults: [badSelector, notPresent],
    exits: [{ reason: 'LDTR_TR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
    undefinedIn: onlyProtected,
    privileged: 'GP',
  },
  {
    name: 'STR',
    title: 'Store task register',
    summary: 'Stores the selector in TR.',
    faults: [userModeInstructionPrevention],
    exits: [{ reason: 'LDTR_TR', controls: ['DESCRIPTOR_TABLE_EXITING'] }],
    undefinedIn: onlyProtected,
  },
  {
    name: 'LMSW',
    title: 'Load machine status word',
    summary: 'Writes bits 3:0 of CR0 (PE, MP, EM, TS); it can set PE but not clear it.',
    exits: [
      {
        reason: 'CR_ACCESS',
        when: 'it would change a bit against the CR0 read shadow that the CR0 guest/host mask owns, PE only when it sets it',
      },
    ],
    privileged: 'GP',
  },
  {
    name: 'SMSW',
    title: 'Store machine status word',
    summary:
      'Stores the low bits of CR0; in VMX non-root operation bits of the guest/host mask come from the read shadow.',
    faults: [userModeInstructionPrevention],
  },
  {
    name: 'CLTS',
    title: 'Clear task-switched flag in CR0',
    summary: 'Clears CR0.TS, so that x87, MMX and SSE instructions do not raise #NM.',
    exits: [
      { reason: 'CR_ACCESS', when: 'bit TS is 1 in both the CR0 guest/host mask and the CR0 read shadow' },
    ],
    privileged: 'GP',
  },
  {
    name: 'LAR',
    title: 'Load access rights',
    summary: 'Reads the access rights of the descriptor a selector names, and sets ZF when it is accessible.',
    undefinedIn: onlyProtected,
  },
  {
    name: 'LSL',
    title: 'Load segment limit',
    summary: 'Reads the limit in bytes of the segment a selector names, and sets ZF when it is accessible.',
    undefinedIn: onlyProtected,
  },
  {
    name: 'VERR',
    title: 'Verify segment for reading',
    summary: 'Sets ZF when the segment a selector names can be read at this privilege level.',
    undefinedIn: onlyProtected,
    sdm: 'volume 2, VERR/VERW',
  },
  {
    name: 'VERW',
    title: 'Verify segment for writing',
    summary:
      'Sets ZF when the segment a selector names can be written; with MD_CLEAR it also overwrites buffers of the processor.',
    undefinedIn: onlyProtected,
    sdm: 'volume 2, VERR/VERW',
  },
  {
    name: 'ARPL',
    title: 'Adjust requested privilege level',
    summary:
      'Raises the RPL of a selector to that of another and sets ZF when it had to; its opcode is MOVSXD in 64-bit mode.',
    undefinedIn: ['real', 'virtual-8086', '64-bit'],
  },
  {
    name: 'RDMSR',
    title: 'Read model-specific register',
    summary:
      'Reads the MSR whose number is in ECX into EDX:EAX; newer processors also take the number as an immediate.',
    faults: [virtual8086, badMsr],
    exits: [
      { reason: 'MSR_READ', when: readIntercepted },
      { reason: 'MSR_READ_IMM', when: `the number is an immediate, and ${readIntercepted}` },
    ],
    privileged: 'GP',
  },
  {
    name: 'WRMSR',
    title: 'Write model-specific register',
    summary: 'Writes EDX:EAX to the MSR whose number is in ECX; serializing, except for some MSRs.',
    faults: [virtual8086, badMsr, badMsrValue],
    exits: [
      { reason: 'MSR_WRITE', when: writeIntercepted },
      {
        reason: 'APIC_WRITE',
        controls: ['VIRTUALIZE_X2APIC_MODE'],
        when: 'it wrote a virtualized x2APIC register that the hypervisor must complete',
      },
      {
        reason: 'TPR_BELOW_THRESHOLD',
        controls: ['VIRTUALIZE_X2APIC_MODE'],
        when: 'it wrote the TPR below the TPR threshold, without VIRTUAL_INTERRUPT_DELIVERY',
      },
      {
        reason: 'EOI_INDUCED',
        controls: ['VIRTUALIZE_X2APIC_MODE', 'VIRTUAL_INTERRUPT_DELIVERY'],
        when: 'it wrote EOI for a vector whose bit in the EOI-exit bitmap is 1',
      },
    ],
    privileged: 'GP',
  },
  {
    name: 'WRMSRNS',
    title: 'Write model-specific register, non-serializing',
    summary:
      'Writes EDX:EAX to the MSR whose number is in ECX, or a register to one whose number is an immediate, without serializing.',
    faults: [virtual8086, badMsr, badMsrValue],
    exits: [
      { reason: 'MSR_WRITE', when: writeIntercepted },
      { reason: 'MSR_WRITE_IMM', when: `the number is an immediate, and ${writeIntercepted}` },
    ],
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'RDMSRLIST',
    title: 'Read list of model-specific registers',
    summary: 'Reads up to 64 MSRs, whose numbers are in a table at RSI, to a table at RDI; RCX selects them.',
    faults: [badMsr],
    exits: [
      {
        reason: 'RDMSRLIST',
        controls: ['ENABLE_MSR_LIST_INSTRUCTIONS'],
        when: `for one of them ${readIntercepted}`,
      },
    ],
    enabledBy: 'ENABLE_MSR_LIST_INSTRUCTIONS',
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'WRMSRLIST',
    title: 'Write list of model-specific registers',
    summary:
      'Writes up to 64 MSRs, whose numbers are in a table at RSI, from a table at RDI; RCX selects them.',
    faults: [badMsr, badMsrValue],
    exits: [
      {
        reason: 'WRMSRLIST',
        controls: ['ENABLE_MSR_LIST_INSTRUCTIONS'],
        when: `for one of them ${writeIntercepted}`,
      },
    ],
    enabledBy: 'ENABLE_MSR_LIST_INSTRUCTIONS',
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'URDMSR',
    title: 'Read model-specific register from user mode',
    summary: 'Reads an MSR that the user-MSR bitmap opens to user mode.',
    operands: ['r64, r64', 'r64, imm32'],
    faults: [{ exception: 'GP', code: '0', when: 'the user-MSR bitmap has a 0 for the MSR' }],
    exits: [{ reason: 'URDMSR', when: readIntercepted }],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'UWRMSR',
    title: 'Write model-specific register from user mode',
    summary: 'Writes an MSR that the user-MSR bitmap opens to user mode.',
    operands: ['r64, r64', 'imm32, r64'],
    faults: [{ exception: 'GP', code: '0', when: 'the user-MSR bitmap has a 0 for the MSR' }],
    exits: [{ reason: 'UWRMSR', when: writeIntercepted }],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'RDPMC',
    title: 'Read performance-monitoring counter',
    summary: 'Reads the counter whose number is in ECX into EDX:EAX.',
    faults: [
      {
        exception: 'GP',
        code: '0',
        when: 'CR4.PCE is 0 and CPL is not 0, or there is no counter of this number',
      },
    ],
    exits: [{ reason: 'RDPMC', controls: ['RDPMC_EXITING'] }],
  },
  {
    name: 'RDTSC',
    title: 'Read time-stamp counter',
    summary:
      'Reads the time-stamp counter into EDX:EAX, in VMX non-root operation with the TSC offset and multiplier applied.',
    faults: [timeStampDisabled],
    exits: [{ reason: 'RDTSC', controls: ['RDTSC_EXITING'] }],
  },
  {
    name: 'RDTSCP',
    title: 'Read time-stamp counter and processor id',
    summary:
      'Reads the time-stamp counter into EDX:EAX and IA32_TSC_AUX into ECX, after all earlier instructions have executed.',
    faults: [timeStampDisabled],
    exits: [{ reason: 'RDTSCP', controls: ['ENABLE_RDTSCP', 'RDTSC_EXITING'] }],
    enabledBy: 'ENABLE_RDTSCP',
  },
  {
    name: 'RDPID',
    title: 'Read processor id',
    summary: 'Reads IA32_TSC_AUX.',
    enabledBy: 'ENABLE_RDTSCP',
    newer: true,
  },
  {
    name: 'CPUID',
    title: 'CPU identification',
    summary:
      'Reports features of the processor in EAX, EBX, ECX and EDX for the leaf in EAX and the subleaf in ECX; serializing.',
    exits: [{ reason: 'CPUID' }],
  },
  {
    name: 'INVD',
    title: 'Invalidate caches',
    summary: 'Invalidates the caches without writing modified lines back: their data is lost.',
    faults: [virtual8086],
    exits: [{ reason: 'INVD' }],
    privileged: 'GP',
  },
  {
    name: 'WBINVD',
    title: 'Write back and invalidate caches',
    summary: 'Writes all modified cache lines back to memory and invalidates the caches.',
    faults: [virtual8086],
    exits: [{ reason: 'WBINVD', controls: ['WBINVD_EXITING'] }],
    privileged: 'GP',
  },
  {
    name: 'WBNOINVD',
    title: 'Write back caches without invalidating',
    summary: 'Writes all modified cache lines back to memory; the lines may stay in the caches.',
    faults: [virtual8086],
    exits: [{ reason: 'WBINVD', controls: ['WBINVD_EXITING'] }],
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'INVLPG',
    title: 'Invalidate TLB entries of a page',
    summary:
      'Invalidates the cached translations of the page that holds the address, for the current PCID and global ones.',
    faults: [virtual8086],
    exits: [{ reason: 'INVLPG', controls: ['INVLPG_EXITING'] }],
    privileged: 'GP',
  },
  {
    name: 'INVPCID',
    title: 'Invalidate translations by process-context identifier',
    summary:
      'Invalidates cached translations of one address (type 0), of a PCID (1), of all with global ones (2), or of all without them (3).',
    faults: [
      {
        exception: 'GP',
        code: '0',
        when: 'the type is above 3, the descriptor has reserved bits, its address is not canonical, or it names a PCID with CR4.PCIDE 0',
      },
      virtual8086,
    ],
    exits: [{ reason: 'INVPCID', controls: ['ENABLE_INVPCID', 'INVLPG_EXITING'] }],
    enabledBy: 'ENABLE_INVPCID',
    privileged: 'GP',
  },
  {
    name: 'HLT',
    title: 'Halt',
    summary: 'Stops instruction execution until an interrupt, an NMI, an SMI, INIT or a debug exception.',
    faults: [virtual8086],
    exits: [{ reason: 'HLT', controls: ['HLT_EXITING'] }],
    privileged: 'GP',
  },
  {
    name: 'MONITOR',
    title: 'Set up monitored address',
    summary: 'Arms the monitor for the cache line at the address in RAX, for a MWAIT that follows.',
    faults: [{ exception: 'UD', when: 'CPL is not 0' }],
    exits: [{ reason: 'MONITOR_INSTRUCTION', controls: ['MONITOR_EXITING'] }],
  },
  {
    name: 'MWAIT',
    title: 'Wait for monitored store',
    summary:
      'Waits in the state that EAX and ECX ask for, until a store to the monitored line or an interrupt.',
    faults: [{ exception: 'UD', when: 'CPL is not 0' }],
    exits: [{ reason: 'MWAIT_INSTRUCTION', controls: ['MWAIT_EXITING'] }],
  },
  {
    name: 'PAUSE',
    title: 'Spin-loop hint',
    summary: 'Tells the processor that this is a spin-wait loop; elsewhere it does nothing.',
    exits: [
      { reason: 'PAUSE_INSTRUCTION', controls: ['PAUSE_EXITING'] },
      {
        reason: 'PAUSE_INSTRUCTION',
        controls: ['PAUSE_LOOP_EXITING'],
        when: 'CPL is 0 and a loop of PAUSEs at most PLE_GAP ticks apart has lasted longer than PLE_WINDOW',
      },
    ],
  },
  {
    name: 'UMONITOR',
    title: 'Set up monitored address from user mode',
    summary: 'Arms the monitor for the cache line at the address in the register, for a UMWAIT that follows.',
    enabledBy: 'ENABLE_USER_WAIT_AND_PAUSE',
    newer: true,
  },
  {
    name: 'UMWAIT',
    title: 'Wait for monitored store from user mode',
    summary: 'Waits until a store to the monitored line or until the time stamp in EDX:EAX.',
    faults: [timeStampDisabled],
    exits: [{ reason: 'UMWAIT', controls: ['ENABLE_USER_WAIT_AND_PAUSE', 'RDTSC_EXITING'] }],
    enabledBy: 'ENABLE_USER_WAIT_AND_PAUSE',
    newer: true,
  },
  {
    name: 'TPAUSE',
    title: 'Timed pause',
    summary: 'Waits until the time stamp in EDX:EAX.',
    faults: [timeStampDisabled],
    exits: [{ reason: 'TPAUSE', controls: ['ENABLE_USER_WAIT_AND_PAUSE', 'RDTSC_EXITING'] }],
    enabledBy: 'ENABLE_USER_WAIT_AND_PAUSE',
    newer: true,
  },
  {
    name: 'RSM',
    title: 'Resume from system-management mode',
    summary: 'Restores the state that the SMI saved and goes back to the interrupted program.',
    faults: [{ exception: 'UD', when: 'the processor is not in system-management mode' }],
    exits: [{ reason: 'RSM', when: 'it is executed in system-management mode' }],
  },
  {
    name: 'SYSCALL',
    title: 'Fast system call',
    summary:
      'Goes to IA32_LSTAR at CPL 0, with RIP in RCX and RFLAGS in R11, on the same stack; Intel processors have it in 64-bit mode only.',
    faults: [{ exception: 'UD', when: 'IA32_EFER.SCE is 0' }],
  },
  {
    name: 'SYSRET',
    title: 'Return from fast system call',
    summary: 'Goes to RCX (ECX without REX.W, into compatibility mode) at CPL 3, with RFLAGS from R11.',
    attNames: ['SYSRETL'],
    faults: [
      { exception: 'UD', when: 'IA32_EFER.SCE is 0' },
      { exception: 'GP', code: '0', when: 'RCX is not a canonical address (64-bit operand)' },
    ],
    privileged: 'GP',
  },
  {
    name: 'SYSRETQ',
    title: 'Return from fast system call to 64-bit mode',
    summary: 'SYSRET with REX.W: goes to RCX in 64-bit mode at CPL 3, with RFLAGS from R11.',
    faults: [
      { exception: 'UD', when: 'IA32_EFER.SCE is 0' },
      { exception: 'GP', code: '0', when: 'RCX is not a canonical address' },
    ],
    undefinedIn: only64Bit,
    privileged: 'GP',
    sdm: 'volume 2, SYSRET',
  },
  {
    name: 'SYSENTER',
    title: 'Fast system call',
    summary: 'Goes to IA32_SYSENTER_EIP at CPL 0, on the stack in IA32_SYSENTER_ESP.',
    faults: [
      { exception: 'GP', code: '0', when: 'it is executed in real mode, or IA32_SYSENTER_CS[15:2] is 0' },
    ],
  },
  {
    name: 'SYSEXIT',
    title: 'Return from fast system call',
    summary: 'Goes to EDX at CPL 3, on the stack in ECX.',
    attNames: ['SYSEXITL'],
    faults: [
      { exception: 'GP', code: '0', when: 'it is executed in real mode, or IA32_SYSENTER_CS[15:2] is 0' },
    ],
    privileged: 'GP',
  },
  {
    name: 'SYSEXITQ',
    title: 'Return from fast system call to 64-bit mode',
    summary: 'SYSEXIT with REX.W: goes to RDX in 64-bit mode at CPL 3, on the stack in RCX.',
    faults: [
      {
        exception: 'GP',
        code: '0',
        when: 'IA32_SYSENTER_CS[15:2] is 0, or RCX or RDX is not a canonical address',
      },
    ],
    undefinedIn: only64Bit,
    privileged: 'GP',
    sdm: 'volume 2, SYSEXIT',
  },
  {
    name: 'SWAPGS',
    title: 'Swap GS base',
    summary: 'Exchanges the GS base with IA32_KERNEL_GS_BASE.',
    undefinedIn: only64Bit,
    privileged: 'GP',
  },
  {
    name: 'RDFSBASE',
    title: 'Read FS base',
    faults: [{ exception: 'UD', when: 'CR4.FSGSBASE is 0' }],
    undefinedIn: only64Bit,
    sdm: 'volume 2, RDFSBASE/RDGSBASE',
  },
  {
    name: 'RDGSBASE',
    title: 'Read GS base',
    faults: [{ exception: 'UD', when: 'CR4.FSGSBASE is 0' }],
    undefinedIn: only64Bit,
    sdm: 'volume 2, RDFSBASE/RDGSBASE',
  },
  {
    name: 'WRFSBASE',
    title: 'Write FS base',
    faults: [{ exception: 'UD', when: 'CR4.FSGSBASE is 0' }, nonCanonicalBase],
    undefinedIn: only64Bit,
    sdm: 'volume 2, WRFSBASE/WRGSBASE',
  },
  {
    name: 'WRGSBASE',
    title: 'Write GS base',
    faults: [{ exception: 'UD', when: 'CR4.FSGSBASE is 0' }, nonCanonicalBase],
    undefinedIn: only64Bit,
    sdm: 'volume 2, WRFSBASE/WRGSBASE',
  },
  {
    name: 'LKGS',
    title: 'Load kernel GS',
    summary: 'Loads GS as MOV does, but puts the base into IA32_KERNEL_GS_BASE.',
    faults: [badSelector],
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'CLAC',
    title: 'Clear AC flag',
    summary: 'Clears RFLAGS.AC: with CR4.SMAP the supervisor cannot access user pages.',
    privileged: 'UD',
  },
  {
    name: 'STAC',
    title: 'Set AC flag',
    summary: 'Sets RFLAGS.AC: the supervisor can access user pages in spite of CR4.SMAP.',
    privileged: 'UD',
  },
  {
    name: 'RDPKRU',
    title: 'Read protection-key rights of user pages',
    summary: 'Reads PKRU into EAX; ECX must be 0.',
    faults: [
      { exception: 'UD', when: 'CR4.PKE is 0' },
      { exception: 'GP', code: '0', when: 'ECX is not 0' },
    ],
  },
  {
    name: 'WRPKRU',
    title: 'Write protection-key rights of user pages',
    summary: 'Writes EAX to PKRU; ECX and EDX must be 0.',
    faults: [
      { exception: 'UD', when: 'CR4.PKE is 0' },
      { exception: 'GP', code: '0', when: 'ECX or EDX is not 0' },
    ],
  },
  {
    name: 'SERIALIZE',
    title: 'Serialize instruction execution',
    summary: 'Waits until all earlier instructions have completed and their stores are visible.',
    newer: true,
  },
  {
    name: 'HRESET',
    title: 'Reset prediction history',
    summary: 'Resets the history of the predictors that EAX selects and IA32_HRESET_ENABLE allows.',
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'PTWRITE',
    title: 'Write data to a processor-trace packet',
    summary: 'Puts the operand into the Intel PT stream, where IA32_RTIT_CTL enables it.',
    newer: true,
  },
  {
    name: 'CLUI',
    title: 'Clear user-interrupt flag',
    faults: [{ exception: 'UD', when: 'CR4.UINTR is 0' }],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'STUI',
    title: 'Set user-interrupt flag',
    faults: [{ exception: 'UD', when: 'CR4.UINTR is 0' }],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'TESTUI',
    title: 'Copy user-interrupt flag to CF',
    faults: [{ exception: 'UD', when: 'CR4.UINTR is 0' }],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'UIRET',
    title: 'Return from user interrupt',
    summary: 'Pops RIP, RFLAGS and RSP and sets the user-interrupt flag.',
    faults: [{ exception: 'UD', when: 'CR4.UINTR is 0' }],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'SENDUIPI',
    title: 'Send user inter-processor interrupt',
    summary: 'Posts a user interrupt by the entry of the UITT with this index and notifies its processor.',
    faults: [
      { exception: 'UD', when: 'CR4.UINTR is 0 or IA32_UINTR_TT[0] is 0' },
      { exception: 'GP', code: '0', when: 'the index is beyond the UITT, or its entry is not valid' },
    ],
    undefinedIn: only64Bit,
    newer: true,
  },
  {
    name: 'ERETS',
    title: 'Event return to supervisor',
    summary: 'Returns from a FRED event to ring 0 by the frame on the stack.',
    faults: [{ exception: 'UD', when: 'CR4.FRED is 0' }],
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
  {
    name: 'ERETU',
    title: 'Event return to user',
    summary: 'Returns from a FRED event to ring 3 by the frame on the stack, and swaps the GS base.',
    faults: [{ exception: 'UD', when: 'CR4.FRED is 0' }],
    undefinedIn: only64Bit,
    privileged: 'GP',
    newer: true,
  },
];
