/**
 * The thirty patches "Nested VMX" of 2011, by number and title: what each brought, L0 does, and shows in a record or in its data. KVM
 * 6.12 does many of these things otherwise than the patch did; each test is about what came to stay.
 */
import assert from 'node:assert/strict';
import { control, type ControlName } from '../../src/isa/vmx-controls';
import { kvmVersions } from '../../src/kvm/versions';
import type { L0Config } from '../../src/l0';
import { kvm_vmx_exit_handlers } from '../../src/l0/exits/exit-handlers';
import { merge_rules } from '../../src/l0/nested/merge-rules';
import { parse_vmcs12, vmcs12_offset, VMCS12_REVISION } from '../../src/l0/nested/vmcs12';
import { createNestedGuest, PLACE, UNMAPPED, type NestedGuest } from './nested-guest';

const address = (at: bigint) => [0, 8, 16, 24].map((shift) => Number((at >> BigInt(shift)) & 0xffn));
const memory = (...opcode: number[]) => [...opcode, 0x25, ...address(PLACE.OPERAND)];
const VMXON = memory(0xf3, 0x0f, 0xc7, 0x34);
const VMCLEAR = memory(0x66, 0x0f, 0xc7, 0x34);
const VMPTRLD = memory(0x0f, 0xc7, 0x34);
const VMPTRST = memory(0x0f, 0xc7, 0x3c);
const VMXOFF = [0x0f, 0x01, 0xc4];
const VMLAUNCH = [0x0f, 0x01, 0xc2];
/** VMREAD RBX, RAX and VMWRITE RAX, RBX. */
const VMREAD = [0x0f, 0x78, 0xc3];
const VMWRITE = [0x0f, 0x79, 0xc3];
const CPUID_1 = [0xb8, 1, 0, 0, 0, 0x0f, 0xa2];
const CPUID = [0x0f, 0xa2];
const RDTSC = [0x0f, 0x31];
/** MOV CR4, RAX and MOV RAX, CR0. */
const TO_CR4 = [0x0f, 0x22, 0xe0];
const FROM_CR0 = [0x0f, 0x20, 0xc0];
const CLTS = [0x0f, 0x06];
const CR4_VMXE = 0x2000n;
const CR0_TS = 8n;
const VMX_IN_CPUID = 1n << 5n;
const GUEST_RIP = 0x681e;
const NONE = 0xffffffffffffffffn;
/** Register of the local APIC whose bit 8 switches it on. */
const APIC_SPURIOUS = 0xfee000f0;
const UD = 6;
const NM = 7;
const GP = 13;
const PF = 14;

/** MOV EAX, value. */
const eax = (value: number) => [0xb8, ...address(BigInt(value))];
const last = <T>(list: readonly T[]): T => list.at(-1)!;

function outsideVmx(features: L0Config['features'] = {}): NestedGuest {
  const guest = createNestedGuest([], features);
  guest.vcpu.nested.vmxon = false;
  guest.vcpu.nested.current_vmptr = NONE;
  guest.cpu.set64(0x268, 5n);
  guest.poke64(PLACE.VMXON, BigInt(VMCS12_REVISION));
  guest.poke64(PLACE.VMCS12, BigInt(VMCS12_REVISION));
  return guest;
}

function inL1(guest: NestedGuest, code: readonly number[], operand?: bigint) {
  if (operand !== undefined) guest.poke64(PLACE.OPERAND, operand);
  guest.runL1(code);
  return last(guest.of('vmx-instruction'));
}

function enable(guest: NestedGuest, ...names: ControlName[]): NestedGuest {
  const fields = {
    pin: 'PIN_BASED_VM_EXEC_CONTROL',
    primary: 'CPU_BASED_VM_EXEC_CONTROL',
    secondary: 'SECONDARY_VM_EXEC_CONTROL',
  } as const;
  for (const name of names) {
    const field = fields[control[name].word as keyof typeof fields];
    guest.vmcs12[field] = (guest.vmcs12[field] | (1 << control[name].bit)) >>> 0;
  }
  return guest;
}

/** L2 runs `code` to the first exit that L1 gets. */
function l2(code: readonly number[], ...controls: ControlName[]) {
  const guest = enable(createNestedGuest(code), ...controls);
  guest.launch();
  return { guest, exit: guest.runToNestedExit() };
}

const faulted = (guest: NestedGuest, vector: number) =>
  guest.of('injection').some(({ interruption }) => (interruption & 0xff) === vector);

const patches: readonly (readonly [title: string, test: () => void])[] = [
  [
    'Add "nested" module option to kvm_intel',
    () => {
      const guest = outsideVmx({ VMX: false });
      guest.runL1([...eax(0x20), ...TO_CR4]);
      assert.ok(!faulted(guest, GP));
      guest.runL1([...eax(0x2020), ...TO_CR4]);
      assert.ok(faulted(guest, GP));
      assert.equal(outsideVmx().vcpu.nested.msrs.basic & 0x7fffffffn, BigInt(VMCS12_REVISION));
    },
  ],
  [
    'Implement VMXON and VMXOFF',
    () => {
      const guest = outsideVmx();
      guest.vcpu.arch.cr4 |= CR4_VMXE;
      assert.equal(inL1(guest, VMXON, PLACE.VMXON).outcome, 'VMsucceed');
      assert.equal(guest.vcpu.nested.vmxon_ptr, PLACE.VMXON);
      assert.equal(inL1(guest, VMXOFF).outcome, 'VMsucceed');
      assert.equal(guest.vcpu.nested.vmxon, false);
      assert.deepEqual(inL1(guest, VMXOFF).error, UD);
    },
  ],
  [
    'Allow setting the VMXE bit in CR4',
    () => {
      const guest = outsideVmx();
      guest.runL1([...eax(0x20), ...TO_CR4]);
      assert.equal(guest.vcpu.arch.cr4 & CR4_VMXE, 0n);
      guest.runL1([...eax(0x2020), ...TO_CR4]);
      assert.equal(guest.vcpu.arch.cr4 & CR4_VMXE, CR4_VMXE);
      guest.vcpu.nested.vmxon = true;
      guest.runL1([...eax(0x20), ...TO_CR4]);
      assert.ok(faulted(guest, GP));
    },
  ],
  [
    'Introduce vmcs12: a VMCS structure for L1',
    () => {
      const guest = outsideVmx();
      guest.vcpu.nested.vmxon = true;
      inL1(guest, VMPTRLD, PLACE.VMCS12);
      guest.cpu.setGpr(3, 0x1234n);
      guest.runL1([...eax(GUEST_RIP), ...VMWRITE.slice(0, 2), 0xc3]);
      inL1(guest, VMCLEAR, PLACE.VMCS12);
      assert.equal(Number(guest.peek64(PLACE.VMCS12) & 0xffffffffn), VMCS12_REVISION);
      assert.equal(guest.peek64(PLACE.VMCS12 + BigInt(vmcs12_offset('GUEST_RIP')!)), 0x1234n);
    },
  ],
  [
    'Implement reading and writing of VMX MSRs',
    () => {
      const guest = outsideVmx();
      guest.runL1([0xb9, 0x80, 4, 0, 0, 0x0f, 0x32]);
      assert.equal(guest.cpu.gpr(0), BigInt(VMCS12_REVISION));
      guest.runL1([0xb9, 0x80, 4, 0, 0, 0x0f, 0x30]);
      assert.ok(faulted(guest, GP));
    },
  ],
  [
    'Decoding memory operands of VMX instructions',
    () => {
      const guest = outsideVmx();
      guest.vcpu.nested.vmxon = true;
      guest.poke64(PLACE.OPERAND, PLACE.VMCS12);
      // VMPTRLD [RAX + RCX * 8 + 10H]
      guest.runL1([...eax(Number(PLACE.OPERAND) - 0x30), 0xb9, 4, 0, 0, 0, 0x0f, 0xc7, 0x74, 0xc8, 0x10]);
      const { outcome, operand } = last(guest.of('vmx-instruction'));
      assert.equal(outcome, 'VMsucceed');
      assert.match(operand, /0xd000/);
    },
  ],
  [
    'Introduce vmcs02: VMCS used to run L2',
    () => {
      const { guest } = l2(CPUID);
      const entered = guest.of('entry').filter(({ level }) => level === 'L2');
      assert.ok(entered.length > 0 && entered.every(({ vmcs }) => vmcs === 'vmcs02'));
      assert.notEqual(guest.vcpu.vmx.vmcs02.address, guest.vcpu.vmx.vmcs01.address);
    },
  ],
  [
    'Fix local_vcpus_link handling',
    () => {
      const { guest } = l2(CPUID);
      assert.equal(guest.vcpu.vmx.loaded_vmcs, guest.vcpu.vmx.vmcs01);
      assert.equal(guest.vcpu.vmx.vmcs02.launched, true);
    },
  ],
  [
    'Add VMCS fields to the vmcs12',
    () => {
      const now = new Set<string>(kvmVersions['kvm-6.12'].vmcs12.fields);
      const then: readonly string[] = kvmVersions['kvm-2011'].vmcs12.fields;
      // Which targets L1 may name, IA32_VMX_MISC says today: none.
      const gone = then.filter((name) => !now.has(name));
      assert.deepEqual(
        gone,
        [0, 1, 2, 3].map((index) => `CR3_TARGET_VALUE${index}`),
      );
      assert.ok(!then.includes('EPTP_LIST_ADDRESS') && now.has('EPTP_LIST_ADDRESS'));
    },
  ],
  [
    'Success/failure of VMX instructions',
    () => {
      const guest = createNestedGuest([]);
      guest.vcpu.nested.current_vmptr = NONE;
      assert.equal(inL1(guest, VMREAD).outcome, 'VMfailInvalid');
      guest.vcpu.nested.current_vmptr = PLACE.VMCS12;
      guest.cpu.setGpr(0, 0x7ffen);
      const failed = inL1(guest, VMREAD);
      assert.deepEqual([failed.outcome, failed.error], ['VMfailValid', 12]);
      assert.equal(guest.vcpu.nested.cached_vmcs12.VM_INSTRUCTION_ERROR, 12);
    },
  ],
  [
    'Implement VMCLEAR',
    () => {
      const guest = createNestedGuest([]);
      guest.vmcs12.launch_state = 1;
      assert.equal(inL1(guest, VMCLEAR, PLACE.VMCS12).outcome, 'VMsucceed');
      assert.equal(guest.vcpu.nested.current_vmptr, NONE);
      assert.equal(guest.peek64(PLACE.VMCS12 + 8n) & 0xffffffffn, 0n);
      assert.equal(inL1(guest, VMCLEAR, PLACE.VMCS12 + 8n).outcome, 'VMfailInvalid');
    },
  ],
  [
    'Implement VMPTRLD',
    () => {
      const guest = outsideVmx();
      guest.vcpu.nested.vmxon = true;
      assert.equal(inL1(guest, VMPTRLD, PLACE.VMCS12).outcome, 'VMsucceed');
      assert.equal(guest.vcpu.nested.current_vmptr, PLACE.VMCS12);
      assert.equal(inL1(guest, VMPTRLD, PLACE.CODE).error, 11);
    },
  ],
  [
    'Implement VMPTRST',
    () => {
      const guest = createNestedGuest([]);
      assert.equal(inL1(guest, VMPTRST, 0n).outcome, 'VMsucceed');
      assert.equal(guest.peek64(PLACE.OPERAND), PLACE.VMCS12);
    },
  ],
  [
    'Implement VMREAD and VMWRITE',
    () => {
      const guest = createNestedGuest([]);
      guest.cpu.setGpr(0, BigInt(GUEST_RIP));
      guest.cpu.setGpr(3, 0x4321n);
      const { field, value, previous } = inL1(guest, VMWRITE);
      assert.deepEqual([field, value, previous], ['GUEST_RIP', 0x4321n, PLACE.CODE]);
      guest.cpu.setGpr(3, 0n);
      inL1(guest, VMREAD);
      assert.equal(guest.cpu.gpr(3), 0x4321n);
    },
  ],
  [
    'Move host-state field setup to a function',
    () => {
      const { guest } = l2(CPUID);
      const host = Object.entries(merge_rules).filter(([name]) =>
        /^HOST_.*(SELECTOR|BASE|RIP|CR3)$/.test(name),
      );
      assert.ok(host.length > 10 && host.every(([, { from }]) => from === 'L0'));
      assert.notEqual(guest.vmcs12.HOST_CR3, 0n);
    },
  ],
  [
    'Move control field setup to functions',
    () => {
      for (const name of [
        'PIN_BASED_VM_EXEC_CONTROL',
        'CPU_BASED_VM_EXEC_CONTROL',
        'EXCEPTION_BITMAP',
      ] as const)
        assert.ok('text' in merge_rules[name], name);
    },
  ],
  [
    'Prepare vmcs02 from vmcs01 and vmcs12',
    () => {
      const guest = createNestedGuest([0x0f, 0x0b]);
      guest.vmcs12.EXCEPTION_BITMAP = 1 << UD;
      guest.launch();
      const { cpu, vmcs12 } = guest;
      assert.equal(cpu.vmread('GUEST_RIP'), vmcs12.GUEST_RIP);
      assert.equal(cpu.vmread('EXCEPTION_BITMAP') & vmcs12.EXCEPTION_BITMAP, 1 << UD);
      assert.notEqual(cpu.vmread('HOST_RIP'), vmcs12.HOST_RIP);
      assert.notEqual(cpu.vmread('EPT_POINTER'), vmcs12.EPT_POINTER);
      assert.equal(guest.runToNestedExit().reason, 'EXCEPTION_NMI');
    },
  ],
  [
    'Implement VMLAUNCH and VMRESUME',
    () => {
      const guest = createNestedGuest([]);
      guest.vmcs12.launch_state = 1;
      const { outcome, error } = inL1(guest, VMLAUNCH);
      assert.deepEqual([outcome, error], ['VMfailValid', 4]);
      const launched = createNestedGuest(CPUID);
      launched.launch();
      assert.equal(last(launched.of('nested-entry')).rip, PLACE.CODE);
      assert.equal(launched.vcpu.arch.guest_mode, true);
    },
  ],
  [
    'No need for handle_vmx_insn function any more',
    () => {
      const names = [
        'VMCLEAR',
        'VMLAUNCH',
        'VMPTRLD',
        'VMPTRST',
        'VMREAD',
        'VMRESUME',
        'VMWRITE',
        'VMOFF',
        'VMON',
      ] as const;
      const handlers = new Set<unknown>(names.map((name) => kvm_vmx_exit_handlers[name]));
      assert.ok(!handlers.has(undefined) && !handlers.has(kvm_vmx_exit_handlers.GETSEC));
    },
  ],
  [
    'Exiting from L2 to L1',
    () => {
      const { guest, exit } = l2(CPUID);
      assert.deepEqual([exit.reason, exit.guestRip, exit.hostRip], ['CPUID', PLACE.CODE, PLACE.HOST_CODE]);
      assert.equal(guest.vcpu.arch.guest_mode, false);
      assert.equal(guest.cpu.vmread('GUEST_RIP'), PLACE.HOST_CODE);
      assert.equal(guest.vmcs12.VM_EXIT_REASON, 10);
    },
  ],
  [
    'vmcs12 checks on nested entry',
    () => {
      const guest = createNestedGuest([]);
      guest.vmcs12.HOST_CR3 = NONE;
      guest.launch();
      const { error, foundBy, rule } = last(guest.of('entry-failure'));
      assert.deepEqual([error, foundBy, rule.field], [8, 'software', 'HOST_CR3']);
    },
  ],
  [
    'Deciding if L0 or L1 should handle an L2 exit',
    () => {
      const { guest } = l2(RDTSC, 'RDTSC_EXITING');
      const { verdict, phase, rule } = last(guest.of('verdict'));
      assert.deepEqual([verdict, phase], ['L1', 'nested_vmx_l1_wants_exit']);
      assert.match(rule.text, /RDTSC_EXITING/);
      const free = l2(RDTSC);
      assert.equal(free.exit.reason, 'HLT');
    },
  ],
  [
    'Correct handling of interrupt injection',
    () => {
      // L2 pauses in a loop; an interrupt for L1 ends it.
      const guest = createNestedGuest([0xf3, 0x90, 0xeb, 0xfc]);
      guest.launch();
      guest.vcpu.board.memoryWrite(APIC_SPURIOUS, 4, 0x1ffn);
      guest.vcpu.apic.request(0x51);
      const exit = guest.runToNestedExit();
      assert.deepEqual([exit.reason, exit.synthesised], ['EXTERNAL_INTERRUPT', true]);
      assert.equal(last(guest.of('nested-event')).event, 'interrupt');
    },
  ],
  [
    'Correct handling of exception injection',
    () => {
      const touch = [0xc6, 0x04, 0x25, ...address(UNMAPPED), 0];
      const guest = createNestedGuest(touch);
      guest.vmcs12.EXCEPTION_BITMAP = 1 << PF;
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.deepEqual([exit.reason, exit.interruption & 0xff], ['EXCEPTION_NMI', PF]);
      assert.equal(exit.qualification, UNMAPPED);
      const kept = l2(touch);
      assert.equal(kept.exit.guestRip, PLACE.HANDLER);
    },
  ],
  [
    'Correct handling of IDT vectoring info',
    () => {
      const { guest, exit } = l2([0xc6, 0x04, 0x25, ...address(UNMAPPED), 0]);
      assert.equal(exit.guestRip, PLACE.HANDLER);
      const requeued = guest.of('requeued');
      assert.ok(requeued.length > 0);
      assert.equal(requeued[0]!.vectoring & 0xff, PF);
      assert.equal(guest.of('injection')[0]!.source, 'reinjection');
    },
  ],
  [
    'Handling of CR0 and CR4 modifying instructions',
    () => {
      const guest = createNestedGuest([...CLTS, ...FROM_CR0]);
      guest.vmcs12.GUEST_CR0 |= CR0_TS;
      guest.vmcs12.CR0_READ_SHADOW = guest.vmcs12.GUEST_CR0;
      guest.launch();
      guest.runToNestedExit();
      assert.equal(guest.cpu.gpr(0) & CR0_TS, 0n);
      const owned = createNestedGuest(CLTS);
      owned.vmcs12.CR0_GUEST_HOST_MASK = CR0_TS;
      owned.vmcs12.CR0_READ_SHADOW = CR0_TS;
      owned.launch();
      assert.equal(owned.runToNestedExit().reason, 'CR_ACCESS');
    },
  ],
  [
    'Further fixes for lazy FPU loading',
    () => {
      const code = [0xd9, 0xe8];
      const guest = createNestedGuest(code, {}, 'skylake-server');
      guest.vmcs12.GUEST_CR0 |= CR0_TS;
      guest.vmcs12.EXCEPTION_BITMAP = 1 << NM;
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.deepEqual([exit.reason, exit.interruption & 0xff], ['EXCEPTION_NMI', NM]);
      assert.equal(guest.vmcs12.GUEST_CR0 & CR0_TS, CR0_TS);
    },
  ],
  [
    'Additional TSC-offset handling',
    () => {
      const guest = enable(createNestedGuest(RDTSC), 'USE_TSC_OFFSETTING');
      guest.vcpu.arch.l1_tsc_offset = 0x1000_0000n;
      guest.vmcs12.TSC_OFFSET = 0x2000_0000n;
      guest.launch();
      assert.equal(guest.vcpu.arch.tsc_offset, 0x3000_0000n);
      guest.runToNestedExit();
      assert.equal(guest.vcpu.arch.tsc_offset, 0x1000_0000n);
      assert.equal(guest.cpu.gpr(0) >> 28n, 3n);
    },
  ],
  [
    'Add VMX to list of supported cpuid features',
    () => {
      const answers = [{}, { VMX: false }].map((features) => {
        const guest = outsideVmx(features);
        guest.runL1(CPUID_1);
        return guest.cpu.gpr(1) & VMX_IN_CPUID;
      });
      assert.deepEqual(answers, [VMX_IN_CPUID, 0n]);
    },
  ],
  [
    'Documentation',
    () => {
      // Its subject is the layout of vmcs12: each field has its bytes, and no other field has them.
      const { fields } = kvmVersions['kvm-6.12'].vmcs12;
      const places = fields.map((name) => vmcs12_offset(name)!);
      assert.equal(new Set(places).size, fields.length);
      const page = new Uint8Array(4096);
      new DataView(page.buffer).setBigUint64(vmcs12_offset('GUEST_RIP')!, 0x77n, true);
      assert.equal(parse_vmcs12(page).GUEST_RIP, 0x77n);
    },
  ],
];

describe('L0: the patches of 2011', () => {
  patches.forEach(([title, test], index) => it(`${index + 1}. nVMX: ${title}`, test));

  it('are thirty', () => assert.equal(patches.length, 30));
});
