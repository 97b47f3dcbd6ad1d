/**
 * L0 as the machine drives it: create, load the boot state, then "enter, run the chip, handle the exit" in
 * a loop. L0 never runs the chip itself and never throws on what a guest does. All its functions are plain
 * functions over one `Vcpu` of a `Vm`, so that the fast and the traced build can take turns on the same state.
 */
export { create_l0 as createL0, save_l0 as saveL0, restore_l0 as restoreL0 } from './create';
export { vcpu_load_boot_state } from './boot-state';
export {
  vcpu_enter_guest,
  vmx_handle_exit,
  host_timer_deadline,
  wants_host_interrupt,
  request_nmi,
  request_init,
  request_sipi,
} from './run';
export type { EntryResult, HandleResult } from './run-results';
export { capability_names } from './config';
export type { L0Config, L0Profile, OfferedFeature, CapabilityName, CpuidRow } from './config';
export type { Vcpu, Vm } from './vcpu';
export type * from './records';
export type { Vmcs12, Vmcs12Field } from './nested/vmcs12';
export { VMCS12_REVISION, vmcs12_offset } from './nested/vmcs12';
export { merge_rules, type MergeRule } from './nested/merge-rules';
export { decision_table, type DecisionRow } from './nested/decision-table';
