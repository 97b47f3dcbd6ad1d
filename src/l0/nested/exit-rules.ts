/**
 * The rules of the decision table that look at more than one bit: exceptions, control registers, I/O and
 * MSR bitmaps, MTF, PAUSE, INVPCID. Each gives its answer with the bit or byte of L1's memory that decided.
 * No effects. SDM 25.1, 25.2.
 */
import { Gpr } from '../../abi/state-block';
import { control } from '../../isa/vmx-controls';
import { kvm_read_guest } from '../host-memory';
import { INTR_INFO_TYPE, INTR_INFO_VALID, INTR_INFO_VECTOR, INTR_TYPE } from '../interruption-words';
import { primary, secondary } from '../control-masks';
import { msr_bitmap_bit } from '../msr-bitmaps';
import { cr_qualification, field_information, io_qualification } from '../qualification-bits';
import type { RuleCited } from '../records';
import { cr0 as CR0, field_of, LMSW_REPLACES, vectors } from '../register-bits';
import { kvm_register_read } from '../registers';
import type { Vcpu } from '../vcpu';
import { get_vmcs12 } from './current-vmcs12';
import type { Vmcs12 } from './vmcs12';
import { nested_cpu_has, nested_cpu_has2 } from './vmcs12-controls';

/** An answer with its reason. */
export interface RuleAnswer {
  wanted: boolean;
  rule: RuleCited;
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

function yes_no(bit: boolean): string {
  return bit ? '1' : '0';
}

/** KVM: nested_vmx_l0_wants_exit, EXCEPTION_NMI. With EPT, L0 itself intercepts nothing but NMIs. */
export function l0_wants_exception(intr_info: number): RuleAnswer {
  const is_nmi = (intr_info & INTR_INFO_TYPE) === INTR_TYPE.NMI;
  const text = is_nmi ? 'NMIs belong to the host' : 'L0 does not intercept this exception itself';
  return { wanted: is_nmi, rule: { id: 'l0.nmi', text } };
}

/** KVM: nested_vmx_l1_wants_exit, EXCEPTION_NMI. */
export function l1_wants_exception(vcpu: Vcpu, intr_info: number): RuleAnswer {
  const vector = intr_info & INTR_INFO_VECTOR;
  if (vector === vectors.PF)
    return {
      wanted: true,
      rule: { id: 'l1.page-fault', text: 'L0 does not intercept #PF, so the exit is one L1 asked for' },
    };
  const bitmap = get_vmcs12(vcpu).EXCEPTION_BITMAP;
  const wanted = (bitmap & (1 << vector)) !== 0;
  return {
    wanted,
    rule: {
      id: 'l1.exception-bitmap',
      text: `vmcs12 EXCEPTION_BITMAP bit ${vector} = ${yes_no(wanted)}`,
      field: 'EXCEPTION_BITMAP',
      bit: vector,
      value: BigInt(bitmap),
    },
  };
}

/** KVM: nested_vmx_exit_handled_io and nested_vmx_check_io_bitmaps. */
export function nested_vmx_exit_handled_io(vcpu: Vcpu, qualification: bigint): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const port = field_of(qualification, io_qualification.PORT);
  const size = field_of(qualification, io_qualification.SIZE) + 1;
  if (!nested_cpu_has(vmcs12, primary.USE_IO_BITMAPS)) {
    const wanted = nested_cpu_has(vmcs12, primary.UNCONDITIONAL_IO_EXITING);
    return {
      wanted,
      rule: {
        id: 'l1.unconditional-io',
        text: `vmcs12 uses no I/O bitmaps; UNCONDITIONAL_IO_EXITING = ${yes_no(wanted)}`,
        field: 'CPU_BASED_VM_EXEC_CONTROL',
        control: 'UNCONDITIONAL_IO_EXITING',
        bit: control.UNCONDITIONAL_IO_EXITING.bit,
        value: BigInt(vmcs12.CPU_BASED_VM_EXEC_CONTROL),
      },
    };
  }
  let rule: RuleCited = { id: 'l1.io-bitmap', text: 'no port touched' };
  for (let current = port; current < port + size; current++) {
    if (current > 0xffff)
      return { wanted: true, rule: { id: 'l1.io-bitmap', text: 'the access wraps past port 0xffff' } };
    const in_a = current < 0x8000;
    const bitmap = in_a ? vmcs12.IO_BITMAP_A : vmcs12.IO_BITMAP_B;
    const address = bitmap + BigInt((current & 0x7fff) >> 3);
    const name = in_a ? 'IO_BITMAP_A' : 'IO_BITMAP_B';
    const byte = kvm_read_guest(vcpu, address, 1)?.[0];
    if (byte === undefined)
      return {
        wanted: true,
        rule: {
          id: 'l1.io-bitmap',
          text: `${name} at ${hex(address)} is not memory of L1`,
          field: name,
          address,
        },
      };
    const bit = current & 7;
    const wanted = (byte & (1 << bit)) !== 0;
    const text = `port ${hex(current)}: ${name} byte ${hex(address)} bit ${bit} = ${yes_no(wanted)}`;
    rule = { id: 'l1.io-bitmap', text, field: name, address, bit, value: BigInt(byte) };
    if (wanted) return { wanted, rule };
  }
  return { wanted: false, rule };
}

/** KVM: nested_vmx_exit_handled_msr. */
export function nested_vmx_exit_handled_msr(vcpu: Vcpu, is_write: boolean): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const msr = Number(kvm_register_read(vcpu, Gpr.RCX) & 0xffffffffn);
  if (!nested_cpu_has(vmcs12, primary.USE_MSR_BITMAPS))
    return {
      wanted: true,
      rule: {
        id: 'l1.no-msr-bitmap',
        text: 'vmcs12 uses no MSR bitmaps: every access exits',
        field: 'CPU_BASED_VM_EXEC_CONTROL',
        control: 'USE_MSR_BITMAPS',
        bit: control.USE_MSR_BITMAPS.bit,
        value: BigInt(vmcs12.CPU_BASED_VM_EXEC_CONTROL),
      },
    };
  const place = msr_bitmap_bit(msr, is_write);
  if (!place)
    return {
      wanted: true,
      rule: { id: 'l1.msr-bitmap', text: `MSR ${hex(msr)} lies outside both ranges of the bitmap` },
    };
  const address = vmcs12.MSR_BITMAP + BigInt(place.byte);
  const byte = kvm_read_guest(vcpu, address, 1)?.[0];
  if (byte === undefined)
    return {
      wanted: true,
      rule: { id: 'l1.msr-bitmap', text: `MSR_BITMAP at ${hex(address)} is not memory of L1`, address },
    };
  const bit = place.bit;
  const wanted = (byte & (1 << bit)) !== 0;
  const direction = is_write ? 'write' : 'read';
  const text = `${direction} of MSR ${hex(msr)}: MSR_BITMAP byte ${hex(address)} bit ${bit} = ${yes_no(wanted)}`;
  return {
    wanted,
    rule: { id: 'l1.msr-bitmap', text, field: 'MSR_BITMAP', address, bit, value: BigInt(byte) },
  };
}

type CrControl = 'CR3_LOAD_EXITING' | 'CR3_STORE_EXITING' | 'CR8_LOAD_EXITING' | 'CR8_STORE_EXITING';

/** CR3 and CR8 exit by a control bit each. */
function cr_exiting(vmcs12: Vmcs12, control: CrControl): RuleAnswer {
  const wanted = nested_cpu_has(vmcs12, primary[control]);
  const text = `vmcs12 ${control} = ${yes_no(wanted)}`;
  return {
    wanted,
    rule: { id: `l1.control.${control}`, text, field: 'CPU_BASED_VM_EXEC_CONTROL', control },
  };
}

/** KVM: nested_vmx_exit_handled_cr. */
export function nested_vmx_exit_handled_cr(vcpu: Vcpu, qualification: bigint): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const cr = field_of(qualification, cr_qualification.REGISTER);
  const access_type = field_of(qualification, cr_qualification.ACCESS);
  const register = field_of(qualification, cr_qualification.GPR);
  if (access_type === 0) {
    if (cr === 3) return cr_exiting(vmcs12, 'CR3_LOAD_EXITING');
    if (cr === 8) return cr_exiting(vmcs12, 'CR8_LOAD_EXITING');
    const value = kvm_register_read(vcpu, register);
    const mask = cr === 0 ? vmcs12.CR0_GUEST_HOST_MASK : vmcs12.CR4_GUEST_HOST_MASK;
    const shadow = cr === 0 ? vmcs12.CR0_READ_SHADOW : vmcs12.CR4_READ_SHADOW;
    const changed = mask & (value ^ shadow);
    const text = `MOV to CR${cr}: vmcs12 mask ${hex(mask)} & (value ${hex(value)} ^ shadow ${hex(shadow)}) = ${hex(changed)}`;
    const field = cr === 0 ? 'CR0_GUEST_HOST_MASK' : 'CR4_GUEST_HOST_MASK';
    return { wanted: changed !== 0n, rule: { id: 'l1.cr-mask', text, field, value: mask } };
  }
  if (access_type === 1)
    return cr === 3 ? cr_exiting(vmcs12, 'CR3_STORE_EXITING') : cr_exiting(vmcs12, 'CR8_STORE_EXITING');
  const mask = vmcs12.CR0_GUEST_HOST_MASK;
  const shadow = vmcs12.CR0_READ_SHADOW;
  if (access_type === 2) {
    const wanted = (mask & CR0.TS) !== 0n && (shadow & CR0.TS) !== 0n;
    const text = `CLTS: TS is ${mask & CR0.TS ? '' : 'not '}in the vmcs12 mask and ${shadow & CR0.TS ? '1' : '0'} in its shadow`;
    return { wanted, rule: { id: 'l1.clts', text, field: 'CR0_GUEST_HOST_MASK', value: mask } };
  }
  // LMSW can set PE, never clear it.
  const source = BigInt(field_of(qualification, cr_qualification.LMSW_SOURCE)) & (CR0.PE | LMSW_REPLACES);
  const changes = (mask & LMSW_REPLACES & (source ^ shadow)) !== 0n;
  const sets_pe = (mask & CR0.PE) !== 0n && (shadow & CR0.PE) === 0n && (source & CR0.PE) !== 0n;
  const text = `LMSW ${hex(source)}: vmcs12 mask ${hex(mask)}, shadow ${hex(shadow)}`;
  return {
    wanted: changes || sets_pe,
    rule: { id: 'l1.lmsw', text, field: 'CR0_GUEST_HOST_MASK', value: mask },
  };
}

/** KVM: nested_vmx_exit_handled_mtf. */
export function nested_vmx_exit_handled_mtf(vcpu: Vcpu): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const by_control = nested_cpu_has(vmcs12, primary.MONITOR_TRAP_FLAG);
  const injected = vmcs12.VM_ENTRY_INTR_INFO_FIELD === (INTR_INFO_VALID | INTR_TYPE.OTHER) >>> 0;
  const text = `vmcs12 MONITOR_TRAP_FLAG = ${yes_no(by_control)}, pending MTF injected: ${injected ? 'yes' : 'no'}`;
  return { wanted: by_control || injected, rule: { id: 'l1.mtf', text, control: 'MONITOR_TRAP_FLAG' } };
}

/** KVM: nested_vmx_exit_handled_vmcs_access. `bitmap`: the one for reads or the one for writes. */
export function nested_vmx_exit_handled_vmcs_access(
  vcpu: Vcpu,
  bitmap: 'VMREAD_BITMAP' | 'VMWRITE_BITMAP',
): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const id = 'l1.vmcs-shadowing';
  if (!nested_cpu_has2(vmcs12, secondary.VMCS_SHADOWING))
    return {
      wanted: true,
      rule: { id, text: 'vmcs12 uses no VMCS shadowing: every access exits', control: 'VMCS_SHADOWING' },
    };
  const register = field_of(BigInt(vcpu.cpu.vmread('VMX_INSTRUCTION_INFO')), field_information.REG2);
  const encoding = kvm_register_read(vcpu, register);
  if (encoding >> 15n !== 0n)
    return { wanted: true, rule: { id, text: `encoding ${hex(encoding)} is beyond the bitmap` } };
  const address = vmcs12[bitmap] + (encoding >> 3n);
  const byte = kvm_read_guest(vcpu, address, 1)?.[0];
  if (byte === undefined)
    return { wanted: true, rule: { id, text: `${bitmap} at ${hex(address)} is not memory of L1`, address } };
  const bit = Number(encoding & 7n);
  const wanted = (byte & (1 << bit)) !== 0;
  const text = `encoding ${hex(encoding)}: ${bitmap} byte ${hex(address)} bit ${bit} = ${yes_no(wanted)}`;
  return { wanted, rule: { id, text, field: bitmap, address, bit, value: BigInt(byte) } };
}

/** PAUSE exits for PAUSE exiting or PAUSE-loop exiting. */
export function nested_vmx_exit_handled_pause(vcpu: Vcpu): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const pause = nested_cpu_has(vmcs12, primary.PAUSE_EXITING);
  const loop = nested_cpu_has2(vmcs12, secondary.PAUSE_LOOP_EXITING);
  const text = `vmcs12 PAUSE_EXITING = ${yes_no(pause)}, PAUSE_LOOP_EXITING = ${yes_no(loop)}`;
  return { wanted: pause || loop, rule: { id: 'l1.pause', text, control: 'PAUSE_EXITING' } };
}

/** INVPCID exits with INVLPG exiting, once it is enabled at all. */
export function nested_vmx_exit_handled_invpcid(vcpu: Vcpu): RuleAnswer {
  const vmcs12 = get_vmcs12(vcpu);
  const enabled = nested_cpu_has2(vmcs12, secondary.ENABLE_INVPCID);
  const exiting = nested_cpu_has(vmcs12, primary.INVLPG_EXITING);
  const text = `vmcs12 ENABLE_INVPCID = ${yes_no(enabled)}, INVLPG_EXITING = ${yes_no(exiting)}`;
  return { wanted: enabled && exiting, rule: { id: 'l1.invpcid', text, control: 'ENABLE_INVPCID' } };
}
