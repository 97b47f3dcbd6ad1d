/**
 * INIT and start-up IPIs for L1 (SDM 8.4.3, 9.1.1 column INIT; KVM: kvm_apic_accept_events, kvm_vcpu_reset): the state after INIT,
 * the wait for a start-up IPI, and where it starts. INIT and SIPI that end L2 are nested/events.ts's.
 */
import { Gpr } from '../abi/state-block';
import type { InitialCpuState } from '../platform/boot/boot-image';
import { vcpu_load_boot_state } from './boot-state';
import { BUSY_TSS, CODE, DATA } from './host-area';
import { access_rights, cr0 as CR0, rflags } from './register-bits';
import type { Vcpu } from './vcpu';

const LIMIT_64K = 0xffff;
const RESET_CS = 0xf000;
const RESET_CS_BASE = 0xffff0000n;
const RESET_RIP = 0xfff0n;
/** Version information that INIT leaves in EDX: family 6. */
const SIGNATURE = 0x600n;
const GENERAL_REGISTERS = 16;
/** Segment type of an LDT. */
const LDT = 2;

/** A start-up IPI names a page: its segment is the vector's high byte. */
const SELECTOR_SHIFT = 8;
const PAGE_SHIFT = 12n;

function state_after_init(): InitialCpuState {
  const segment = (type: number, code_or_data = access_rights.S) => ({
    selector: 0,
    base: 0n,
    limit: LIMIT_64K,
    access: type | code_or_data | access_rights.P,
  });
  const data = segment(DATA);
  const registers = Array.from({ length: GENERAL_REGISTERS }, () => 0n);
  registers[Gpr.RDX] = SIGNATURE;
  return {
    mode: 'real16',
    registers,
    rip: RESET_RIP,
    rflags: rflags.FIXED,
    segments: {
      es: data,
      cs: { ...segment(CODE), selector: RESET_CS, base: RESET_CS_BASE },
      ss: data,
      ds: data,
      fs: data,
      gs: data,
      ldtr: segment(LDT, 0),
      tr: segment(BUSY_TSS, 0),
    },
    gdtr: { base: 0n, limit: LIMIT_64K },
    idtr: { base: 0n, limit: LIMIT_64K },
    cr0: CR0.ET | CR0.NW | CR0.CD,
    cr3: 0n,
    cr4: 0n,
    efer: 0n,
  };
}

/** KVM: kvm_vcpu_reset with init_event. The bootstrap processor runs from the reset vector, others wait. vmcs01 must be current. */
export function kvm_vcpu_reset(vcpu: Vcpu): void {
  vcpu_load_boot_state(vcpu, state_after_init());
  const { arch } = vcpu;
  arch.exception.pending = arch.exception.injected = false;
  arch.exception_vmexit.pending = false;
  arch.interrupt.injected = false;
  arch.nmi_pending = 0;
  arch.nmi_injected = false;
  arch.mp_state = vcpu.id === 0 ? 'runnable' : 'init-received';
}

/** KVM: vmx_apic_init_signal_blocked: INIT waits while L1 is in VMX root operation. */
export function init_signal_blocked(vcpu: Vcpu): boolean {
  return vcpu.nested.vmxon && !vcpu.arch.guest_mode;
}

/** KVM: kvm_apic_accept_events, for L1. */
export function kvm_apic_accept_events(vcpu: Vcpu): void {
  const { arch } = vcpu;
  if (arch.guest_mode) return;
  if (arch.init_pending && !init_signal_blocked(vcpu)) {
    arch.init_pending = false;
    kvm_vcpu_reset(vcpu);
  }
  if (arch.sipi_pending < 0) return;
  const vector = arch.sipi_pending;
  arch.sipi_pending = -1;
  // Outside wait-for-SIPI it is lost.
  if (arch.mp_state !== 'init-received') return;
  vcpu.cpu.vmwrite('GUEST_CS_SELECTOR', vector << SELECTOR_SHIFT);
  vcpu.cpu.vmwrite('GUEST_CS_BASE', BigInt(vector) << PAGE_SHIFT);
  vcpu.cpu.vmwrite('GUEST_RIP', 0n);
  arch.mp_state = 'runnable';
}
