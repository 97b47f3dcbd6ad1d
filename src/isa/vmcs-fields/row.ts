// The shape of a VMCS field row. Intel SDM volume 3, sections 24.4 to 24.9 and appendix B (2016 numbering; add one
// to the chapter for manuals since 2023). No behaviour.

/** Where a field stands in a tree of a VMCS. */
export type VmcsGroup =
  | 'Guest registers'
  | 'Guest segments'
  | 'Guest MSRs'
  | 'Guest non-register state'
  | 'Host state'
  | 'Execution controls'
  | 'Execution addresses'
  | 'CR masks and shadows'
  | 'EPT and VPID'
  | 'APIC virtualization'
  | 'Exit controls'
  | 'Entry controls'
  | 'Exit information';

/** How the value of a field is decoded; a field without a format is a plain number. */
export type VmcsFormat =
  | 'pin-controls'
  | 'primary-controls'
  | 'secondary-controls'
  | 'tertiary-controls'
  | 'exit-controls'
  | 'secondary-exit-controls'
  | 'entry-controls'
  | 'vm-function-controls'
  | 'exit-reason'
  | 'exit-qualification'
  | 'instruction-info'
  | 'vm-instruction-error'
  | 'entry-interruption'
  | 'exit-interruption'
  | 'idt-vectoring'
  | 'error-code'
  | 'page-fault-error-code'
  | 'exception-bitmap'
  | 'access-rights'
  | 'interruptibility'
  | 'activity'
  | 'pending-debug'
  | 'guest-interrupt-status'
  | 'rflags'
  | 'cr0'
  | 'cr3'
  | 'cr4'
  | 'dr7'
  | 'efer'
  | 'pat'
  | 'debugctl'
  | 'eptp'
  | 'pdpte'
  | 'selector'
  | 'vector'
  | 'bitmap'
  | 'signed'
  | 'address';

export interface VmcsFieldRow<Name extends string = string> {
  name: Name;
  /** Encoding of the full field, as VMREAD and VMWRITE take it. */
  encoding: number;
  /** Encoding of bits 63:32; only 64-bit fields have one. */
  high?: number;
  title: string;
  /** What projects or older manuals call it where no rule makes that of the name or the title. */
  otherNames?: readonly string[];
  summary: string;
  /** Bits; natural width is 64 on this machine. */
  width: 16 | 32 | 64 | 'natural';
  type: 'control' | 'guest-state' | 'host-state' | 'read-only';
  /** Bits 9:1 of the encoding. */
  index: number;
  group: VmcsGroup;
  format?: VmcsFormat;
  sdm: string;
  /** Not yet in the SDM of June 2016 (325384-059), on which the section numbers rest. */
  newer?: true;
  /** The field has an effect, or exists, only with one of these controls (names of `vmx-controls`). */
  enabledBy?: readonly string[];
  /** What else the field depends on. */
  condition?: string;
}
