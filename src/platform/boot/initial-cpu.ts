/**
 * CPU states a loader hands over in: real mode, flat 32-bit protected mode, 64-bit mode on identity page tables.
 * Segment values follow the descriptors in the GDT built here, so that a guest may reload them.
 */
import { ByteWriter } from '../byte-writer';
import type { CpuMode, InitialCpuState, SegmentState } from './boot-image';
import type { MemoryPlan } from './memory-plan';

/** Places of the two descriptors in the GDT, where a boot protocol names them; multiboot leaves them open. */
export interface Selectors {
  readonly code: number;
  readonly data: number;
}
const USUAL_SELECTORS: Selectors = { code: 0x08, data: 0x10 };
const DESCRIPTOR_BYTES = 8;

// Access rights, VMCS layout
const CODE_16 = 0x009b;
const DATA_16 = 0x0093;
const CODE_32 = 0xc09b;
const CODE_64 = 0xa09b;
const DATA_32 = 0xc093;
const LDT = 0x0082;
const BUSY_TSS = 0x008b;
const FLAT_LIMIT = 0xffffffff;
const REAL_LIMIT = 0xffff;

// CR0: PE, ET, PG; CR4: PAE; IA32_EFER: LME, LMA
const CR0_PROTECTED = 0x11n;
const CR0_REAL = 0x10n;
const CR0_PAGING = 0x80000000n;
const CR4_PAE = 0x20n;
const EFER_LONG = 0x500n;
const RFLAGS_FIXED = 0x2n;

const PAGE = 0x1000;
const PRESENT_WRITABLE = 0x3;
const PRESENT_WRITABLE_LARGE = 0x83;
const GIB_MAPPED = 4;
const ENTRIES = 512;
const STACK_BYTES = 0x4000;

/** General registers by encoding; unnamed ones are zero. */
export interface RegisterValues {
  readonly rax?: bigint;
  readonly rdx?: bigint;
  readonly rbx?: bigint;
  readonly rsi?: bigint;
}

/** The state for `mode` with a stack, GDT and page tables taken from `plan` as the mode needs them. */
export function initialCpu(
  mode: CpuMode,
  entry: bigint,
  plan: MemoryPlan,
  registers: RegisterValues = {},
  selectors: Selectors = USUAL_SELECTORS,
): InitialCpuState {
  const stack = plan.reserve(STACK_BYTES, PAGE);
  switch (mode) {
    case 'real16':
      return realMode(entry, stack, registers);
    case 'protected32':
      return flatMode(mode, CODE_32, entry, stack, plan, registers, selectors);
    case 'long64': {
      const state = flatMode(mode, CODE_64, entry, stack, plan, registers, selectors);
      const cr3 = BigInt(identityPageTables(plan));
      return { ...state, cr0: CR0_PROTECTED | CR0_PAGING, cr3, cr4: CR4_PAE, efer: EFER_LONG };
    }
  }
}

function flatMode(
  mode: CpuMode,
  code: number,
  entry: bigint,
  stack: number,
  plan: MemoryPlan,
  registers: RegisterValues,
  selectors: Selectors,
): InitialCpuState {
  const gdt = new ByteWriter().zeros(selectors.code);
  descriptor(gdt, code);
  gdt.zeros(selectors.data - selectors.code - DESCRIPTOR_BYTES);
  descriptor(gdt, DATA_32);
  const gdtBase = plan.reserve(gdt.length, 16);
  plan.write(gdtBase, gdt.finish());
  const data = { selector: selectors.data, base: 0n, limit: FLAT_LIMIT, access: DATA_32 };
  return {
    mode,
    registers: general(registers, stack + STACK_BYTES),
    rip: entry,
    rflags: RFLAGS_FIXED,
    cr0: CR0_PROTECTED,
    cr3: 0n,
    cr4: 0n,
    efer: 0n,
    segments: segments({ selector: selectors.code, base: 0n, limit: FLAT_LIMIT, access: code }, data, data),
    gdtr: { base: BigInt(gdtBase), limit: gdt.length - 1 },
    idtr: { base: 0n, limit: 0 },
  };
}

/** CS:IP is the entry with the smallest segment that reaches it; the stack has a segment of its own. */
function realMode(entry: bigint, stack: number, registers: RegisterValues): InitialCpuState {
  const paragraph = entry > 0xffffn ? entry >> 4n : 0n;
  const segment = (selector: number, access: number): SegmentState => ({
    selector,
    base: BigInt(selector) << 4n,
    limit: REAL_LIMIT,
    access,
  });
  return {
    mode: 'real16',
    registers: general(registers, STACK_BYTES),
    rip: entry - (paragraph << 4n),
    rflags: RFLAGS_FIXED,
    cr0: CR0_REAL,
    cr3: 0n,
    cr4: 0n,
    efer: 0n,
    segments: segments(
      segment(Number(paragraph), CODE_16),
      segment(0, DATA_16),
      segment(stack >> 4, DATA_16),
    ),
    gdtr: { base: 0n, limit: REAL_LIMIT },
    idtr: { base: 0n, limit: 0x3ff },
  };
}

function general({ rax = 0n, rdx = 0n, rbx = 0n, rsi = 0n }: RegisterValues, rsp: number): bigint[] {
  return [rax, 0n, rdx, rbx, BigInt(rsp), 0n, rsi, ...Array<bigint>(9).fill(0n)];
}

function segments(cs: SegmentState, data: SegmentState, ss: SegmentState): InitialCpuState['segments'] {
  const system = (access: number) => ({ selector: 0, base: 0n, limit: REAL_LIMIT, access });
  return { es: data, cs, ss, ds: data, fs: data, gs: data, ldtr: system(LDT), tr: system(BUSY_TSS) };
}

/** A flat segment descriptor (SDM vol. 3, "Segment Descriptors"). */
function descriptor(w: ByteWriter, access: number): void {
  w.u16(0xffff)
    .u16(0)
    .u8(0, access & 0xff, ((access >> 8) & 0xf0) | 0xf, 0);
}

/** Maps the first 4 GiB to themselves with 2 MiB pages; returns the PML4's address. */
function identityPageTables(plan: MemoryPlan): number {
  const root = plan.reserve((2 + GIB_MAPPED) * PAGE, PAGE);
  const tables = new BigUint64Array(((2 + GIB_MAPPED) * PAGE) / 8);
  const at = (page: number) => BigInt(root + page * PAGE);
  tables[0] = at(1) | BigInt(PRESENT_WRITABLE);
  for (let gib = 0; gib < GIB_MAPPED; gib++) {
    tables[ENTRIES + gib] = at(2 + gib) | BigInt(PRESENT_WRITABLE);
  }
  for (let page = 0; page < GIB_MAPPED * ENTRIES; page++) {
    tables[2 * ENTRIES + page] = (BigInt(page) << 21n) | BigInt(PRESENT_WRITABLE_LARGE);
  }
  plan.write(root, new Uint8Array(tables.buffer));
  return root;
}
