// The chip's own VMCS region format, one 4-KB page: 4 bytes revision identifier, 4 bytes VMX-abort indicator (both fixed
// by SDM 24.2), then our data: the launch state, one 8-byte slot a field in the order of the rows of isa's `vmcsFields`, and who
// wrote each. A field's byte offset is FIELDS + row index * SLOT; this is the one place that says so. const enum only.

export const enum VmcsPage {
  /** u32; bit 31 marks a shadow VMCS. */
  REVISION = 0,
  /** u32 VMX-abort indicator. */
  ABORT = 4,
  /** u32, see LaunchState. */
  LAUNCH_STATE = 8,
  /** u32: WRITERS_VALID where VMWRITE made the slots at WRITERS; anything else, and they are what was in memory before. */
  WRITERS_MARK = 16,
  WRITERS_VALID = 0x57524954,
  /** First field slot. */
  FIELDS = 64,
  /** Bytes a field takes, whatever its width. */
  SLOT = 8,
  /** RIP of the VMWRITE that last wrote a field, 0: none; one slot a field, in the order of FIELDS. For whoever explains a field. */
  WRITERS = 2048,
  SIZE = 4096,
}

/** The launch state of a VMCS (SDM 24.1): VMLAUNCH needs clear, VMRESUME needs launched. */
export const enum LaunchState {
  CLEAR = 0,
  LAUNCHED = 1,
}
