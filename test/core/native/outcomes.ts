/** Compares how a case ended in the core and on the host, and says what differs. */
import type { Case, Outcome } from './native-cpu';

/** Arithmetic flags, TF, DF and NT. */
const FLAGS = 0x4dd5n;
/** Set in the flags of a fault, not of a trap: RF. */
const RESUME = 0x10000n;
const BREAKPOINT = 3;
const PAGE_FAULT = 14;

/** Addresses whose page faults the host reports as protection violations, or the core has supervisor pages at. */
function privileged(address: bigint): boolean {
  return address < 0x200000n || address >> 47n !== 0n;
}

/** @param undefinedFlags RFLAGS bits that may differ. */
export function differences(one: Case, mine: Outcome, host: Outcome, undefinedFlags: bigint): string[] {
  const found: string[] = [];
  const compare = (what: string, a: bigint | number, b: bigint | number) => {
    if (a !== b) found.push(`${what}: core ${a.toString(16)} host ${b.toString(16)}`);
  };
  compare('vector', mine.vector, host.vector);
  const ignored = host.vector === PAGE_FAULT && privileged(host.cr2) ? 1 : 0;
  compare('error code', mine.error & ~ignored, host.error & ~ignored);
  compare('CR2', mine.cr2, host.cr2);
  compare('rip', mine.rip, host.rip);
  // Upper halves, and R8..R15, are undefined after compatibility mode.
  const count = one.mode === 64 ? 16 : 8;
  const bits = one.mode === 64 ? 64 : 32;
  for (let i = 0; i < count; i++)
    compare(`r${i}`, BigInt.asUintN(bits, mine.registers[i]!), BigInt.asUintN(bits, host.registers[i]!));
  const mask = FLAGS & ~undefinedFlags;
  compare('flags', mine.flags & mask, host.flags & mask);
  if (host.vector !== BREAKPOINT) compare('RF', mine.flags & RESUME, host.flags & RESUME);
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
