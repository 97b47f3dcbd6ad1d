// The three MSR lists of a VMCS: loaded at VM entry, stored and loaded at VM exit (SDM 26.4, 27.4, 27.6). An entry is
// 16 bytes: index, 32 reserved bits, value.
import { State } from '../../abi/state-block';
import { Msr, V } from '../gen/constants';
import { readMsr, writeMsr } from '../exec/msr';
import { hostTimeStamp } from '../exec/time';
import { beginChain, chainFault } from '../events/fault-chain';
import { faulted } from '../fault';
import { physicalRead32, physicalRead64, physicalWrite64 } from '../mmu/physical';
import { clearPending } from '../pending';
import { S } from '../state';
import { EFER_KNOWN } from './check-values';
import { vm32, vm64 } from './vmcs';

const ENTRY: u64 = 16;
/** x2APIC registers. */
const X2APIC_RANGE: u32 = 8;

/** What a list was refused for stands in the chain of faults: the fault of RDMSR or WRMSR, or nothing where no list has such an entry. */
function refused(number: u32): u32 {
  beginChain();
  if (faulted()) chainFault(0);
  clearPending();
  return number;
}

/** Stores the list of MSRs; 0, or the 1-based number of the entry that cannot be read (VMX abort). */
export function storeMsrs(): u32 {
  const count = vm32(V.VM_EXIT_MSR_STORE_COUNT);
  const list = vm64(V.VM_EXIT_MSR_STORE_ADDR);
  for (let i: u32 = 0; i < count; i++) {
    const entry = list + <u64>i * ENTRY;
    const index = physicalRead32(entry);
    if (index >> 8 == X2APIC_RANGE || physicalRead32(entry + 4) != 0) return refused(i + 1);
    // The counter itself, not what the guest reads through TSC_OFFSET.
    const value = index == Msr.IA32_TIME_STAMP_COUNTER ? hostTimeStamp() : readMsr(index);
    if (faulted()) return refused(i + 1);
    physicalWrite64(entry + 8, value);
  }
  return 0;
}

/** Loads the VM-exit list; 0, or the 1-based number of the refused entry (VMX abort). */
export function loadMsrsOnExit(): u32 {
  return loadMsrs(vm64(V.VM_EXIT_MSR_LOAD_ADDR), vm32(V.VM_EXIT_MSR_LOAD_COUNT));
}

/** Loads a list; 0, or the 1-based number of the refused entry. */
export function loadMsrs(list: u64, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const entry = list + <u64>i * ENTRY;
    const index = physicalRead32(entry);
    if (forbiddenIndex(index) || physicalRead32(entry + 4) != 0) return refused(i + 1);
    writeMsr(index, physicalRead64(entry + 8));
    if (faulted()) return refused(i + 1);
  }
  return 0;
}

/** MSRs that no list may load whatever the value. */
export function forbiddenIndex(index: u32): bool {
  return baseIndex(index) || x2apicIndex(index) || smmIndex(index) || modelIndex(index);
}

/** FS and GS base have fields of their own. */
export function baseIndex(index: u32): bool {
  return index == Msr.IA32_FS_BASE || index == Msr.IA32_GS_BASE;
}

export function x2apicIndex(index: u32): bool {
  return index >> 8 == X2APIC_RANGE;
}

/** Writable in SMM only. */
export function smmIndex(index: u32): bool {
  return index == Msr.IA32_SMM_MONITOR_CTL;
}

/** Forbidden by the model: the microcode-update trigger. */
export function modelIndex(index: u32): bool {
  return index == Msr.IA32_BIOS_UPDT_TRIG;
}

/** The state block while a WRMSR is tried. */
const SAVED = memory.data(4096);

/**
 * Whether a WRMSR at CPL 0 would raise #GP, with no effect. EFER is asked for its bits only (LME belongs to the guest's
 * paging, not to this processor's); MSRs that live outside the core count as writable.
 */
export function msrWriteFaults(index: u32, value: u64): bool {
  if (index == Msr.IA32_EFER) return (value & ~EFER_KNOWN) != 0;
  if (index == Msr.IA32_APIC_BASE || index == Msr.IA32_TSC_DEADLINE) return false;
  memory.copy(SAVED, S, State.END);
  writeMsr(index, value);
  const refused = faulted();
  memory.copy(S, SAVED, State.END);
  return refused;
}
