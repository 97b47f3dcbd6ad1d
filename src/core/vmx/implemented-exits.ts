// Which exit reasons and VM-instruction errors the chip can produce: everything but the rows named here. A test scans the sources of the
// core for every other name, so the answer cannot drift from the code.
import { Exit, VmError } from '../gen/constants';

/** The chip has no system-management mode, SMX, SGX, machine checks, and none of the features behind the other reasons. */
export function raisesExit(reason: u32): bool {
  switch (reason) {
    case Exit.IO_SMI:
    case Exit.SMI:
    case Exit.GETSEC:
    case Exit.RSM:
    case Exit.MCE_DURING_VMENTRY:
    case Exit.ENCLS:
    case Exit.PCONFIG:
    case Exit.SPP:
    case Exit.UMWAIT:
    case Exit.TPAUSE:
    case Exit.LOADIWKEY:
    case Exit.ENCLV:
    case Exit.ENQCMD_PASID:
    case Exit.ENQCMDS_PASID:
    case Exit.BUS_LOCK:
    case Exit.NOTIFY:
    case Exit.SEAMCALL:
    case Exit.TDCALL:
    case Exit.RDMSRLIST:
    case Exit.WRMSRLIST:
    case Exit.URDMSR:
    case Exit.UWRMSR:
    case Exit.MSR_READ_IMM:
    case Exit.MSR_WRITE_IMM:
      return false;
    default:
      return true;
  }
}

/** The errors of the dual-monitor treatment of SMM are out of reach, and no VMXOFF stands between VMLAUNCH and VMRESUME unnoticed. */
export function raisesVmError(error: u32): bool {
  switch (error) {
    case VmError.VMRESUME_AFTER_VMXOFF:
    case VmError.ENTRY_INVALID_EXECUTIVE_VMCS_POINTER:
    case VmError.ENTRY_NONLAUNCHED_EXECUTIVE_VMCS:
    case VmError.ENTRY_EXECUTIVE_VMCS_POINTER_NOT_VMXON_POINTER:
    case VmError.VMCALL_NONCLEAR_VMCS:
    case VmError.VMCALL_INVALID_VM_EXIT_CONTROL_FIELDS:
    case VmError.VMCALL_INCORRECT_MSEG_REVISION_ID:
    case VmError.VMXOFF_UNDER_DUAL_MONITOR_TREATMENT_OF_SMIS_AND_SMM:
    case VmError.VMCALL_INVALID_SMM_MONITOR_FEATURES:
    case VmError.ENTRY_INVALID_VM_EXECUTION_CONTROL_FIELDS_IN_EXECUTIVE_VMCS:
      return false;
    default:
      return true;
  }
}
