/**
 * ORC: how Linux itself finds callers, in assembly too, where no call frame information is. One entry says, from its address to
 * the next one's, where the caller's stack pointer is. Linux: arch/x86/include/asm/orc_types.h, Documentation/arch/x86/orc-unwinder.rst.
 */
import { lastNotAfter } from '../address';
import type { ElfFile } from '../elf';

export type OrcKind = 'call' | 'registers' | 'interrupt-frame';

export interface OrcEntry {
  readonly kind: OrcKind;
  readonly stack: { readonly register: number; readonly offset: number };
  readonly framePointer: { readonly register: number; readonly offset: number };
}

/** ORC_REG_*: what an offset counts from. */
export const OrcRegister = {
  UNDEFINED: 0,
  PREVIOUS_STACK: 1,
  DX: 2,
  DI: 3,
  BP: 4,
  SP: 5,
  R10: 6,
  R13: 7,
  BP_INDIRECT: 8,
  SP_INDIRECT: 9,
} as const;

const IP_BYTES = 4;
const ENTRY_BYTES = 6;
/** Sections; the last one came with Linux 6.4, which has other numbers for the kinds. */
const IPS = '.orc_unwind_ip';
const ENTRIES = '.orc_unwind';
const HEADER = '.orc_header';
const KINDS: readonly (OrcKind | undefined)[] = ['call', 'registers', 'interrupt-frame'];
const KINDS_6_4: readonly (OrcKind | undefined)[] = [
  undefined,
  undefined,
  'call',
  'registers',
  'interrupt-frame',
];

export class OrcTable {
  private constructor(
    /** Ascending, inside representation. */
    private readonly addresses: Float64Array,
    private readonly order: Uint32Array,
    private readonly entries: DataView,
    private readonly isNew: boolean,
  ) {}

  /** Undefined for a program that has none. */
  static of(elf: ElfFile): OrcTable | undefined {
    const ips = elf.section(IPS);
    const entries = elf.section(ENTRIES);
    if (!ips || !entries) return undefined;
    const places = viewOf(elf.data(ips));
    const count = Math.min(
      Math.floor(places.byteLength / IP_BYTES),
      Math.floor(elf.data(entries).length / ENTRY_BYTES),
    );
    const unordered = Float64Array.from(
      { length: count },
      (_, index) => ips.start + index * IP_BYTES + places.getInt32(index * IP_BYTES, true),
    );
    // A kernel's file is sorted by its build, a module's only in memory.
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    order.sort((a, b) => unordered[a]! - unordered[b]!);
    const addresses = Float64Array.from(order, (index) => unordered[index]!);
    return new OrcTable(addresses, order, viewOf(elf.data(entries)), elf.section(HEADER) !== undefined);
  }

  /** What holds at an inside address; undefined where nothing is known, or the stack ends. */
  find(address: number): OrcEntry | undefined {
    const found = this.order[lastNotAfter(this.addresses, address)];
    if (found === undefined) return undefined;
    const at = found * ENTRY_BYTES;
    const word = this.entries.getUint16(at + 4, true);
    const kind = this.isNew ? KINDS_6_4[(word >> 8) & 7] : KINDS[(word >> 8) & 3];
    const stack = { register: word & 0xf, offset: this.entries.getInt16(at, true) };
    if (!kind || stack.register === OrcRegister.UNDEFINED) return undefined;
    return {
      kind,
      stack,
      framePointer: { register: (word >> 4) & 0xf, offset: this.entries.getInt16(at + 2, true) },
    };
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
