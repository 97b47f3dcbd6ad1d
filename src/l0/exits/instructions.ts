/**
 * Instructions that exit to L0 and need little: HLT, INVD, WBINVD, XSETBV, MONITOR, MWAIT, PAUSE, RDPMC,
 * INVLPG, VMCALL, MOV DR, and those L1's processor does not have. SDM 25.1.2, 25.1.3; KVM: vmx.c.
 */
import { Gpr, State } from '../../abi/state-block';
import { because, inject_gp_for, inject_ud_because, type Refusal } from '../fault-outcome';
import { guest_supported_xcr0 } from '../extended-state';
import { dr_qualification } from '../qualification-bits';
import { field_of, xcr0 as XCR0 } from '../register-bits';
import {
  kvm_register_read,
  kvm_register_write,
  kvm_skip_emulated_instruction,
  vmx_get_cpl,
} from '../registers';
import type { Vcpu } from '../vcpu';

/** KVM's answers to hypercalls of user mode, and to those it does not know: -KVM_EPERM and -KVM_ENOSYS. */
const [EPERM, ENOSYS] = [1n, 1000n];

/** KVM: kvm_emulate_halt. */
export function handle_halt(vcpu: Vcpu): undefined {
  kvm_skip_emulated_instruction(vcpu);
  vcpu.arch.mp_state = 'halted';
  vcpu.vmx.handled = 'HLT';
  return undefined;
}

/**
 * Instructions whose effect the machine does not have: caches, hints. KVM: kvm_emulate_wbinvd,
 * kvm_emulate_as_nop.
 */
export function handle_as_nop(vcpu: Vcpu): undefined {
  vcpu.vmx.handled = 'no effect on this machine';
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/** KVM: kvm_handle_invalid_op. */
export function handle_invalid_op(vcpu: Vcpu): undefined {
  vcpu.vmx.handled = '#UD';
  inject_ud_because(vcpu, 'NOT_CLAIMED');
  return undefined;
}

/** KVM: kvm_emulate_rdpmc on a processor without counters. */
export function handle_rdpmc(vcpu: Vcpu): undefined {
  vcpu.vmx.handled = 'RDPMC: #GP(0)';
  inject_gp_for(vcpu, because('COUNTER_UNKNOWN', kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn));
  return undefined;
}

/** KVM: handle_invlpg. */
export function handle_invlpg(vcpu: Vcpu): undefined {
  vcpu.cpu.invvpid(vcpu.cpu.vmread('VIRTUAL_PROCESSOR_ID'));
  vcpu.vmx.handled = `INVLPG 0x${vcpu.cpu.vmread('EXIT_QUALIFICATION').toString(16)}`;
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/**
 * KVM: __kvm_set_xcr. x87 stays on, AVX needs SSE, and L1's CPUID must offer what is set. One register for L1 and L2: L1 gives
 * L2 a value of its own by XSETBV before it enters it.
 */
function kvm_set_xcr(vcpu: Vcpu, index: bigint, value: bigint): Refusal {
  if (index !== 0n) return because('XSETBV_INDEX', index);
  const supported = guest_supported_xcr0(vcpu);
  const without_sse = (value & XCR0.AVX) !== 0n && (value & XCR0.SSE) === 0n;
  if (without_sse || (value & XCR0.X87) === 0n || (value & ~supported) !== 0n)
    return because('XSETBV_VALUE', value, supported);
  vcpu.cpu.set64(State.XCR0, value);
  return undefined;
}

/** KVM: kvm_emulate_xsetbv. */
export function handle_xsetbv(vcpu: Vcpu): undefined {
  const index = kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn;
  const low = kvm_register_read(vcpu, Gpr.RAX) & 0xffffffffn;
  const high = kvm_register_read(vcpu, Gpr.RDX) & 0xffffffffn;
  const value = (high << 32n) | low;
  const refusal = kvm_set_xcr(vcpu, index, value);
  vcpu.vmx.handled = `XSETBV ${index} = 0x${value.toString(16)}${refusal ? ': #GP(0)' : ''}`;
  if (refusal) inject_gp_for(vcpu, refusal);
  else kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/** KVM: handle_monitor_trap and handle_tpr_below_threshold: nothing to do, the guest goes on. */
export function handle_monitor_trap(vcpu: Vcpu): undefined {
  vcpu.vmx.handled = 'nothing to do';
  return undefined;
}

/** KVM: kvm_emulate_hypercall. L0 offers L1 no hypercalls. */
export function handle_vmcall(vcpu: Vcpu): undefined {
  const allowed = vmx_get_cpl(vcpu) === 0;
  const verdict = allowed ? 'unknown hypercall' : 'refused in user mode';
  vcpu.vmx.handled = `VMCALL 0x${kvm_register_read(vcpu, Gpr.RAX).toString(16)}: ${verdict}`;
  kvm_register_write(vcpu, Gpr.RAX, allowed ? -ENOSYS : -EPERM);
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

/** KVM: handle_dr. DR0-DR3 and DR6 live in the chip, DR7 in the VMCS. */
export function handle_dr(vcpu: Vcpu): undefined {
  const exit_qualification = vcpu.cpu.vmread('EXIT_QUALIFICATION');
  const dr = field_of(exit_qualification, dr_qualification.REGISTER);
  const is_read = field_of(exit_qualification, dr_qualification.DIRECTION) !== 0;
  const register = field_of(exit_qualification, dr_qualification.GPR);
  const alias = dr === 4 ? 6 : dr === 5 ? 7 : dr;
  if (is_read) {
    const value = alias === 7 ? vcpu.cpu.vmread('GUEST_DR7') : vcpu.cpu.get64(debug_register_place(alias));
    kvm_register_write(vcpu, register, value);
  } else {
    const value = kvm_register_read(vcpu, register);
    if (alias >= 6 && value >> 32n) {
      vcpu.vmx.handled = `MOV to DR${dr}: #GP(0)`;
      inject_gp_for(vcpu, because('DR_HIGH_BITS', value, BigInt(dr)));
      return undefined;
    }
    if (alias === 7) vcpu.cpu.vmwrite('GUEST_DR7', (value & 0xffff2bffn) | 0x400n);
    else if (alias === 6) vcpu.cpu.set64(State.DR6, (value & 0x1e00fn) | 0xfffe0ff0n);
    else vcpu.cpu.set64(debug_register_place(alias), value);
  }
  vcpu.vmx.handled = `MOV ${is_read ? 'from' : 'to'} DR${dr}`;
  kvm_skip_emulated_instruction(vcpu);
  return undefined;
}

function debug_register_place(index: number): State {
  return index === 6 ? State.DR6 : State.DR0 + index * 8;
}
