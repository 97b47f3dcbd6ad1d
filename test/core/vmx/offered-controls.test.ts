// What the processor profile offers it does: for every VMX control of the profile a program whose outcome differs between the
// control off and on.
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { type cpuProfiles } from '../../../src/isa/cpu-profiles';
import { vmcsField } from '../../../src/isa/vmcs-fields';
import type { ControlName } from '../../../src/isa/vmx-controls';
import { CODE, DATA, STACK, Select } from '../system/bench';
import { EPT_PAGES, GuestBench } from './guest-bench';
import { MSR_LIST, VIRTUAL_APIC, type Image } from './valid-vmcs';
import { proves } from '../../support/proves';

interface Effect {
  source: string;
  /** Fields that both runs have. */
  image?: (image: Image) => void;
  /** Before the guest runs. */
  event?: (guest: GuestBench) => void;
  /** What is compared; by default exit reason and guest RIP. */
  observe?: (guest: GuestBench) => unknown;
}

const BITMAP = 0x240000n;
const loop = '1: jmp 1b';
const PAT = 0x0007040600070400n;

const PROFILE = 'skylake-server';
type Offered = (typeof cpuProfiles)[typeof PROFILE]['vmx']['controls'];
type OfferedControl = Offered[keyof Offered][number];

/** The guest runs to its HLT or to the exit that the control adds. */
const effects: Record<OfferedControl, Effect | 'undefined-instruction'> = {
  EXTERNAL_INTERRUPT_EXITING: {
    source: loop,
    image: (image) => image.or('GUEST_RFLAGS', 0x200n),
    event: (guest) => guest.bench.interrupt(0x50),
  },
  NMI_EXITING: {
    source: loop,
    image: (image) => image.disable('VIRTUAL_NMIS'),
    event: (guest) => guest.bench.cpu.set32(State.NMI, 1),
  },
  VIRTUAL_NMIS: {
    // With virtual NMIs IRET unblocks them in the guest; without, under NMI exiting, it does not.
    source: `push 0x10; push ${STACK}; push 2; push ${Select.code}; lea rax, [rip + 3]; push rax; iretq; hlt`,
    image: (image) => image.set('GUEST_INTERRUPTIBILITY_INFO', 8),
    observe: (guest) => guest.get('GUEST_INTERRUPTIBILITY_INFO'),
  },
  ACTIVATE_VMX_PREEMPTION_TIMER: { source: 'nop; hlt' },
  PROCESS_POSTED_INTERRUPTS: {
    source: 'mov ecx, 100; 1: loop 1b; hlt',
    image: (image) => {
      image.enable('USE_TPR_SHADOW', 'VIRTUAL_INTERRUPT_DELIVERY', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT');
      image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
      image.set('POSTED_INTR_DESC_ADDR', BITMAP);
      image.set('POSTED_INTR_NV', 0x50);
    },
    event: (guest) => guest.bench.interrupt(0x50),
  },
  INTERRUPT_WINDOW_EXITING: { source: 'sti; nop; hlt' },
  USE_TSC_OFFSETTING: {
    source: 'rdtsc; hlt',
    image: (image) => image.set('TSC_OFFSET', 1n << 33n),
    observe: (guest) => guest.bench.reg(Gpr.RDX),
  },
  HLT_EXITING: { source: 'hlt', observe: (guest) => guest.bench.cpu.inNonRoot },
  INVLPG_EXITING: { source: 'invlpg [rax]; hlt' },
  MWAIT_EXITING: 'undefined-instruction',
  RDPMC_EXITING: { source: 'rdpmc; hlt', image: (image) => image.set('EXCEPTION_BITMAP', -1 >>> 0) },
  RDTSC_EXITING: { source: 'rdtsc; hlt' },
  CR3_LOAD_EXITING: { source: 'mov rax, cr3; mov cr3, rax; hlt' },
  CR3_STORE_EXITING: { source: 'mov rax, cr3; hlt' },
  CR8_LOAD_EXITING: { source: 'mov cr8, rax; hlt' },
  CR8_STORE_EXITING: { source: 'mov rax, cr8; hlt' },
  USE_TPR_SHADOW: {
    source: 'mov eax, 3; mov cr8, rax; hlt',
    image: (image) => image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC),
    observe: (guest) => guest.bench.taskPriority,
  },
  NMI_WINDOW_EXITING: { source: 'nop; hlt' },
  MOV_DR_EXITING: { source: 'mov rax, dr7; hlt' },
  UNCONDITIONAL_IO_EXITING: { source: 'out 0x80, al; hlt' },
  USE_IO_BITMAPS: {
    source: 'out 0x80, al; hlt',
    image: (image) => {
      image.set('IO_BITMAP_A', BITMAP);
      image.set('IO_BITMAP_B', BITMAP);
      image.poke32(BITMAP + 0x10n, 1);
    },
  },
  MONITOR_TRAP_FLAG: { source: 'nop; hlt' },
  USE_MSR_BITMAPS: {
    source: 'mov ecx, 0x277; rdmsr; hlt',
    image: (image) => image.set('MSR_BITMAP', BITMAP),
  },
  MONITOR_EXITING: 'undefined-instruction',
  PAUSE_EXITING: { source: 'pause; hlt' },
  ACTIVATE_SECONDARY_CONTROLS: {
    source: 'wbinvd; hlt',
    image: (image) => {
      image.set('SECONDARY_VM_EXEC_CONTROL', 0x42);
      image.set('GUEST_CR3', 0x1000n);
    },
  },
  ENABLE_EPT: {
    source: `mov eax, [${DATA}]; hlt`,
    event: (guest) => void guest.page(DATA, 0n),
  },
  DESCRIPTOR_TABLE_EXITING: { source: `sgdt [${DATA}]; hlt` },
  ENABLE_RDTSCP: { source: 'rdtscp; hlt' },
  ENABLE_VPID: {
    // With a VPID of its own the guest's translations outlive a VM exit; without they are dropped.
    source: `mov rax, [${DATA}]; cpuid; mov rax, [${DATA}]; hlt`,
    image: (image) => image.set('VIRTUAL_PROCESSOR_ID', 1),
    event: (guest) => {
      guest.exit();
      guest.page(DATA, 0x300000n | 0x37n);
      guest.image.set('GUEST_RIP', guest.get('GUEST_RIP') + 2n);
      guest.bench.write64(0x300000, 7n);
      assert.deepEqual(guest.bench.cpu.enter(false), { kind: 'entered' });
    },
    observe: (guest) => guest.bench.reg(Gpr.RAX),
  },
  VMCS_SHADOWING: {
    source: `mov eax, ${vmcsField.GUEST_RIP.encoding}; vmread rbx, rax; hlt`,
    image: (image) => {
      image.set('VMREAD_BITMAP', BITMAP);
      image.set('VMWRITE_BITMAP', BITMAP);
    },
  },
  WBINVD_EXITING: { source: 'wbinvd; hlt' },
  UNRESTRICTED_GUEST: {
    source: 'mov rax, cr0; and eax, 0x7fffffff; lea rcx, [rip + 3]; mov cr0, rax; hlt',
    image: (image) => image.set('EXCEPTION_BITMAP', 1 << 13),
    // Paging cannot be left in 64-bit mode in either case: the entry itself tells the two apart.
    observe: (guest) => {
      guest.image.clear('GUEST_CR0', 0x80000000n);
      guest.image.disable('VM_ENTRY_IA32E_MODE_GUEST', 'VM_ENTRY_LOAD_IA32_EFER');
      guest.image.set('GUEST_CS_AR_BYTES', 0xc09b);
      return guest.fixture.failing();
    },
  },
  PAUSE_LOOP_EXITING: {
    source: 'mov ecx, 9; 1: pause; loop 1b; hlt',
    image: (image) => {
      image.set('PLE_GAP', 10);
      image.set('PLE_WINDOW', 4);
    },
  },
  ENABLE_INVPCID: { source: 'xor eax, eax; mov eax, 2; invpcid rax, [rsp]; hlt' },
  VIRTUALIZE_APIC_ACCESSES: {
    source: `mov eax, [${DATA}]; hlt`,
    image: (image) => image.set('APIC_ACCESS_ADDR', BigInt(DATA)),
  },
  VIRTUALIZE_X2APIC_MODE: {
    source: 'mov ecx, 0x808; rdmsr; hlt',
    image: (image) => {
      withoutMsrExits(image);
      image.enable('USE_TPR_SHADOW');
      image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
    },
  },
  APIC_REGISTER_VIRTUALIZATION: {
    source: `mov eax, [${DATA + 0x20}]; hlt`,
    image: (image) => {
      image.enable('USE_TPR_SHADOW', 'VIRTUALIZE_APIC_ACCESSES');
      image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
      image.set('APIC_ACCESS_ADDR', BigInt(DATA));
    },
  },
  VIRTUAL_INTERRUPT_DELIVERY: {
    source: 'nop; hlt',
    image: (image) => {
      image.enable('USE_TPR_SHADOW');
      image.set('VIRTUAL_APIC_PAGE_ADDR', VIRTUAL_APIC);
      image.or('GUEST_RFLAGS', 0x200n);
      image.set('GUEST_INTR_STATUS', 0x50);
    },
  },
  RDRAND_EXITING: { source: 'rdrand eax; hlt' },
  RDSEED_EXITING: { source: 'rdseed eax; hlt' },
  ENABLE_VM_FUNCTIONS: {
    source: 'xor eax, eax; mov ecx, 512; vmfunc; hlt',
    image: (image) => image.set('EXCEPTION_BITMAP', 1 << 6),
  },
  ENABLE_PML: {
    source: `mov byte ptr [${DATA}], 1; hlt`,
    image: (image) => {
      image.or('EPT_POINTER', 0x40n);
      image.set('PML_ADDRESS', BITMAP);
      image.set('GUEST_PML_INDEX', 511);
    },
    observe: (guest) => guest.get('GUEST_PML_INDEX'),
  },
  EPT_VIOLATION_VE: {
    source: `mov al, [${DATA}]; hlt`,
    image: (image) => {
      image.set('VE_INFORMATION_ADDRESS', BITMAP);
      image.set('EXCEPTION_BITMAP', 1 << 20);
      image.poke64(BigInt(EPT_PAGES + (DATA >> 12) * 8), 0n);
    },
  },
  ENABLE_XSAVES_XRSTORS: {
    source: `xor eax, eax; xor edx, edx; xsaves [${DATA}]; hlt`,
    image: (image) => {
      image.or('GUEST_CR4', 0x40600n);
      image.set('EXCEPTION_BITMAP', 1 << 6);
    },
  },
  MODE_BASED_EXECUTE_CONTROL: { source: 'hlt' },
  USE_TSC_SCALING: {
    source: 'mov ecx, 9; 1: loop 1b; rdtsc; hlt',
    image: (image) => {
      image.enable('USE_TSC_OFFSETTING');
      image.set('TSC_OFFSET', 1n << 40n);
      image.set('TSC_MULTIPLIER', 1n);
    },
    observe: (guest) => guest.bench.reg(Gpr.RAX),
  },
  VM_EXIT_SAVE_DEBUG_CONTROLS: {
    source: 'mov eax, 0x402; mov dr7, rax; hlt',
    observe: (guest) => guest.get('GUEST_DR7'),
  },
  VM_EXIT_HOST_ADDRESS_SPACE_SIZE: {
    source: 'hlt',
    observe: (guest) => guest.fixture.failing(),
  },
  VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT: {
    source: loop,
    event: (guest) => guest.bench.interrupt(0x50),
    observe: (guest) => guest.get('VM_EXIT_INTR_INFO'),
  },
  VM_EXIT_SAVE_IA32_PAT: {
    source: 'mov ecx, 0x277; mov eax, 0x00070400; mov edx, 0x00070406; wrmsr; hlt',
    image: withoutMsrExits,
    observe: (guest) => guest.get('GUEST_IA32_PAT'),
  },
  VM_EXIT_LOAD_IA32_PAT: {
    source: 'hlt',
    image: (image) => image.set('HOST_IA32_PAT', PAT),
    observe: (guest) => guest.bench.cpu.get64(State.MSR_PAT),
  },
  VM_EXIT_SAVE_IA32_EFER: {
    source: 'mov ecx, 0xc0000080; rdmsr; or eax, 1; wrmsr; hlt',
    image: withoutMsrExits,
    observe: (guest) => guest.get('GUEST_IA32_EFER'),
  },
  VM_EXIT_LOAD_IA32_EFER: {
    source: 'hlt',
    image: (image) => image.set('HOST_IA32_EFER', 0xd00n),
    observe: (guest) => guest.bench.cpu.get64(State.EFER),
  },
  VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE: {
    source: 'mov ecx, 100; 1: dec ecx; jnz 1b; hlt',
    image: (image) => {
      image.enable('ACTIVATE_VMX_PREEMPTION_TIMER');
      image.set('VMX_PREEMPTION_TIMER_VALUE', 100);
    },
    observe: (guest) => guest.get('VMX_PREEMPTION_TIMER_VALUE'),
  },
  VM_ENTRY_LOAD_DEBUG_CONTROLS: {
    source: 'mov rbx, dr7; hlt',
    image: (image) => image.set('GUEST_DR7', 0x402n),
    observe: (guest) => guest.bench.reg(Gpr.RBX),
  },
  VM_ENTRY_IA32E_MODE_GUEST: { source: 'hlt', observe: (guest) => guest.fixture.failing() },
  VM_ENTRY_LOAD_IA32_PAT: {
    source: 'mov ecx, 0x277; rdmsr; hlt',
    image: (image) => {
      withoutMsrExits(image);
      image.set('GUEST_IA32_PAT', PAT);
    },
    observe: (guest) => guest.bench.reg(Gpr.RAX),
  },
  VM_ENTRY_LOAD_IA32_EFER: {
    source: 'mov ecx, 0xc0000080; rdmsr; hlt',
    image: (image) => {
      withoutMsrExits(image);
      image.set('GUEST_IA32_EFER', 0xd00n);
    },
    observe: (guest) => guest.bench.reg(Gpr.RAX),
  },
};

function withoutMsrExits(image: Image): void {
  image.enable('USE_MSR_BITMAPS');
  image.set('MSR_BITMAP', MSR_LIST + 0x2000n);
}

/** Controls that only decide whether a VMCS is valid: the guest is not entered. */
const JUDGED = new Set<ControlName>([
  'VM_EXIT_HOST_ADDRESS_SPACE_SIZE',
  'VM_ENTRY_IA32E_MODE_GUEST',
  'UNRESTRICTED_GUEST',
]);

function outcome(name: ControlName, effect: Effect, on: boolean): unknown {
  const guest = new GuestBench((image) => {
    effect.image?.(image);
    if (on) image.enable(name);
    else image.disable(name);
    if (name === 'NMI_WINDOW_EXITING') image.enable('VIRTUAL_NMIS');
  }, PROFILE);
  if (!JUDGED.has(name)) {
    guest.enter(effect.source);
    effect.event?.(guest);
    const stop = guest.bench.run();
    if (!effect.observe) return [stop, guest.lastExit.reason, guest.get('GUEST_RIP'), guest.bench.cpu.rip];
    assert.ok(stop === Stop.VM_EXIT || stop === Stop.HALT, `stop ${stop}`);
  }
  return effect.observe?.(guest);
}

describe('controls that the processor profile offers', () => {
  for (const [name, effect] of Object.entries(effects)) {
    if (effect === 'undefined-instruction')
      it(proves('vmx-controls', name, `${name} is allowed, and its instruction is not claimed`), () => {
        const guest = new GuestBench((image) => {
          image.enable(name as ControlName);
          image.set('EXCEPTION_BITMAP', 1 << 6);
        });
        guest.firstExit(name === 'MWAIT_EXITING' ? 'mwait' : 'monitor');
        assert.equal(guest.get('VM_EXIT_INTR_INFO'), 0x80000306n);
        assert.equal(guest.get('GUEST_RIP'), BigInt(CODE));
      });
    else
      it(proves('vmx-controls', name, `${name} makes a difference`), () => {
        const off = outcome(name as ControlName, effect, false);
        const on = outcome(name as ControlName, effect, true);
        assert.notDeepEqual(on, off);
      });
  }
});
