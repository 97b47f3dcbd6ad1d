// Entry checks B, C and D: VM-execution, VM-exit and VM-entry control fields (SDM 26.2.1). Each failure is VMfailValid(7).
// Every function returns true when the run ends at a failing check; order and wording are those of isa/entry-checks.
import {
  Check,
  Cr0,
  Cr4,
  EntryCtl,
  EntryInterruption,
  Eptp,
  EventType,
  ExitCtl,
  Ia32VmxBasic,
  Ia32VmxEptVpidCap,
  Ia32VmxMisc,
  MemoryType,
  Pin,
  Proc,
  Proc2,
  Proc3,
  V,
  Vector,
  VectorSet,
  VmFunctionControls,
} from '../gen/constants';
import {
  CAP_BASIC,
  CAP_CR4_FIXED1,
  CAP_ENTRY,
  CAP_EPT_VPID,
  CAP_EXIT,
  CAP_EXIT2,
  CAP_MISC,
  CAP_PINBASED,
  CAP_PROCBASED,
  CAP_PROCBASED2,
  CAP_PROCBASED3,
  CAP_TRUE_ENTRY,
  CAP_TRUE_EXIT,
  CAP_TRUE_PINBASED,
  CAP_TRUE_PROCBASED,
  CAP_VMFUNC,
} from './capabilities';
import {
  badPage,
  beyondWidth,
  entryControls,
  exit2Controls,
  exitControls,
  fails,
  image16,
  image32,
  image64,
  offered,
  proc2Controls,
  proc3Controls,
  procControls,
  read8At,
  unrestricted,
} from './check-context';

/** Where IA32_VMX_BASIC says so, the TRUE capability MSRs exist and are the ones that count. */
function allowed(plain: u32, precise: u32): u64 {
  return offered(offered(CAP_BASIC) & Ia32VmxBasic.TRUE_CONTROLS ? precise : plain);
}

/** A control that must be 1 is 0. */
function missing(value: u32, settings: u64): bool {
  const must = <u32>settings;
  return (value & must) != must;
}

/** A control that must be 0 is 1. */
function surplus(value: u32, settings: u64): bool {
  const may = <u32>(settings >> 32);
  return (value & ~may) != 0;
}

export function executionControlsFail(): bool {
  return reservedControlsFail() || addressesFail() || interruptControlsFail() || eptControlsFail();
}

function reservedControlsFail(): bool {
  const pin = image32(V.PIN_BASED_VM_EXEC_CONTROL);
  const proc = procControls();
  const pinAllowed = allowed(CAP_PINBASED, CAP_TRUE_PINBASED);
  const procAllowed = allowed(CAP_PROCBASED, CAP_TRUE_PROCBASED);
  if (fails(Check.B01, missing(pin, pinAllowed))) return true;
  if (fails(Check.B02, surplus(pin, pinAllowed))) return true;
  if (fails(Check.B03, missing(proc, procAllowed))) return true;
  if (fails(Check.B04, surplus(proc, procAllowed))) return true;
  if (proc & Proc.ACTIVATE_SECONDARY_CONTROLS) {
    const proc2 = proc2Controls();
    if (fails(Check.B05, missing(proc2, offered(CAP_PROCBASED2)))) return true;
    if (fails(Check.B06, surplus(proc2, offered(CAP_PROCBASED2)))) return true;
  }
  if (fails(Check.B07, (proc3Controls() & ~offered(CAP_PROCBASED3)) != 0)) return true;
  const targets = (<u32>(offered(CAP_MISC) >> 16)) & 0x1ff;
  return fails(Check.B08, image32(V.CR3_TARGET_COUNT) > targets);
}

/** `enabled` control and a field that must be a page address. */
function pageFails(check: u32, enabled: u64, field: usize): bool {
  return fails(check, enabled != 0 && badPage(image64(field)));
}

function addressesFail(): bool {
  const proc: u64 = procControls();
  const proc2: u64 = proc2Controls();
  const functions = proc2 & Proc2.ENABLE_VM_FUNCTIONS ? image64(V.VM_FUNCTION_CONTROL) : 0;
  if (pageFails(Check.B09, proc & Proc.USE_IO_BITMAPS, V.IO_BITMAP_A)) return true;
  if (pageFails(Check.B10, proc & Proc.USE_IO_BITMAPS, V.IO_BITMAP_B)) return true;
  if (pageFails(Check.B11, proc & Proc.USE_MSR_BITMAPS, V.MSR_BITMAP)) return true;
  if (pageFails(Check.B12, proc & Proc.USE_TPR_SHADOW, V.VIRTUAL_APIC_PAGE_ADDR)) return true;
  if (pageFails(Check.B13, proc2 & Proc2.VIRTUALIZE_APIC_ACCESSES, V.APIC_ACCESS_ADDR)) return true;
  if (pageFails(Check.B14, proc2 & Proc2.ENABLE_PML, V.PML_ADDRESS)) return true;
  if (pageFails(Check.B15, functions & VmFunctionControls.EPTP_SWITCHING, V.EPTP_LIST_ADDRESS)) return true;
  if (pageFails(Check.B16, proc2 & Proc2.VMCS_SHADOWING, V.VMREAD_BITMAP)) return true;
  if (pageFails(Check.B17, proc2 & Proc2.VMCS_SHADOWING, V.VMWRITE_BITMAP)) return true;
  if (pageFails(Check.B18, proc2 & Proc2.EPT_VIOLATION_VE, V.VE_INFORMATION_ADDRESS)) return true;
  if (pageFails(Check.B19, proc2 & Proc2.SUB_PAGE_WRITE_PERMISSIONS, V.SPP_TABLE_POINTER)) return true;
  if (pageFails(Check.B20, proc2 & Proc2.PASID_TRANSLATION, V.LOW_PASID_DIRECTORY_ADDRESS)) return true;
  return pageFails(Check.B21, proc2 & Proc2.PASID_TRANSLATION, V.HIGH_PASID_DIRECTORY_ADDRESS);
}

function interruptControlsFail(): bool {
  const pin = image32(V.PIN_BASED_VM_EXEC_CONTROL);
  const proc = procControls();
  const proc2 = proc2Controls();
  const shadow = (proc & Proc.USE_TPR_SHADOW) != 0;
  const delivery = (proc2 & Proc2.VIRTUAL_INTERRUPT_DELIVERY) != 0;
  const threshold = image32(V.TPR_THRESHOLD);
  const posted = (pin & Pin.PROCESS_POSTED_INTERRUPTS) != 0;
  if (fails(Check.B22, shadow && !delivery && threshold > 15)) return true;
  if (shadow && !delivery && !(proc2 & Proc2.VIRTUALIZE_APIC_ACCESSES)) {
    const address = image64(V.VIRTUAL_APIC_PAGE_ADDR);
    // VTPR is at offset 80H of the virtual-APIC page; a bad address is B12's.
    if (fails(Check.B23, !badPage(address) && (threshold & 15) > read8At(address + 0x80) >> 4)) return true;
  }
  if (fails(Check.B24, !(pin & Pin.NMI_EXITING) && (pin & Pin.VIRTUAL_NMIS) != 0)) return true;
  if (fails(Check.B25, !(pin & Pin.VIRTUAL_NMIS) && (proc & Proc.NMI_WINDOW_EXITING) != 0)) return true;
  const needShadow: u32 =
    Proc2.VIRTUALIZE_X2APIC_MODE | Proc2.APIC_REGISTER_VIRTUALIZATION | Proc2.VIRTUAL_INTERRUPT_DELIVERY;
  if (fails(Check.B26, !shadow && (proc2 & needShadow) != 0)) return true;
  if (fails(Check.B27, !shadow && (proc3Controls() & Proc3.IPI_VIRTUALIZATION) != 0)) return true;
  const both: u32 = Proc2.VIRTUALIZE_X2APIC_MODE | Proc2.VIRTUALIZE_APIC_ACCESSES;
  if (fails(Check.B28, (proc2 & both) == both)) return true;
  if (fails(Check.B29, delivery && !(pin & Pin.EXTERNAL_INTERRUPT_EXITING))) return true;
  if (fails(Check.B30, posted && !delivery)) return true;
  const acknowledge = (exitControls() & ExitCtl.VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT) != 0;
  if (fails(Check.B31, posted && !acknowledge)) return true;
  if (fails(Check.B32, posted && image16(V.POSTED_INTR_NV) > 0xff)) return true;
  const descriptor = image64(V.POSTED_INTR_DESC_ADDR);
  if (fails(Check.B33, posted && (descriptor & 0x3f) != 0)) return true;
  if (fails(Check.B34, posted && beyondWidth(descriptor))) return true;
  return fails(Check.B35, (proc2 & Proc2.ENABLE_VPID) != 0 && image16(V.VIRTUAL_PROCESSOR_ID) == 0);
}

/** The four rules on an EPT pointer; also what INVEPT demands (SDM 30.3). */
export function eptPointerFails(eptp: u64): bool {
  const capabilities = offered(CAP_EPT_VPID);
  const type = eptp & Eptp.MEMORY_TYPE;
  const typeOk =
    (type == MemoryType.UC && (capabilities & Ia32VmxEptVpidCap.UC) != 0) ||
    (type == MemoryType.WB && (capabilities & Ia32VmxEptVpidCap.WB) != 0);
  if (fails(Check.B36, !typeOk)) return true;
  const walk = (eptp & Eptp.WALK_LENGTH) >> Eptp.WALK_LENGTH_SHIFT;
  const walkOk =
    (walk == 3 && (capabilities & Ia32VmxEptVpidCap.WALK_4) != 0) ||
    (walk == 4 && (capabilities & Ia32VmxEptVpidCap.WALK_5) != 0);
  if (fails(Check.B37, !walkOk)) return true;
  if (fails(Check.B38, (eptp & Eptp.AD) != 0 && (capabilities & Ia32VmxEptVpidCap.AD) == 0)) return true;
  if (fails(Check.B39, (eptp & Eptp.SSS) != 0 && (capabilities & Ia32VmxEptVpidCap.SSS) == 0)) return true;
  return fails(Check.B40, (eptp & ~Eptp.DEFINED) != 0 || beyondWidth(eptp));
}

function eptControlsFail(): bool {
  const proc2 = proc2Controls();
  const proc3 = proc3Controls();
  const ept = (proc2 & Proc2.ENABLE_EPT) != 0;
  if (ept && eptPointerFails(image64(V.EPT_POINTER))) return true;
  if (fails(Check.B41, !ept && (proc2 & Proc2.ENABLE_PML) != 0)) return true;
  if (fails(Check.B42, !ept && unrestricted())) return true;
  if (fails(Check.B43, !ept && (proc2 & Proc2.MODE_BASED_EXECUTE_CONTROL) != 0)) return true;
  if (fails(Check.B44, !ept && (proc2 & Proc2.SUB_PAGE_WRITE_PERMISSIONS) != 0)) return true;
  if (proc2 & Proc2.ENABLE_VM_FUNCTIONS) {
    const functions = image64(V.VM_FUNCTION_CONTROL);
    if (fails(Check.B45, (functions & ~offered(CAP_VMFUNC)) != 0)) return true;
    if (fails(Check.B46, (functions & VmFunctionControls.EPTP_SWITCHING) != 0 && !ept)) return true;
  }
  const scaling = (proc2 & Proc2.USE_TSC_SCALING) != 0;
  if (fails(Check.B47, scaling && image64(V.TSC_MULTIPLIER) == 0)) return true;
  const trace = (proc2 & Proc2.PT_USES_GUEST_PHYSICAL_ADDRESSES) != 0;
  const traceLoaded = (entryControls() & EntryCtl.VM_ENTRY_LOAD_IA32_RTIT_CTL) != 0;
  const traceCleared = (exitControls() & ExitCtl.VM_EXIT_CLEAR_IA32_RTIT_CTL) != 0;
  if (fails(Check.B48, trace && !(ept && traceLoaded && traceCleared))) return true;
  const pagingControls: u64 = Proc3.ENABLE_HLAT | Proc3.EPT_PAGING_WRITE | Proc3.GUEST_PAGING_VERIFICATION;
  if (fails(Check.B49, !ept && (proc3 & pagingControls) != 0)) return true;
  // HLATP is laid out as CR3: PWT and PCD, then the table's address.
  const hlat = image64(V.HLAT_POINTER);
  const hlatBad = (hlat & 0xfe7) != 0 || beyondWidth(hlat);
  if (fails(Check.B50, (proc3 & Proc3.ENABLE_HLAT) != 0 && hlatBad)) return true;
  const table = image64(V.PID_POINTER_TABLE);
  const last = table + <u64>image16(V.LAST_PID_POINTER_INDEX) * 8;
  const tableBad = (table & 7) != 0 || beyondWidth(last + 7);
  return fails(Check.B51, (proc3 & Proc3.IPI_VIRTUALIZATION) != 0 && tableBad);
}

/** Address of an MSR list: aligned to 16 bytes, inside the width. */
function badList(address: u64): bool {
  return (address & 15) != 0 || beyondWidth(address);
}

function listEnd(address: u64, count: u32): u64 {
  return address + <u64>count * 16 - 1;
}

export function exitControlsFail(): bool {
  const controls = exitControls();
  const settings = allowed(CAP_EXIT, CAP_TRUE_EXIT);
  if (fails(Check.C01, missing(controls, settings))) return true;
  if (fails(Check.C02, surplus(controls, settings))) return true;
  if (fails(Check.C03, (exit2Controls() & ~offered(CAP_EXIT2)) != 0)) return true;
  const timer = (image32(V.PIN_BASED_VM_EXEC_CONTROL) & Pin.ACTIVATE_VMX_PREEMPTION_TIMER) != 0;
  const saved = (controls & ExitCtl.VM_EXIT_SAVE_VMX_PREEMPTION_TIMER_VALUE) != 0;
  if (fails(Check.C04, saved && !timer)) return true;
  const stores = image32(V.VM_EXIT_MSR_STORE_COUNT);
  const storeAt = image64(V.VM_EXIT_MSR_STORE_ADDR);
  if (fails(Check.C05, stores != 0 && badList(storeAt))) return true;
  if (fails(Check.C06, stores != 0 && beyondWidth(listEnd(storeAt, stores)))) return true;
  const loads = image32(V.VM_EXIT_MSR_LOAD_COUNT);
  const loadAt = image64(V.VM_EXIT_MSR_LOAD_ADDR);
  if (fails(Check.C07, loads != 0 && badList(loadAt))) return true;
  return fails(Check.C08, loads != 0 && beyondWidth(listEnd(loadAt, loads)));
}

export function entryControlsFail(): bool {
  const controls = entryControls();
  const settings = allowed(CAP_ENTRY, CAP_TRUE_ENTRY);
  if (fails(Check.D01, missing(controls, settings))) return true;
  if (fails(Check.D02, surplus(controls, settings))) return true;
  const info = image32(V.VM_ENTRY_INTR_INFO_FIELD);
  if ((info & EntryInterruption.VALID) != 0 && injectionFails(info)) return true;
  const loads = image32(V.VM_ENTRY_MSR_LOAD_COUNT);
  const loadAt = image64(V.VM_ENTRY_MSR_LOAD_ADDR);
  if (fails(Check.D13, loads != 0 && badList(loadAt))) return true;
  if (fails(Check.D14, loads != 0 && beyondWidth(listEnd(loadAt, loads)))) return true;
  // The chip has no SMM, so it is never in it.
  const smm = (controls & EntryCtl.VM_ENTRY_ENTRY_TO_SMM) != 0;
  const deactivate = (controls & EntryCtl.VM_ENTRY_DEACTIVATE_DUAL_MONITOR) != 0;
  if (fails(Check.D15, smm || deactivate)) return true;
  return fails(Check.D16, smm && deactivate);
}

/** Nested-exception support, which comes with FRED. */
function nestedExceptions(): bool {
  return (offered(CAP_BASIC) & Ia32VmxBasic.NESTED_EXCEPTION) != 0;
}

/** Entry-interruption bits 30:12; bit 13 is defined where nested exceptions are. */
const RESERVED: u32 = 0x7ffff000;

/** The rules on an event to inject; SDM 26.2.1.3. */
function injectionFails(info: u32): bool {
  const type = (info & EntryInterruption.TYPE) >> EntryInterruption.TYPE_SHIFT;
  const vector = info & EntryInterruption.VECTOR;
  const settings = allowed(CAP_PROCBASED, CAP_TRUE_PROCBASED);
  const trapFlagOk = ((<u32>(settings >> 32)) & Proc.MONITOR_TRAP_FLAG) != 0;
  if (fails(Check.D03, type == 1)) return true;
  if (fails(Check.D04, type == EventType.OTHER_EVENT && !trapFlagOk)) return true;
  if (fails(Check.D05, type == EventType.NMI && vector != Vector.NMI)) return true;
  if (fails(Check.D06, type == EventType.HARDWARE_EXCEPTION && vector > 31)) return true;
  const lastOther: u32 = nestedExceptions() ? 2 : 0;
  if (fails(Check.D07, type == EventType.OTHER_EVENT && vector > lastOther)) return true;
  const deliver = (info & EntryInterruption.DELIVER_ERROR_CODE) != 0;
  if (fails(Check.D08, wrongErrorCodeBit(type, vector, deliver))) return true;
  const reserved: u32 = nestedExceptions() ? RESERVED & ~EntryInterruption.NESTED : RESERVED;
  if (fails(Check.D09, (info & reserved) != 0)) return true;
  const error = image32(V.VM_ENTRY_EXCEPTION_ERROR_CODE);
  if (fails(Check.D10, deliver && error >> 15 != 0)) return true;
  if (type >= <u32>EventType.SOFTWARE_INTERRUPT && type <= <u32>EventType.SOFTWARE_EXCEPTION) {
    const length = image32(V.VM_ENTRY_INSTRUCTION_LEN);
    if (fails(Check.D11, length > 15)) return true;
    if (fails(Check.D12, length == 0 && (offered(CAP_MISC) & Ia32VmxMisc.ZERO_LENGTH) == 0)) return true;
  }
  return fails(Check.D17, (info & EntryInterruption.NESTED) != 0 && type != EventType.HARDWARE_EXCEPTION);
}

/** The error-code bit must be what the processor itself would deliver to this guest; #CP exists where CET does. */
function wrongErrorCodeBit(type: u32, vector: u32, deliver: bool): bool {
  if (type != EventType.HARDWARE_EXCEPTION) return deliver;
  // Only an unrestricted guest can be in real mode.
  const realMode = unrestricted() && (image64(V.GUEST_CR0) & Cr0.PE) == 0;
  if (realMode) return deliver;
  if (offered(CAP_BASIC) & Ia32VmxBasic.ANY_ERROR_CODE) return false;
  const shadowStacks = (offered(CAP_CR4_FIXED1) & Cr4.CET) != 0;
  const pushing = shadowStacks ? VectorSet.ERROR_CODE : VectorSet.ERROR_CODE & ~((<u32>1) << Vector.CP);
  const expected = vector < 32 && ((pushing >> vector) & 1) != 0;
  return deliver != expected;
}
