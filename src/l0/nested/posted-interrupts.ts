/**
 * Posted interrupts of L2, and virtual interrupts that wait for it. The chip delivers what RVI of vmcs02 says; L0 takes the
 * requests of L1's descriptor over when the notification arrives for L1. KVM: vmx_complete_nested_posted_interrupt,
 * vmx_has_nested_events. SDM 29.6.
 */
import { apicRegisters, type ApicRegisterName } from '../../isa/apic-registers';
import { secondary } from '../control-masks';
import { __vmx_interrupt_blocked } from '../event-injection';
import { read_guest_u32, write_guest_u32 } from '../host-memory';
import type { Vcpu } from '../vcpu';
import { get_vmcs12 } from './current-vmcs12';
import type { Vmcs12 } from './vmcs12';
import { nested_cpu_has2, nested_cpu_has_posted_intr } from './vmcs12-controls';

/** Vector that the descriptor of vmcs02 would be notified with; nobody sends it here. KVM: POSTED_INTR_NESTED_VECTOR. */
export const POSTED_INTR_NESTED_VECTOR = 0xf0;

/** Byte of the descriptor whose bit 0 is the outstanding notification, behind 256 requests. */
const NOTIFICATION = 32n;
const OUTSTANDING = 1;
/** Requesting virtual interrupt, in the guest interrupt status. */
const RVI = 0xff;
const PRIORITY_CLASS = 0xf0;

function register_offset(name: ApicRegisterName): bigint {
  return BigInt(apicRegisters.find((row) => row.name === name)!.offset);
}
const IRR = register_offset('IRR0');
const PPR = register_offset('PPR');

/** KVM: __kvm_apic_update_irr: requests of the descriptor join those of the virtual-APIC page; the highest of the former, 0 for none. */
function move_requests(vcpu: Vcpu, descriptor: bigint, virtual_apic_page: bigint): number {
  let highest = 0;
  for (let first = 0; first < 256; first += 32) {
    const from = descriptor + BigInt(first / 8);
    const requests = read_guest_u32(vcpu, from) ?? 0;
    if (requests === 0) continue;
    write_guest_u32(vcpu, from, 0);
    const to = virtual_apic_page + IRR + BigInt(first / 2);
    write_guest_u32(vcpu, to, ((read_guest_u32(vcpu, to) ?? 0) | requests) >>> 0);
    highest = first + 31 - Math.clz32(requests);
  }
  return highest;
}

/** KVM: vmx_complete_nested_posted_interrupt, with the notification just taken. */
export function vmx_complete_nested_posted_interrupt(vcpu: Vcpu, vmcs12: Vmcs12): void {
  const descriptor = vmcs12.POSTED_INTR_DESC_ADDR;
  const notification = read_guest_u32(vcpu, descriptor + NOTIFICATION) ?? 0;
  if ((notification & OUTSTANDING) === 0) return;
  write_guest_u32(vcpu, descriptor + NOTIFICATION, (notification & ~OUTSTANDING) >>> 0);
  const highest = move_requests(vcpu, descriptor, vmcs12.VIRTUAL_APIC_PAGE_ADDR);
  const status = vcpu.cpu.vmread('GUEST_INTR_STATUS');
  if (highest > (status & RVI)) vcpu.cpu.vmwrite('GUEST_INTR_STATUS', (status & ~RVI) | highest);
}

/** The local APIC's next interrupt for L1 is the notification that vmcs12 names. */
export function is_nested_notification(vcpu: Vcpu, vmcs12: Vmcs12): boolean {
  return nested_cpu_has_posted_intr(vmcs12) && vcpu.apic.pendingVector() === vmcs12.POSTED_INTR_NV;
}

/** KVM: the part of vmx_has_nested_events about RVI: a virtual interrupt that ends the halt of L2. */
export function nested_virtual_interrupt_waits(vcpu: Vcpu): boolean {
  const vmcs12 = get_vmcs12(vcpu);
  if (!nested_cpu_has2(vmcs12, secondary.VIRTUAL_INTERRUPT_DELIVERY)) return false;
  if (__vmx_interrupt_blocked(vcpu)) return false;
  const priority = read_guest_u32(vcpu, vmcs12.VIRTUAL_APIC_PAGE_ADDR + PPR);
  if (priority === undefined) return false;
  const requesting = vcpu.cpu.vmread('GUEST_INTR_STATUS') & RVI;
  return (requesting & PRIORITY_CLASS) > (priority & PRIORITY_CLASS);
}
