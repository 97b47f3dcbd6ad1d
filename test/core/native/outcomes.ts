/** Compares how a case ended in the core and on the host, and says what differs. */
import { CODE, type Case, type Outcome } from './native-cpu';
import type { Sequence } from './sequences';

/** Arithmetic flags, TF, DF and NT. */
const FLAGS = 0x4dd5n;
/** Set in the flags of a fault, not of a trap: RF. */
export const RESUME = 0x10000n;
export const BREAKPOINT = 3;
const [STACK_FAULT, GENERAL_PROTECTION, PAGE_FAULT] = [12, 13, 14];
/** The widest access of an integer instruction, in bytes. */
const WIDEST = 16n;

/** Addresses whose page faults the host reports as protection violations, or the core has supervisor pages at. */
function privileged(address: bigint): boolean {
  return address < 0x200000n || address >> 47n !== 0n;
}

/** What is compared: an outcome without what is undefined after the case or differs between kernels, as numbers. */
export interface Compared {
  vector: number;
  error: number;
  cr2: bigint;
  rip: bigint;
  /** Those of the mode, in encoding order. */
  registers: bigint[];
  flags: bigint;
}

/** @param undefinedFlags RFLAGS bits that are not compared. */
export function compared(one: Case, outcome: Outcome, undefinedFlags: bigint): Compared {
  const { vector, error, cr2, rip } = outcome;
  const ignored = vector === PAGE_FAULT && privileged(cr2) ? 1 : 0;
  // Upper halves, and R8..R15, are undefined after compatibility mode.
  const [count, bits] = one.mode === 64 ? [16, 64] : [8, 32];
  const mask = (FLAGS & ~undefinedFlags) | (vector === BREAKPOINT ? 0n : RESUME);
  return {
    vector,
    error: error & ~ignored,
    cr2,
    rip,
    registers: outcome.registers.slice(0, count).map((value) => BigInt.asUintN(bits, value)),
    flags: outcome.flags & mask,
  };
}

/** @param undefinedFlags RFLAGS bits that may differ. */
export function differences(one: Case, mine: Outcome, host: Outcome, undefinedFlags: bigint): string[] {
  const found: string[] = [];
  const a = compared(one, mine, undefinedFlags);
  const b = compared(one, host, undefinedFlags);
  const compare = (what: string, x: bigint | number, y: bigint | number) => {
    if (x !== y) found.push(`${what}: core ${x.toString(16)} host ${y.toString(16)}`);
  };
  compare('vector', a.vector, b.vector);
  compare('error code', a.error, b.error);
  compare('CR2', a.cr2, b.cr2);
  compare('rip', a.rip, b.rip);
  b.registers.forEach((value, i) => compare(`r${i}`, a.registers[i]!, value));
  compare('flags', a.flags, b.flags);
  for (const area of ['code', 'data', 'stack'] as const) {
    if (Buffer.compare(mine[area], host[area]) === 0) continue;
    const at = mine[area].findIndex((byte, i) => byte !== host[area][i]);
    compare(`${area}[${at.toString(16)}]`, mine[area][at]!, host[area][at]!);
  }
  return found;
}

export function describeCase(one: Case): string {
  const registers = one.registers.map((value, i) => `r${i}=${value.toString(16)}`).join(' ');
  return `${one.text}\n  ${registers} flags=${one.flags.toString(16)}`;
}

/**
 * An access that wraps at 4 GBytes in a segment whose limit is FFFFFFFFH may or may not exceed the limit: SDM volume 3, 5.3
 * leaves it to the processor, and hosts differ. The core takes the limit seriously; such a host goes on to the page.
 */
export function wrapsAtLimit(mine: Outcome, host: Outcome): boolean {
  return faultsAtLimit(mine) && faultsBelowLimit(host);
}

function faultsAtLimit({ vector, error }: Outcome): boolean {
  return error === 0 && (vector === STACK_FAULT || vector === GENERAL_PROTECTION);
}

function faultsBelowLimit({ vector, cr2 }: Outcome): boolean {
  return vector === PAGE_FAULT && cr2 < 1n << 32n && cr2 > (1n << 32n) - WIDEST;
}

export function exceptionOf({ vector, error, cr2 }: Outcome): Pick<Outcome, 'vector' | 'error' | 'cr2'> {
  return { vector, error, cr2 };
}

/** The outcomes that another processor may have instead of this one, see `wrapsAtLimit`. */
export function alternatives(one: Case, outcome: Outcome): Outcome[] {
  if (one.mode === 64) return [];
  if (faultsBelowLimit(outcome))
    return [STACK_FAULT, GENERAL_PROTECTION].map((vector) => ({ ...outcome, vector, error: 0, cr2: 0n }));
  if (!faultsAtLimit(outcome)) return [];
  const distances = Array.from({ length: Number(WIDEST) - 1 }, (_, i) => BigInt(i + 1));
  // A user's read, write or fetch of a page that is there or not.
  const errors = Array.from({ length: 32 }, (_, error) => error).filter((error) => error & 4);
  return distances.flatMap((distance) =>
    errors.map((error) => ({ ...outcome, vector: PAGE_FAULT, error, cr2: (1n << 32n) - distance })),
  );
}

/** Flags that nothing defines where the case ended. */
export function undefinedFlags(one: Sequence, { vector, rip }: Pick<Outcome, 'vector' | 'rip'>): bigint {
  // RIP of INT3 is behind its byte.
  const offset = Number(rip) - (one.mode === 16 ? 0 : CODE) - one.start - (vector === BREAKPOINT ? 1 : 0);
  // Off the known instructions there is no telling.
  return BigInt(one.undefinedAt.get(offset) ?? 0xfff);
}
