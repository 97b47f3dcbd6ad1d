/**
 * What every boot loader returns: plain data the machine applies. A loader writes no memory itself.
 * Loaders throw nothing but `LoadError`, whose message tells the user what to do.
 */

/** Bytes to be written to guest-physical memory before the first instruction, in array order. */
export interface MemoryWrite {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface MemoryRangeToClear {
  readonly address: number;
  readonly length: number;
}

/**
 * A segment register with its hidden part. `access` has the VMCS access-rights layout (SDM vol. 3,
 * "Guest Register State"): bits 3:0 type, 4 S, 6:5 DPL, 7 P, 12 AVL, 13 L, 14 D/B, 15 G, 16 unusable.
 */
export interface SegmentState {
  readonly selector: number;
  readonly base: bigint;
  readonly limit: number;
  readonly access: number;
}

/** GDTR or IDTR. */
export interface DescriptorTableState {
  readonly base: bigint;
  readonly limit: number;
}

export type CpuMode = 'real16' | 'protected32' | 'long64';

/** Everything a loader decides about the CPU; what is not named here keeps its reset value. */
export interface InitialCpuState {
  readonly mode: CpuMode;
  /** rax rcx rdx rbx rsp rbp rsi rdi r8-r15, in the encoding's order. */
  readonly registers: readonly bigint[];
  readonly rip: bigint;
  readonly rflags: bigint;
  readonly cr0: bigint;
  readonly cr3: bigint;
  readonly cr4: bigint;
  readonly efer: bigint;
  readonly segments: Readonly<Record<'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs' | 'ldtr' | 'tr', SegmentState>>;
  readonly gdtr: DescriptorTableState;
  readonly idtr: DescriptorTableState;
}

/** A loaded image: what to write, where to begin. */
export interface BootImage {
  readonly writes: readonly MemoryWrite[];
  /** What the image covers, bss included: zero before the writes. Matters when RAM is not fresh. */
  readonly clears: readonly MemoryRangeToClear[];
  readonly cpu: InitialCpuState;
  /** Physical address of the first instruction. */
  readonly entry: bigint;
  /** One line for the user: format and where it lies. */
  readonly description: string;
}

/** The user's image cannot be started; the message says why and what to do. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}
