// Each rule of isa/fault-reasons by which the chip refuses a VMX instruction: a program in VMX root operation that breaks it, and the
// sentence with the values it found.
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { StopOn } from '../../../src/abi/stop-codes';
import { causeText } from '../../../src/decode/fault-text';
import {
  faultReasonById,
  faultReasons,
  type FaultCause,
  type FaultReasonId,
} from '../../../src/isa/fault-reasons';
import { decodeTraceRecord, drainTraceRing, traceKind } from '../../../src/machine/trace-ring';
import { TraceKind } from '../../../src/abi/trace-records';
import { Bench, CODE, DATA, Select } from '../system/bench';
import { GuestBench, rootBench, VMCS_POINTER, VMXON_POINTER } from './guest-bench';
import { VMCS, VMXON_REGION } from './valid-vmcs';
import { proves } from '../../support/proves';

const on = `vmxon [${VMXON_POINTER}];`;
const current = `${on} vmclear [${VMCS_POINTER}]; vmptrld [${VMCS_POINTER}];`;

/** Every instruction with operands that name memory. */
const forms = {
  VMXON: `vmxon [${VMXON_POINTER}]`,
  VMXOFF: 'vmxoff',
  VMCLEAR: `vmclear [${VMCS_POINTER}]`,
  VMPTRLD: `vmptrld [${VMCS_POINTER}]`,
  VMPTRST: `vmptrst [${DATA}]`,
  VMREAD: 'vmread rcx, rax',
  VMWRITE: 'vmwrite rax, rcx',
  VMLAUNCH: 'vmlaunch',
  VMRESUME: 'vmresume',
  VMCALL: 'vmcall',
  INVEPT: `invept rax, [${DATA}]`,
  INVVPID: `invvpid rax, [${DATA}]`,
} as const;
type Instruction = keyof typeof forms;
interface Case {
  source: string;
  setup?: (bench: Bench) => void;
  bench?: () => Bench;
  shows: RegExp;
}

/** Far return into the 32-bit code segment, where `source` stands. */
const compatibility = (source: string) =>
  `push ${Select.code32}; lea rax, [rip + 1f]; push rax; retfq; .code32; 1: ${source}; hlt`;
/** IRETQ to ring 3, where `source` stands. */
const user = (source: string) =>
  `push ${Select.userData}; push 0x80000; push 2; push ${Select.userCode}; lea rax, [rip + 1f]; push rax; iretq; 1: ${source}`;
const real = () => {
  const bench = Bench.real();
  bench.cpu.set64(State.CR4, 0x2000n);
  bench.cpu.set32(State.VMX_ON, 1);
  return bench;
};
/** A guest under VMCS shadowing with no VMCS linked; `enter` is its setup. */
const unlinked = () =>
  new GuestBench((image) => {
    image.enable('VMCS_SHADOWING');
    image.set('VMREAD_BITMAP', 0x241000n);
    image.set('VMWRITE_BITMAP', 0x241000n);
  }, 'haswell').bench;
const enter = (bench: Bench) => void bench.cpu.enter(true);
const bad = (pointer: bigint) => (bench: Bench) => bench.write64(DATA, pointer);
const chip = (name: Instruction) => (name === 'VMXON' ? '' : on);

/** What all VMX instructions share. */
function shared(name: Instruction): Record<string, Case> {
  return {
    [`${name}_MODE`]: {
      bench: () => {
        const bench = real();
        if (name === 'VMXON') bench.cpu.set32(State.VMX_ON, 0);
        return bench;
      },
      // 16-bit addresses: the operand is never read.
      source: forms[name]
        .replace(/\[\d+\]/, '[bx]')
        .replace('rcx', 'ecx')
        .replaceAll('rax', 'eax'),
      shows: /CR0\.PE is 0, RFLAGS\.VM is 0/,
    },
    [`${name}_COMPATIBILITY`]: {
      source: `${chip(name)} ${compatibility(forms[name].replace('rcx', 'ecx').replaceAll('rax', 'eax'))}`,
      shows: /EFER\.LMA is 1 and CS\.L is 0/,
    },
    [`${name}_CPL`]: { source: `${chip(name)} ${user(forms[name])}`, shows: /CPL is 3/ },
    ...(name !== 'VMXON' && {
      [`${name}_OUTSIDE_VMX`]: { source: forms[name], shows: /there was no VMXON/ },
    }),
  };
}

/** Rules about the region that the operand points to. */
function region(name: 'VMXON' | 'VMCLEAR' | 'VMPTRLD'): Record<string, Case> {
  const form = forms[name].replace(/\[\d+\]/, `[${DATA}]`);
  return {
    [`${name}_ALIGNMENT`]: {
      source: `${chip(name)} ${form}`,
      setup: bad(0x1808n),
      shows: /The pointer 0x1808 is not 4-KByte aligned: bits 0x808 must be 0/,
    },
    [`${name}_WIDTH`]: {
      source: `${chip(name)} ${form}`,
      setup: bad(1n << 45n),
      shows: /The pointer 0x200000000000 is wider .*: bits 0x200000000000 must be 0/,
    },
  };
}

/** A processor without a capability of IA32_VMX_EPT_VPID_CAP. */
const withoutCapability = (bit: bigint) => (bench: Bench) => {
  const view = new DataView(bench.cpu.memory);
  const at = 0x6000 + 12 * 8;
  view.setBigUint64(at, view.getBigUint64(at, true) & ~(1n << bit), true);
};

const own: Record<string, Case> = {
  VMXON_CR4_VMXE: {
    source: forms.VMXON,
    setup: (bench) => bench.cpu.set64(State.CR4, 0x20n),
    shows: /CR4 is 0x20/,
  },
  VMXON_IN_ROOT: {
    source: `${current} ${forms.VMXON}`,
    shows: new RegExp(`VMXON at 0x${VMXON_REGION.toString(16)}`),
  },
  VMXON_FEATURE_CONTROL_UNLOCKED: {
    source: forms.VMXON,
    setup: (bench) => bench.cpu.set64(State.MSR_FEATURE_CONTROL, 4n),
    shows: /IA32_FEATURE_CONTROL is 0x4: its lock bit/,
  },
  VMXON_FEATURE_CONTROL_DISABLED: {
    source: forms.VMXON,
    setup: (bench) => bench.cpu.set64(State.MSR_FEATURE_CONTROL, 1n),
    shows: /IA32_FEATURE_CONTROL is 0x1: it is locked/,
  },
  VMXON_CR0_FIXED0: {
    source: forms.VMXON,
    setup: (bench) => bench.cpu.set64(State.CR0, 0x80010011n),
    shows: /CR0 is 0x80010011: NE must be 1/,
  },
  VMXON_CR0_FIXED1: {
    source: forms.VMXON,
    setup: (bench) => allowed1(bench, 7, 1n << 16n),
    shows: /CR0 is 0x80010031: bits 0x10000 must be 0/,
  },
  VMXON_CR4_FIXED0: {
    source: forms.VMXON,
    setup: (bench) => required(bench, 8, 1n << 9n),
    shows: /CR4 is 0x2020: OSFXSR must be 1/,
  },
  VMXON_CR4_FIXED1: {
    source: forms.VMXON,
    setup: (bench) => allowed1(bench, 9, 1n << 5n),
    shows: /CR4 is 0x2020: bits 0x20 must be 0/,
  },
  VMXON_REVISION: {
    source: forms.VMXON,
    setup: (bench) => bench.write32(Number(VMXON_REGION), 0x1234),
    shows: /begins with 0x1234; the VMCS revision identifier in IA32_VMX_BASIC is 0x[0-9a-f]+/,
  },
  VMXON_REVISION_BIT_31: {
    source: forms.VMXON,
    setup: (bench) => bench.write32(Number(VMXON_REGION), 0x80001234),
    shows: /begins with 0x80001234: bit 31 must be 0/,
  },
  VMCLEAR_IS_VMXON_REGION: { source: `${on} vmclear [${VMXON_POINTER}]`, shows: /is the VMXON region/ },
  VMPTRLD_IS_VMXON_REGION: { source: `${on} vmptrld [${VMXON_POINTER}]`, shows: /is the VMXON region/ },
  VMPTRLD_REVISION: {
    source: `${on} ${forms.VMPTRLD}`,
    setup: (bench) => bench.write32(Number(VMCS), 0x1234),
    shows: /begins with 0x1234; the VMCS revision identifier in IA32_VMX_BASIC is 0x[0-9a-f]+/,
  },
  VMPTRLD_SHADOW: {
    source: `${on} ${forms.VMPTRLD}`,
    setup: (bench) => bench.write32(Number(VMCS), 0x80001234),
    shows: /begins with 0x80001234: bit 31 marks a shadow VMCS/,
  },
  VMPTRLD_NO_MEMORY: {
    source: `${on} vmptrld [${DATA}]`,
    setup: bad(0x7000_0000n),
    shows: /no memory at the pointer 0x70000000/,
  },
  VMREAD_NO_CURRENT_VMCS: { source: `${on} ${forms.VMREAD}`, shows: /no current VMCS for VMREAD/ },
  VMREAD_NO_FIELD: { source: `${current} mov eax, 0x7fff; ${forms.VMREAD}`, shows: /encoding 0x7fff/ },
  VMREAD_NO_LINK: {
    source: forms.VMREAD,
    bench: unlinked,
    setup: enter,
    shows: /link pointer is F+H: .* VMREAD/,
  },
  VMWRITE_NO_LINK: {
    source: forms.VMWRITE,
    bench: unlinked,
    setup: enter,
    shows: /link pointer is F+H: .* VMWRITE/,
  },
  VMWRITE_NO_CURRENT_VMCS: { source: `${on} ${forms.VMWRITE}`, shows: /no current VMCS for VMWRITE/ },
  VMWRITE_NO_FIELD: { source: `${current} mov eax, 0x6fff; ${forms.VMWRITE}`, shows: /encoding 0x6fff/ },
  VMWRITE_READ_ONLY: {
    source: `${current} mov eax, 0x4402; ${forms.VMWRITE}`,
    shows: /VM_EXIT_REASON \(0x4402\) is VM-exit information/,
  },
  VMLAUNCH_NO_CURRENT_VMCS: { source: `${on} vmlaunch`, shows: /no current VMCS for VMLAUNCH/ },
  VMLAUNCH_MOV_SS: { source: `${current} mov eax, ss; mov ss, eax; vmlaunch`, shows: /behind MOV SS/ },
  VMLAUNCH_NOT_CLEAR: {
    source: `${current} mov dword ptr [${Number(VMCS) + 8}], 1; vmlaunch`,
    shows: new RegExp(`The VMCS at 0x${VMCS.toString(16)} is launched already`),
  },
  VMRESUME_NO_CURRENT_VMCS: { source: `${on} vmresume`, shows: /no current VMCS for VMRESUME/ },
  VMRESUME_MOV_SS: { source: `${current} mov eax, ss; mov ss, eax; vmresume`, shows: /behind MOV SS/ },
  VMRESUME_NOT_LAUNCHED: { source: `${current} vmresume`, shows: /is clear: VMLAUNCH enters it/ },
  VMCALL_IN_ROOT: { source: `${current} vmcall`, shows: /SMM monitor/ },
  VMFUNC_NOT_ENABLED: { source: `${on} vmfunc`, shows: /ENABLE_VM_FUNCTIONS/ },
  INVEPT_NOT_OFFERED: {
    source: `${on} ${forms.INVEPT}`,
    setup: withoutCapability(20n),
    shows: /bit 20 is 0/,
  },
  INVEPT_TYPE: {
    source: `${current} mov eax, 7; ${forms.INVEPT}`,
    shows: /INVEPT type 0x7 .* bits 26:25, 0x3/,
  },
  INVEPT_MEMORY_TYPE: {
    source: `${current} mov eax, 1; ${forms.INVEPT}`,
    setup: bad(0x101cn),
    shows: /The EPT pointer 0x101c has memory type 4/,
  },
  INVEPT_WALK_LENGTH: {
    source: `${current} mov eax, 1; ${forms.INVEPT}`,
    setup: bad(0x1016n),
    shows: /The EPT pointer 0x1016 has 2 in bits 5:3/,
  },
  INVEPT_RESERVED: {
    source: `${current} mov eax, 1; ${forms.INVEPT}`,
    setup: bad(0x111en),
    shows: /The EPT pointer 0x111e has bits 0x100 set/,
  },
  INVVPID_NOT_OFFERED: {
    source: `${on} ${forms.INVVPID}`,
    setup: withoutCapability(32n),
    shows: /bit 32 is 0/,
  },
  INVVPID_TYPE: {
    source: `${current} mov eax, 9; ${forms.INVVPID}`,
    shows: /INVVPID type 0x9 .* bits 43:40, 0x/,
  },
  INVVPID_RESERVED: {
    source: `${current} mov eax, 1; ${forms.INVVPID}`,
    setup: bad(0x10001n),
    shows: /descriptor are 0x10001: bits 63:16/,
  },
  INVVPID_VPID_0: {
    source: `${current} mov eax, 1; ${forms.INVVPID}`,
    setup: bad(0n),
    shows: /type 0x1 needs a VPID/,
  },
  INVVPID_NOT_CANONICAL: {
    source: `${current} xor eax, eax; ${forms.INVVPID}`,
    setup: (bench) => (bench.write64(DATA, 1n), bench.write64(DATA + 8, 1n << 60n)),
    shows: /linear address 0x1000000000000000/,
  },
};

/** Capability MSR `index` (from IA32_VMX_BASIC) with bits added that must be 1. */
function required(bench: Bench, index: number, bits: bigint): void {
  const view = new DataView(bench.cpu.memory);
  view.setBigUint64(0x6000 + index * 8, view.getBigUint64(0x6000 + index * 8, true) | bits, true);
}

/** Capability MSR `index` with bits taken away that may be 1. */
function allowed1(bench: Bench, index: number, bits: bigint): void {
  const view = new DataView(bench.cpu.memory);
  view.setBigUint64(0x6000 + index * 8, view.getBigUint64(0x6000 + index * 8, true) & ~bits, true);
}

const cases: Record<string, Case> = Object.fromEntries(
  [
    own,
    ...(Object.keys(forms) as Instruction[]).map(shared),
    ...(['VMXON', 'VMCLEAR', 'VMPTRLD'] as const).map(region),
  ].flatMap((part) => Object.entries(part)),
);

/** Causes the chip wrote down: of faults, VMfails and refused entries. */
function causes(bench: Bench): FaultCause[] {
  const found: FaultCause[] = [];
  drainTraceRing(bench.cpu, (words, at) => {
    if (traceKind(words, at) === TraceKind.FAULT_LINK) return;
    const record = decodeTraceRecord(new DataView(words.buffer), at * 4);
    if ('cause' in record && typeof record.cause === 'object') found.push(record.cause);
  });
  return found;
}

describe('reasons of faults: VMX instructions', () => {
  const vmx = faultReasons.slice(faultReasons.findIndex(({ id }) => id === 'VMXON_CR4_VMXE'));

  it('has at least the 88 rules that VirtualBox tells apart, each with a case here', () => {
    assert.ok(vmx.length >= 88, String(vmx.length));
    assert.deepEqual(
      vmx.map(({ id }) => id).filter((id) => !(id in cases)),
      [],
    );
  });

  for (const { id } of vmx) {
    const expected = cases[id];
    if (!expected) continue;
    it(proves('fault-reasons', id, `${id}: ${faultReasonById.get(id)!.text}`), () => {
      const bench = (expected.bench ?? rootBench)();
      bench.load(`${expected.source}; hlt`);
      expected.setup?.(bench);
      bench.cpu.stateReplaced();
      bench.run();
      const found = causes(bench);
      const cause = found.find(({ reason }) => reason === (id satisfies FaultReasonId));
      assert.ok(cause, `${bench.outcome}, reasons: ${found.map(({ reason }) => reason).join(', ')}`);
      assert.match(causeText(cause), expected.shows);
    });
  }
});

describe('a stop at the fault of a VMX or system instruction', () => {
  it('comes before the fault, once, and the run goes on as without it', () => {
    const bench = rootBench().load(`mov ebx, 5; vmxoff; hlt`);
    bench.cpu.set32(State.STOP_ON, StopOn.FAULT);
    bench.run();
    assert.equal(bench.cpu.rip, BigInt(CODE + 5));
    assert.equal(bench.cpu.stopDetail, StopOn.FAULT);
    assert.equal(bench.reg(Gpr.RBX), 5n);
    bench.run();
    assert.equal(bench.outcome, '#UD at +5');
    assert.equal(causes(bench).length, 1);
  });
});
