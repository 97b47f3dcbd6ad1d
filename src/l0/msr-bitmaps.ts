/**
 * MSR bitmap pages: four quarters of 1 KByte (read low, read high, write low, write high; SDM 24.6.9). L0
 * lets few MSRs through to L1; for L2 it lets one through only where L1 does too.
 */
import { msr } from '../isa/msrs';
import { kvm_read_guest } from './host-memory';
import { secondary } from './control-masks';
import { get_vmcs12 } from './nested/current-vmcs12';
import type { Vmcs12 } from './nested/vmcs12';
import { nested_cpu_has, nested_cpu_has2 } from './nested/vmcs12-controls';
import { primary } from './control-masks';
import type { Vcpu } from './vcpu';

const QUARTER = 1024;
const BITMAP_BYTES = 4096;

export interface PassedMsr {
  index: number;
  read: boolean;
  write: boolean;
}

/** MSRs L1 accesses without an exit: they are switched by the VMCS, or L0 has no use for them. */
const passed_to_l1: readonly PassedMsr[] = [
  { index: msr.IA32_TIME_STAMP_COUNTER.number, read: true, write: false }, // with the TSC offset
  { index: msr.IA32_SYSENTER_CS.number, read: true, write: true },
  { index: msr.IA32_SYSENTER_ESP.number, read: true, write: true },
  { index: msr.IA32_SYSENTER_EIP.number, read: true, write: true },
  { index: msr.IA32_FS_BASE.number, read: true, write: true },
  { index: msr.IA32_GS_BASE.number, read: true, write: true },
  { index: msr.IA32_KERNEL_GS_BASE.number, read: true, write: true },
];

/** Those of them that may be merged for L2 (KVM: nested_vmx_prepare_msr_bitmap). All others exit from L2. */
const merged_for_l2: readonly PassedMsr[] = [
  { index: msr.IA32_FS_BASE.number, read: true, write: true },
  { index: msr.IA32_GS_BASE.number, read: true, write: true },
  { index: msr.IA32_KERNEL_GS_BASE.number, read: true, write: true },
];

/** Byte offset in a bitmap page and bit of one MSR's intercept; undefined outside both ranges. */
export function msr_bitmap_bit(index: number, is_write: boolean): { byte: number; bit: number } | undefined {
  const high = index >= 0xc0000000;
  const in_range = high ? index - 0xc0000000 : index;
  if (in_range >= 0x2000) return undefined;
  const byte = (is_write ? 2 * QUARTER : 0) + (high ? QUARTER : 0) + (in_range >> 3);
  return { byte, bit: in_range & 7 };
}

/** Clears the intercept of one MSR in a bitmap image. */
function pass_through(bitmap: Uint8Array, index: number, is_write: boolean): void {
  const place = msr_bitmap_bit(index, is_write);
  if (!place) return;
  bitmap[place.byte] = (bitmap[place.byte] ?? 0) & ~(1 << place.bit);
}

/** Does L1's bitmap intercept the MSR? */
function intercepted(bitmap: Uint8Array, index: number, is_write: boolean): boolean {
  const place = msr_bitmap_bit(index, is_write);
  return !place || ((bitmap[place.byte] ?? 0xff) & (1 << place.bit)) !== 0;
}

/** The bitmap of vmcs01. */
export function l1_msr_bitmap(): Uint8Array {
  const bitmap = new Uint8Array(BITMAP_BYTES).fill(0xff);
  for (const passed of passed_to_l1) {
    if (passed.read) pass_through(bitmap, passed.index, false);
    if (passed.write) pass_through(bitmap, passed.index, true);
  }
  return bitmap;
}

/**
 * The bitmap of vmcs02 from L1's bitmap: an MSR passes only where L0 would pass it and L1 passes it; x2APIC
 * registers pass to the virtual-APIC page as vmcs12 says.
 */
export function merged_msr_bitmap(vmcs12: Vmcs12, bitmap_l1: Uint8Array): Uint8Array {
  const merged = new Uint8Array(BITMAP_BYTES).fill(0xff);
  for (const passed of merged_for_l2) {
    if (passed.read && !intercepted(bitmap_l1, passed.index, false))
      pass_through(merged, passed.index, false);
    if (passed.write && !intercepted(bitmap_l1, passed.index, true)) pass_through(merged, passed.index, true);
  }
  if (!nested_cpu_has2(vmcs12, secondary.VIRTUALIZE_X2APIC_MODE)) return merged;
  const first_x2apic = msr.IA32_X2APIC_TPR.number & ~0xff;
  if (nested_cpu_has2(vmcs12, secondary.APIC_REGISTER_VIRTUALIZATION)) {
    const from = first_x2apic >> 3;
    merged.set(bitmap_l1.subarray(from, from + 32), from);
  }
  const task_priority = msr.IA32_X2APIC_TPR.number;
  if (!intercepted(bitmap_l1, task_priority, false)) pass_through(merged, task_priority, false);
  if (!intercepted(bitmap_l1, task_priority, true)) pass_through(merged, task_priority, true);
  if (nested_cpu_has2(vmcs12, secondary.VIRTUAL_INTERRUPT_DELIVERY)) {
    const end_of_interrupt = msr.IA32_X2APIC_EOI.number;
    const self_ipi = msr.IA32_X2APIC_SELF_IPI.number;
    if (!intercepted(bitmap_l1, end_of_interrupt, true)) pass_through(merged, end_of_interrupt, true);
    if (!intercepted(bitmap_l1, self_ipi, true)) pass_through(merged, self_ipi, true);
  }
  return merged;
}

/** KVM: nested_vmx_prepare_msr_bitmap. False: vmcs02 uses no bitmap, so every MSR access of L2 exits. */
export function nested_vmx_prepare_msr_bitmap(vcpu: Vcpu): boolean {
  const vmcs12 = get_vmcs12(vcpu);
  if (!nested_cpu_has(vmcs12, primary.USE_MSR_BITMAPS)) return false;
  const bitmap_l1 = kvm_read_guest(vcpu, vmcs12.MSR_BITMAP, BITMAP_BYTES);
  if (!bitmap_l1) return false;
  const merged = merged_msr_bitmap(vmcs12, bitmap_l1);
  vcpu.cpu.physical.write(vcpu.vmx.vmcs02.msr_bitmap, merged);
  return true;
}
