// Each rule of isa/fault-reasons by which a system instruction, or an instruction of floating-point and vector state, faults on the
// chip: a program that breaks it, and the sentence with the values it found.
import assert from 'node:assert/strict';
import { Region } from '../../../src/abi/memory-map';
import { Seg, State } from '../../../src/abi/state-block';
import { CapabilityTable } from '../../../src/abi/tables';
import { readFaultChain } from '../../../src/cpu/fault-chain';
import { applyProfile } from '../../../src/cpu/profile';
import { causeText } from '../../../src/decode/fault-text';
import type { CpuProfileRow } from '../../../src/isa/cpu-profiles/row';
import { cpuProfiles } from '../../../src/isa/cpuid';
import { faultReasonById, type FaultReasonId } from '../../../src/isa/fault-reasons';
import type { stateReasons } from '../../../src/isa/fault-reasons/state';
import type { systemReasons } from '../../../src/isa/fault-reasons/system';
import { msr } from '../../../src/isa/msrs';
import { GuestBench } from '../vmx/guest-bench';
import { Bench, DATA, Select } from './bench';
import { toCr, wrmsr } from './register-writes';
import { proves } from '../../support/proves';

interface Case {
  bench?: () => Bench;
  setup?: (bench: Bench) => void;
  source: string;
  /** What the sentence must show. */
  shows: RegExp;
}

type Covered =
  | Exclude<(typeof systemReasons)[number]['id'], 'NOT_CLAIMED' | 'MSR_READ_ONLY_BITS'>
  | (typeof stateReasons)[number]['id'];

const { 'skylake-server': skylake } = cpuProfiles;
/** A server, and what its hypervisor would hide. */
const PROFILE: CpuProfileRow = { ...skylake, features: [...skylake.features, 'MONITOR', 'PKU', 'SPEC_CTRL'] };

const user = () => Bench.long(3);
/** 64-bit mode with the features of a server, and what SSE and AVX need switched on. */
function server(): Bench {
  const bench = Bench.long();
  applyProfile(bench.cpu, PROFILE);
  bench.cpu.set64(State.CR4, bench.cpu.get64(State.CR4) | 0x40620n);
  bench.cpu.set64(State.XCR0, 7n);
  bench.cpu.stateReplaced();
  return bench;
}
const set = (place: State, change: (old: bigint) => bigint) => (bench: Bench) => {
  bench.cpu.set64(place, change(bench.cpu.get64(place)));
  bench.cpu.stateReplaced();
};
const vmx = (bench: Bench) => bench.cpu.set32(State.VMX_ON, 1);
const selector = (value: number, instruction: string) => `mov eax, ${value}; ${instruction}`;

const cases: Record<Covered, Case> = {
  DIVIDE: { source: 'xor ecx, ecx; div ecx', shows: /The divisor is 0/ },
  BOUND_RANGE: {
    bench: () => Bench.protected(),
    source: `mov dword ptr [${DATA}], 2; mov dword ptr [${DATA + 4}], 5; mov eax, 7; bound eax, [${DATA}]`,
    shows: /The index 0x7 of BOUND is outside the signed bounds 0x2 to 0x5/,
  },
  INSTRUCTION_LENGTH: {
    source: `.byte ${'0x66, '.repeat(15)}0x90`,
    shows: /longer than 15 bytes/,
  },
  FEATURE_NOT_CLAIMED: {
    // turtle-64 has no ADX; the machine asks for #UD instead of a stop.
    source: 'adcx eax, ecx',
    shows: /belongs to ADCX and ADOX \(CPUID 0x7, EBX bit 19\)/,
  },
  SSE_OSFXSR: {
    bench: server,
    setup: set(State.CR4, (cr4) => cr4 & ~0x200n),
    source: 'movaps xmm0, xmm1',
    shows: /needs CR4\.OSFXSR \(bit 9\); CR4 is 0x40420/,
  },
  VECTOR_EMULATION: {
    bench: server,
    setup: set(State.CR0, (cr0) => cr0 | 4n),
    source: 'movaps xmm0, xmm1',
    shows: /needs CR0\.EM \(bit 2\) to be 0; CR0 is 0x80010035/,
  },
  AVX_STATES_OFF: {
    bench: server,
    setup: set(State.XCR0, () => 3n),
    source: 'vaddps ymm0, ymm1, ymm2',
    shows: /CR4 is 0x40620, XCR0 is 0x3/,
  },
  COPROCESSOR_UNAVAILABLE: {
    bench: server,
    setup: set(State.CR0, (cr0) => cr0 | 8n),
    source: 'fld1',
    shows: /CR0 is 0x80010039/,
  },
  X87_EXCEPTION_PENDING: {
    bench: server,
    source: `fninit; mov word ptr [${DATA}], 0x37e; fldcw [${DATA}]; fldz; fldz; fdivp; fld1; fld1`,
    shows: /not masked: status word 0x[0-9a-f]*8[0-9a-f], control word 0x37e/,
  },
  SIMD_EXCEPTION: {
    bench: server,
    source: `mov dword ptr [${DATA}], 0x1f00; ldmxcsr [${DATA}]; xorps xmm0, xmm0; divss xmm0, xmm0`,
    shows: /MXCSR is 0x1f01/,
  },
  SIMD_EXCEPTION_NOT_TAKEN: {
    bench: server,
    setup: set(State.CR4, (cr4) => cr4 & ~0x400n),
    source: `mov dword ptr [${DATA}], 0x1f00; ldmxcsr [${DATA}]; xorps xmm0, xmm0; divss xmm0, xmm0`,
    shows: /MXCSR \(0x1f01\) does not mask, and CR4\.OSXMMEXCPT/,
  },
  OPERAND_ALIGNMENT: {
    bench: server,
    source: `movaps xmm0, [${DATA + 4}]`,
    shows: /The operand at 0xc0004 must lie on a multiple of 16 bytes/,
  },
  ALIGNMENT_CHECK: {
    bench: user,
    setup: (bench) => {
      set(State.CR0, (cr0) => cr0 | 0x40000n)(bench);
      set(State.RFLAGS, (flags) => flags | 0x40000n)(bench);
    },
    source: `mov eax, [${DATA + 2}]`,
    shows: /The address 0xc0002 is no multiple of 4/,
  },
  MXCSR_RESERVED: {
    bench: server,
    source: `mov dword ptr [${DATA}], 0x11f80; ldmxcsr [${DATA}]`,
    shows: /MXCSR would be 0x11f80: bits 0x10000 must be 0/,
  },
  XSAVE_HEADER: {
    bench: server,
    setup: (bench) => bench.write64(DATA + 512, 0x100n),
    source: `mov eax, 7; xor edx, edx; xrstor [${DATA}]`,
    shows: /XSTATE_BV is 0x100, XCOMP_BV is 0x0/,
  },
  PROTECTION_KEYS_OFF: {
    bench: server,
    source: 'xor ecx, ecx; rdpkru',
    shows: /needs CR4\.PKE \(bit 22\); CR4 is 0x40620/,
  },
  PROTECTION_KEYS_REGISTERS: {
    bench: server,
    setup: set(State.CR4, (cr4) => cr4 | 0x400000n),
    source: 'mov ecx, 1; xor edx, edx; rdpkru',
    shows: /they are 0x1 and 0x0/,
  },
  FS_GS_BASE_OFF: {
    bench: server,
    source: 'rdfsbase rax',
    shows: /CR4\.FSGSBASE \(bit 16\); CR4 is 0x40620/,
  },
  SEGMENT_REGISTER_UNDEFINED: { source: '.byte 0x8e, 0xc8', shows: /no segment register 1/ },
  SEGMENT_LOAD_TYPE: {
    source: selector(Select.executeOnly, 'mov ds, eax'),
    shows: /Selector 0x80 cannot be loaded: its descriptor 0xcf9900000/,
  },
  SEGMENT_LOAD_PRIVILEGE: {
    bench: user,
    source: selector(Select.data, 'mov ds, eax'),
    shows: /Selector 0x10 cannot be loaded: its RPL or the CPL/,
  },
  SEGMENT_LOAD_NOT_PRESENT: {
    source: selector(Select.notPresent, 'mov ds, eax'),
    shows: /Selector 0x60 cannot be loaded: .* not present/,
  },
  STACK_SEGMENT_NULL: { source: selector(3, 'mov ss, eax'), shows: /null selector 0x3/ },
  CODE_SELECTOR_NULL: {
    source: 'push 3; push 0x10; retfq',
    shows: /CS cannot be loaded with the null selector 0x3/,
  },
  TARGET_NOT_CANONICAL: {
    source: 'mov rax, 0x800000000000; jmp rax',
    shows: /target address 0x800000000000 is not canonical/,
  },
  TARGET_LIMIT: {
    bench: () => Bench.protected(),
    setup: (bench) => {
      bench.cpu.setSegment(Seg.CS, { selector: Select.code, base: 0n, limit: 0x1ffff, access: 0x409b });
      bench.cpu.stateReplaced();
    },
    source: 'mov eax, 0x20000; jmp eax',
    shows: /target address 0x20000 is beyond the limit of its code segment, 0x1ffff/,
  },
  OPCODE_UNDEFINED: { source: 'ud2', shows: /no instruction of this processor/ },
  PRIVILEGE: { bench: user, source: 'hlt', shows: /CPL is 3/ },
  USER_MODE_PREVENTED: {
    bench: user,
    setup: set(State.CR4, (cr4) => cr4 | 0x800n),
    source: `sgdt [${DATA}]`,
    shows: /UMIP keeps the instruction from CPL 3/,
  },
  IO_PRIVILEGE: { bench: user, source: 'cli', shows: /CPL is 3, IOPL 0/ },
  IO_NOT_PERMITTED: { bench: user, source: 'in al, 0x60', shows: /CPL 3 is above IOPL.* port 0x60/ },
  NESTED_TASK_IN_IA32E_MODE: {
    setup: set(State.RFLAGS, (flags) => flags | 0x4000n),
    source: 'iretq',
    shows: /RFLAGS is 0x4002/,
  },
  CR_DOES_NOT_EXIST: { source: '.byte 0x0f, 0x22, 0xc8', shows: /no control register 1/ },
  CR0_HIGH_BITS: { source: toCr(0, '0x180010031'), shows: /CR0 would be 0x180010031: bits 63:32/ },
  CR0_PG_WITHOUT_PE: { source: toCr(0, '0x80010030'), shows: /CR0 would be 0x80010030: PG needs PE/ },
  CR0_NW_WITHOUT_CD: { source: toCr(0, '0xa0010031'), shows: /CR0 would be 0xa0010031: NW needs CD/ },
  CR0_PG_CLEARED_IN_64_BIT_MODE: {
    source: toCr(0, '0x10031'),
    shows: /0x10031: PG cannot be cleared in 64-bit mode/,
  },
  CR0_PG_CLEARED_WITH_PCIDE: {
    setup: set(State.CR4, (cr4) => cr4 | 0x20000n),
    source: toCr(0, '0x10031'),
    shows: /while CR4\.PCIDE is 1; CR4 is 0x20020/,
  },
  CR0_VMX_FIXED0: {
    setup: vmx,
    source: toCr(0, '0x80010011'),
    shows: /CR0 would be 0x80010011: NE must stay 1/,
  },
  CR0_VMX_FIXED1: {
    setup: (bench) => {
      vmx(bench);
      allowed1(bench, msr.IA32_VMX_CR0_FIXED1.number, ~0x40000n);
    },
    source: toCr(0, '0x80050031'),
    shows: /CR0 would be 0x80050031: bits 0x40000 must stay 0/,
  },
  CR0_PG_WITHOUT_PAE: {
    bench: () => Bench.protected(),
    setup: set(State.EFER, () => 0x100n),
    source: 'mov eax, 0x80000031; mov cr0, eax',
    shows: /with EFER\.LME, PG needs CR4\.PAE; CR4 is 0x0/,
  },
  CR0_PG_WITH_CS_L: {
    bench: () => Bench.protected(),
    setup: (bench) => {
      longModeReady(bench);
      bench.cpu.setSegment(Seg.CS, { selector: Select.code, base: 0n, limit: 0xffffffff, access: 0xe09b });
      bench.cpu.stateReplaced();
    },
    source: 'mov eax, 0x80000031; mov cr0, eax',
    shows: /code segment with L set: CS has access rights 0xe09b/,
  },
  CR0_PG_WITH_16_BIT_TSS: {
    bench: () => Bench.protected(),
    setup: (bench) => {
      longModeReady(bench);
      bench.cpu.setSegment(Seg.TR, { selector: Select.tss, base: 0x6000n, limit: 0xfff, access: 0x83 });
    },
    source: 'mov eax, 0x80000031; mov cr0, eax',
    shows: /16-bit TSS: TR has access rights 0x83/,
  },
  CR3_RESERVED: { source: toCr(3, '0x8000000000001000'), shows: /bits 0x8000000000000000 are beyond/ },
  PDPTE_RESERVED: {
    bench: () => Bench.protected(),
    setup: (bench) => {
      set(State.CR4, () => 0x20n)(bench);
      bench.write64(0x1000, 0x2003n);
    },
    source: 'mov eax, 0x1000; mov cr3, eax; mov eax, 0x80000031; mov cr0, eax',
    shows: /pointer entry at CR3 0x1000 is present with a reserved bit/,
  },
  CR4_RESERVED: {
    source: toCr(4, '0x80000020'),
    shows: /CR4 would be 0x80000020: this processor has no bits 0x80000000/,
  },
  CR4_PAE_CLEARED: { source: toCr(4, '0'), shows: /CR4 would be 0x0: PAE cannot be cleared/ },
  CR4_PCIDE: {
    bench: server,
    setup: set(State.CR3, () => 0x1008n),
    source: toCr(4, '0x60620'),
    shows: /PCIDE needs IA-32e mode and CR3 bits 11:0 at 0; CR3 is 0x1008/,
  },
  CR4_VMX_FIXED0: { setup: vmx, source: toCr(4, '0x20'), shows: /CR4 would be 0x20: VMXE must stay 1/ },
  CR4_VMX_FIXED1: {
    setup: (bench) => {
      vmx(bench);
      allowed1(bench, msr.IA32_VMX_CR4_FIXED1.number, ~0x80n);
    },
    source: toCr(4, '0x20a0'),
    shows: /CR4 would be 0x20a0: bits 0x80 must stay 0/,
  },
  CR8_RESERVED: { source: toCr(8, '0x10'), shows: /CR8 would be 0x10: bits 63:4/ },
  DR_DOES_NOT_EXIST: { source: '.byte 0x44, 0x0f, 0x23, 0xc0', shows: /no debug register 8/ },
  DR4_DR5_WITH_DE: {
    setup: set(State.CR4, (cr4) => cr4 | 8n),
    source: '.byte 0x0f, 0x23, 0xe0',
    shows: /DR4 does not exist while CR4\.DE/,
  },
  DR_HIGH_BITS: { source: 'mov rax, 0x100000000; mov dr7, rax', shows: /DR7 would be 0x100000000/ },
  MSR_UNKNOWN: { source: 'mov ecx, 0x12345; rdmsr', shows: /no MSR 0x12345/ },
  MSR_READ_ONLY: {
    bench: server,
    source: wrmsr('IA32_VMX_BASIC', '5'),
    shows: /IA32_VMX_BASIC \(0x480\) is read-only; WRMSR would set it to 0x5/,
  },
  MSR_WRITE_ONLY: {
    bench: server,
    source: `mov ecx, ${msr.IA32_PRED_CMD.number}; rdmsr`,
    shows: /IA32_PRED_CMD \(0x49\) takes commands/,
  },
  MSR_VALUE: {
    source: wrmsr('IA32_TSC_DEADLINE', '0x77'),
    shows: /IA32_TSC_DEADLINE \(0x6e0\) does not take the value 0x77/,
  },
  MSR_NOT_CANONICAL: {
    source: wrmsr('IA32_LSTAR', '0', '0x8000'),
    shows: /IA32_LSTAR \(0xc0000082\) holds a linear address, and 0x800000000000/,
  },
  MSR_RESERVED_BITS: {
    source: wrmsr('IA32_FMASK', '1', '0x300'),
    shows: /IA32_FMASK \(0xc0000084\) would be 0x30000000001: bits 0x30000000000 must be 0/,
  },
  MSR_MEMORY_TYPE: {
    source: wrmsr('IA32_PAT', '0x02', '0x6'),
    shows: /IA32_PAT \(0x277\) would be 0x600000002: one of its bytes/,
  },
  EFER_RESERVED: {
    source: wrmsr('IA32_EFER', '0x1d01'),
    shows: /EFER would be 0x1d01: this processor has no bits 0x1000/,
  },
  EFER_LME_WHILE_PAGING: {
    source: wrmsr('IA32_EFER', '0xc01'),
    shows: /EFER would be 0xc01: LME cannot change/,
  },
  FEATURE_CONTROL_LOCKED: {
    setup: (bench) => bench.cpu.set64(State.MSR_FEATURE_CONTROL, 5n),
    source: wrmsr('IA32_FEATURE_CONTROL', '0'),
    shows: /locked with the value 0x5/,
  },
  FEATURE_CONTROL_RESERVED: {
    setup: (bench) => bench.cpu.set64(State.MSR_FEATURE_CONTROL, 0n),
    source: wrmsr('IA32_FEATURE_CONTROL', '0x10005'),
    shows: /would be 0x10005: this processor has no bits 0x10000/,
  },
  APIC_BASE_RESERVED: {
    source: wrmsr('IA32_APIC_BASE', '0xfee00901'),
    shows: /would be 0xfee00901: bits 0x1 must be 0/,
  },
  APIC_BASE_MODE: {
    bench: server,
    setup: (bench) => bench.cpu.set64(State.MSR_APIC_BASE, 0xfee00900n),
    source: wrmsr('IA32_APIC_BASE', '0xfee00500'),
    shows: /cannot go from 0xfee00900 to 0xfee00500/,
  },
  TABLE_BASE_NOT_CANONICAL: {
    setup: (bench) => bench.write64(DATA + 2, 0x8000_0000_0000n),
    source: `lgdt [${DATA}]`,
    shows: /base address 0x800000000000/,
  },
  SELECTOR_NULL: { source: selector(0, 'ltr ax'), shows: /selector 0x0 is null/ },
  SELECTOR_IN_LDT: { source: selector(0xc, 'ltr ax'), shows: /selector 0xc names the LDT/ },
  SYSTEM_DESCRIPTOR_TYPE: {
    source: selector(Select.data, 'ltr ax'),
    shows: /Selector 0x10: the descriptor has the wrong type: 0xcf93/,
  },
  SYSTEM_DESCRIPTOR_NOT_PRESENT: {
    setup: (bench) => bench.descriptor(Select.tss, 0x6000, 0xfff, 0x09),
    source: selector(Select.tss, 'ltr ax'),
    shows: /Selector 0x38: the descriptor is not present: 0x90060000fff/,
  },
  SYSTEM_DESCRIPTOR_HIGH: {
    setup: (bench) => {
      bench.descriptor(Select.tss, 0x6000, 0xfff, 0x89);
      bench.descriptor(Select.tss + 8, 0, 0, 0x1);
    },
    source: selector(Select.tss, 'ltr ax'),
    shows: /Selector 0x38: the upper half of its 16-byte descriptor, 0x10000000000/,
  },
  REAL_MODE: { bench: () => Bench.real(), source: 'ltr ax', shows: /does not exist in real-address/ },
  XSETBV_OSXSAVE: {
    bench: server,
    setup: set(State.CR4, (cr4) => cr4 & ~0x40000n),
    source: 'xor ecx, ecx; xsetbv',
    shows: /needs CR4\.OSXSAVE; CR4 is 0x620/,
  },
  XSETBV_INDEX: { bench: server, source: 'mov ecx, 5; xsetbv', shows: /no extended control register 0x5/ },
  XSETBV_VALUE: {
    bench: server,
    source: 'xor ecx, ecx; xor edx, edx; mov eax, 5; xsetbv',
    shows: /XCR0 would be 0x5: .* offers 0x[0-9a-f]*7/,
  },
  MONITOR_PRIVILEGE: { bench: userServer, source: 'monitor', shows: /CPL is 3/ },
  MONITOR_EXTENSIONS: { bench: server, source: 'mov ecx, 4; monitor', shows: /ECX is 0x4, not 0/ },
  MWAIT_EXTENSIONS: { bench: server, source: 'mov ecx, 2; mwait', shows: /ECX is 0x2/ },
  STAC_PRIVILEGE: { bench: userServer, source: 'stac', shows: /CLAC and STAC exist at CPL 0; CPL is 3/ },
  INVPCID_TYPE: { bench: server, source: `mov eax, 4; invpcid rax, [${DATA}]`, shows: /type 0x4/ },
  INVPCID_DESCRIPTOR: {
    bench: server,
    setup: (bench) => bench.write64(DATA, 0x1000n),
    source: `xor eax, eax; invpcid rax, [${DATA}]`,
    shows: /descriptor are 0x1000/,
  },
  INVPCID_NOT_CANONICAL: {
    bench: server,
    setup: (bench) => bench.write64(DATA + 8, 0x8000_0000_0000n),
    source: `xor eax, eax; invpcid rax, [${DATA}]`,
    shows: /linear address 0x800000000000/,
  },
  TIME_DISABLED: {
    bench: user,
    setup: set(State.CR4, (cr4) => cr4 | 4n),
    source: 'rdtsc',
    shows: /CR4\.TSD keeps the time-stamp counter from CPL 3/,
  },
  COUNTERS_DISABLED: { bench: user, source: 'rdpmc', shows: /RDPMC at CPL 3 needs CR4\.PCE/ },
  COUNTER_UNKNOWN: { source: 'mov ecx, 9; rdpmc', shows: /no performance counter 0x9/ },
  SYSCALL_OFF: {
    setup: set(State.EFER, (efer) => efer & ~1n),
    source: 'syscall',
    shows: /EFER\.SCE; EFER is 0xd00/,
  },
  SYSTEM_CALL_TARGET: { source: 'mov rcx, 0x800000000000; sysretq', shows: /return address 0x800000000000/ },
  SYSENTER_CS: { source: 'sysenter', shows: /selector in IA32_SYSENTER_CS; it is 0x0/ },
};

/** Protected mode from which setting PG makes IA-32e mode. */
function longModeReady(bench: Bench): void {
  bench.cpu.set64(State.CR4, 0x20n);
  bench.cpu.set64(State.EFER, 0x100n);
  bench.cpu.stateReplaced();
}

function userServer(): Bench {
  const bench = Bench.long(3);
  applyProfile(bench.cpu, PROFILE);
  bench.cpu.stateReplaced();
  return bench;
}

/** Takes bits away from what a fixed-bits MSR says may be 1. */
function allowed1(bench: Bench, number: number, keep: bigint): void {
  const view = new DataView(bench.cpu.memory);
  const at = Region.CAPABILITIES + (number - msr.IA32_VMX_BASIC.number) * CapabilityTable.ENTRY_SIZE;
  view.setBigUint64(at, view.getBigUint64(at, true) & keep, true);
}

describe('reasons of faults: system instructions and state', () => {
  for (const [id, { bench: make, setup, source, shows }] of Object.entries(cases) as [
    FaultReasonId,
    Case,
  ][]) {
    it(proves('fault-reasons', id, `${id}: ${faultReasonById.get(id)!.text}`), () => {
      const bench = (make ?? Bench.long)();
      bench.load(`${source}; hlt`);
      setup?.(bench);
      bench.run();
      const [first] = readFaultChain(bench.cpu.memory).links;
      assert.equal(first?.cause?.reason, id, bench.outcome);
      assert.match(causeText(first.cause), shows);
    });
  }

  it(proves('fault-reasons', 'NOT_CLAIMED', 'NOT_CLAIMED: RDTSCP while ENABLE_RDTSCP is 0'), () => {
    const guest = new GuestBench();
    guest.enter('rdtscp; hlt').bench.run();
    const [first] = readFaultChain(guest.bench.cpu.memory).links;
    assert.equal(first?.cause?.reason, 'NOT_CLAIMED' satisfies FaultReasonId);
  });
});
