/**
 * The interruption-information words: entry, exit and IDT-vectoring information share one layout (SDM
 * 24.8.3, 24.9.2, 24.9.3). Names as KVM's INTR_INFO_* and INTR_TYPE_*, made from the rows of isa.
 * Immutable.
 */
import { activityStates, eventTypes, interruptionFormats } from '../isa/interruption-formats';

type RangeName<F extends keyof typeof interruptionFormats> =
  (typeof interruptionFormats)[F]['ranges'][number]['name'];

/** Unsigned mask of a bit range below bit 32. */
const mask = (range: { high: number; low: number; name: string }): [string, number] => [
  range.name,
  Number(((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low)),
];

const word = Object.fromEntries(interruptionFormats['exit-interruption'].ranges.map(mask)) as Record<
  RangeName<'exit-interruption'>,
  number
>;
const blocking = Object.fromEntries(interruptionFormats.interruptibility.ranges.map(mask)) as Record<
  RangeName<'interruptibility'>,
  number
>;
const type = Object.fromEntries(
  eventTypes.map((row): [string, number] => [row.name, row.number << 8]),
) as Record<(typeof eventTypes)[number]['name'], number>;

export const INTR_INFO_VALID = word.VALID;
export const INTR_INFO_VECTOR = word.VECTOR;
export const INTR_INFO_TYPE = word.TYPE;
export const INTR_INFO_ERROR_CODE = word.ERROR_CODE_VALID;
export const INTR_INFO_UNBLOCK_NMI = word.NMI_UNBLOCKING;
/** Bits 30:12, reserved in the entry word. */
export const INTR_INFO_RESERVED = 0x7ffff000;

/** Event types, at their place in the word. Type 1 is not used. */
export const INTR_TYPE = {
  EXTERNAL: type.EXTERNAL_INTERRUPT,
  RESERVED: 1 << 8,
  NMI: type.NMI,
  HARD_EXCEPTION: type.HARDWARE_EXCEPTION,
  SOFT_INTERRUPT: type.SOFTWARE_INTERRUPT,
  PRIV_SOFT_EXCEPTION: type.PRIVILEGED_SOFTWARE_EXCEPTION,
  SOFT_EXCEPTION: type.SOFTWARE_EXCEPTION,
  OTHER: type.OTHER_EVENT,
} as const;

/** Interruptibility bits (SDM 24.4.2, table 24-3). */
export const BLOCKED_BY_STI = blocking.STI;
export const BLOCKED_BY_MOV_SS = blocking.MOV_SS;
export const BLOCKED_BY_NMI = blocking.NMI;

/** Activity states (SDM 24.4.2). */
export const ACTIVITY = Object.fromEntries(activityStates.map((row) => [row.name, row.number])) as Record<
  (typeof activityStates)[number]['name'],
  number
>;
