/**
 * Registers of a level, wherever they are now: in the chip while the level runs, in a VMCS while it waits. What a waiting
 * level's general registers are is not known to the hardware (software keeps them), so they may be undefined.
 */
import { Gpr, type Seg, State } from '../abi/state-block';
import type { Cpu, SegmentRegister } from '../cpu/cpu';

/** Order of State.SEGMENTS. */
export const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
export type SegmentName = (typeof SEGMENT_NAMES)[number];

export interface LevelRegisters {
  /** RAX RCX RDX RBX RSP RBP RSI RDI R8..R15; undefined where only software knows it. */
  readonly gprs: readonly (bigint | undefined)[];
  readonly rip: bigint;
  readonly rflags: bigint;
  readonly segments: Readonly<Record<SegmentName, SegmentRegister>>;
  readonly cr0: bigint;
  readonly cr2: bigint | undefined;
  readonly cr3: bigint;
  readonly cr4: bigint;
  readonly efer: bigint;
  readonly gdtr: { base: bigint; limit: number };
  readonly idtr: { base: bigint; limit: number };
  /** Where the values come from: "the CPU", "vmcs12 (guest state)" ... */
  readonly source: string;
}

/** Registers of the program the chip runs at this moment. */
export function liveRegisters(cpu: Cpu): LevelRegisters {
  return {
    gprs: Array.from({ length: 16 }, (_, i) => cpu.gpr(i)),
    rip: cpu.rip,
    rflags: cpu.get64(State.RFLAGS),
    segments: Object.fromEntries(
      SEGMENT_NAMES.map((name, index) => [name, cpu.segment(index)]),
    ) as LevelRegisters['segments'],
    cr0: cpu.get64(State.CR0),
    cr2: cpu.get64(State.CR2),
    cr3: cpu.get64(State.CR3),
    cr4: cpu.get64(State.CR4),
    efer: cpu.get64(State.EFER),
    gdtr: { base: cpu.get64(State.GDTR_BASE), limit: cpu.get32(State.GDTR_LIMIT) },
    idtr: { base: cpu.get64(State.IDTR_BASE), limit: cpu.get32(State.IDTR_LIMIT) },
    source: 'the CPU',
  };
}

/** Index of a segment register in the state block. */
export function segmentIndex(name: SegmentName): Seg {
  return SEGMENT_NAMES.indexOf(name);
}

/** The general registers with everything but RSP unknown. */
export function onlyRsp(rsp: bigint): (bigint | undefined)[] {
  return Array.from({ length: 16 }, (_, i) => (i === Gpr.RSP ? rsp : undefined));
}
