// VMREAD and VMWRITE (SDM 24.11.2, 30.3): every field of isa by its encoding, high halves, operand widths, read-only
// fields. In non-root operation they exit, or under VMCS shadowing work on the VMCS that the link pointer names (SDM 24.10).
import { WatchAccess } from '../../abi/memory-map';
import { Mode, State } from '../../abi/state-block';
import { VmcsPage } from '../../abi/vmcs-page';
import { faultOfInstruction, faulted } from '../fault';
import { Exit, Ia32VmxMisc, Proc2, Reason, V, VmError } from '../gen/constants';
import { vmcsOffset } from '../gen/vmcs-layout';
import { ramPointer } from '../mmu/physical';
import { readOperand, writeOperand } from '../operands';
import { giveInstructionInformation, requestInstructionExit } from '../pending';
import { get32, gpr, rip } from '../state';
import { Next, Uop } from '../uop';
import { watchedField } from '../watch';
import { CAP_MISC, capability } from './capabilities';
import { bitSet } from './intercept-io-msr';
import { displacement, fieldAccessInformation } from './instruction-info';
import { refusedBecause, vmFail, vmFailInvalid, vmSucceed } from './outcome';
import { begin, privileged, vmxUndefined } from './privilege';
import { NONE, currentPage, markWritten, proc2, vm64 } from './vmcs';

/** Width field of an encoding, bits 14:13. */
const enum Width {
  WORD = 0,
  QUAD = 1,
  DOUBLE = 2,
  NATURAL = 3,
}

/** A field beyond bit 14 of the encoding exits in any case, one below it by its bit in the 4-KB bitmap (SDM 24.6.15). */
function shadowExits(u: usize, bitmap: usize): bool {
  if ((proc2() & Proc2.VMCS_SHADOWING) == 0) return true;
  const encoding = encodingOf(u);
  if (encoding >> 15 != 0) return true;
  return bitSet(vm64(bitmap), <u32>encoding);
}

/** Next.DONE when the instruction may go on. `bitmap`: slot of the field with the bitmap's address. */
function beginField(u: usize, reason: u32, first: u32, bitmap: usize): i32 {
  if (vmxUndefined() || !get32(State.VMX_NON_ROOT)) return begin(u, reason, first);
  if (!shadowExits(u, bitmap)) return privileged(first) ? Next.DONE : Next.FAULT;
  requestInstructionExit(reason, displacement(u), load<u8>(u + Uop.LENGTH));
  giveInstructionInformation(fieldAccessInformation(u));
  return Next.EXITED;
}

/** The VMCS to work on, 0 with the reason named when there is none. `noCurrent`: the row; that for the link pointer is the next. */
function workedOn(noCurrent: u32): usize {
  const nested = get32(State.VMX_NON_ROOT) != 0;
  const link = nested ? vm64(V.VMCS_LINK_POINTER) : NONE;
  const page = nested ? (link == NONE ? 0 : ramPointer(link)) : currentPage();
  if (page == 0) refusedBecause(nested ? noCurrent + 1 : noCurrent, 0);
  return page;
}

function is64(): bool {
  return get32(State.MODE) == Mode.LONG_64;
}

/** The encoding operand: 64 bits in 64-bit mode, 32 elsewhere. An encoding above 32 bits names nothing. */
function encodingOf(u: usize): u64 {
  const value = gpr(load<u8>(u + Uop.REG));
  return is64() ? value : value & 0xffffffff;
}

function slotOf(encoding: u64): u32 {
  return encoding >> 32 != 0 ? 0 : vmcsOffset(<u32>encoding);
}

export function execVmread(u: usize): i32 {
  const next = beginField(u, Exit.VMREAD, Reason.VMREAD_OUTSIDE_VMX, V.VMREAD_BITMAP);
  if (next != Next.DONE) return next;
  const page = workedOn(Reason.VMREAD_NO_CURRENT_VMCS);
  if (page == 0) return vmFailInvalid();
  const encoding = encodingOf(u);
  const slot = slotOf(encoding);
  if (slot == 0)
    return vmFail(refusedBecause(Reason.VMREAD_NO_FIELD, VmError.UNSUPPORTED_VMCS_COMPONENT, encoding));
  watchedField(page, slot, WatchAccess.READ);
  writeOperand(u, is64() ? 8 : 4, readField(page, <u32>encoding, slot));
  if (!faulted()) return vmSucceed();
  faultOfInstruction();
  return Next.FAULT;
}

function readField(page: usize, encoding: u32, slot: u32): u64 {
  switch ((encoding >> 13) & 3) {
    case Width.WORD:
      return load<u16>(page + slot);
    case Width.DOUBLE:
      return load<u32>(page + slot);
    case Width.QUAD:
      return encoding & 1 ? <u64>load<u32>(page + slot + 4) : load<u64>(page + slot);
    default:
      return load<u64>(page + slot);
  }
}

export function execVmwrite(u: usize): i32 {
  const next = beginField(u, Exit.VMWRITE, Reason.VMWRITE_OUTSIDE_VMX, V.VMWRITE_BITMAP);
  if (next != Next.DONE) return next;
  const page = workedOn(Reason.VMWRITE_NO_CURRENT_VMCS);
  if (page == 0) return vmFailInvalid();
  const value = readOperand(u, is64() ? 8 : 4);
  if (faulted()) {
    faultOfInstruction();
    return Next.FAULT;
  }
  const encoding = encodingOf(u);
  const slot = slotOf(encoding);
  if (slot == 0)
    return vmFail(refusedBecause(Reason.VMWRITE_NO_FIELD, VmError.UNSUPPORTED_VMCS_COMPONENT, encoding));
  const readOnly = ((encoding >> 10) & 3) == 1;
  if (readOnly && (capability(CAP_MISC) & Ia32VmxMisc.WRITE_ANY) == 0) {
    return vmFail(
      refusedBecause(Reason.VMWRITE_READ_ONLY, VmError.VMWRITE_READ_ONLY_VMCS_COMPONENT, encoding),
    );
  }
  watchedField(page, slot, WatchAccess.WRITE);
  writeField(page, <u32>encoding, slot, value);
  noteWriter(page, slot);
  markWritten(page);
  return vmSucceed();
}

/** Who wrote a field last, for whoever explains it. A region whose owner cleared the page has forgotten its writers too. */
function noteWriter(page: usize, slot: u32): void {
  const writers = page + VmcsPage.WRITERS;
  if (load<u32>(page + VmcsPage.WRITERS_MARK) != <u32>VmcsPage.WRITERS_VALID) {
    memory.fill(writers, 0, VmcsPage.SIZE - VmcsPage.WRITERS);
    store<u32>(page + VmcsPage.WRITERS_MARK, VmcsPage.WRITERS_VALID);
  }
  store<u64>(writers + slot - VmcsPage.FIELDS, rip());
}

/** Outside 64-bit mode a full write of a wide field clears its bits 63:32: the value has none. */
function writeField(page: usize, encoding: u32, slot: u32, value: u64): void {
  switch ((encoding >> 13) & 3) {
    case Width.WORD:
      return store<u64>(page + slot, value & 0xffff);
    case Width.DOUBLE:
      return store<u64>(page + slot, value & 0xffffffff);
    case Width.QUAD:
      if (encoding & 1) return store<u32>(page + slot + 4, <u32>value);
      return store<u64>(page + slot, value);
    default:
      store<u64>(page + slot, value);
  }
}
