/**
 * A stack frame and what reading it needs. These are the shapes that whoever owns a CPU implements or passes around.
 *
 * Addresses are outside ones: unsigned 64-bit, where the program runs (load bias included).
 */

/** Access to one frame's memory and registers. */
export interface ReadingContext {
  /** `length` bytes at a linear address, or undefined when any of them cannot be read. */
  readMemory: (address: bigint, length: number) => Uint8Array | undefined;
  /** A register by DWARF number (registers.ts), or undefined when its value in this frame is not known. */
  register: (dwarfNumber: number) => bigint | undefined;
  /**
   * Address that selects location-list entries and frame rules. Default: the instruction pointer. For a
   * caller's frame it is one byte before the return address, which may belong to the next line already.
   */
  readonly codeAddress?: bigint;
  /** What is added to the linked address of a per-CPU variable of Linux; undefined when it cannot be told now. */
  readonly perCpuBase?: () => bigint | undefined;
}

/** Access that may also change what it reads. Both report whether it worked. */
export interface WritingContext extends ReadingContext {
  writeMemory: (address: bigint, bytes: Uint8Array) => boolean;
  writeRegister: (dwarfNumber: number, value: bigint) => boolean;
}

/**
 * How a frame was found. `cfi` is exact. `frame-pointer` and `return-address` are guesses for code without
 * unwind information and must be shown as such.
 */
export type FrameOrigin = 'innermost' | 'cfi' | 'frame-pointer' | 'return-address';

export interface Frame {
  /** Where execution stands or returns to. */
  readonly pc: bigint;
  /** The address to ask for line, function and scopes: `pc`, or `pc - 1` for a return address. */
  readonly codeAddress: bigint;
  readonly origin: FrameOrigin;
  /** True for everything but the innermost frame and exact CFI. */
  readonly heuristic: boolean;
  /** A register's value in this frame; undefined when it was not preserved. */
  register: (dwarfNumber: number) => bigint | undefined;
  /** Pushed word in bytes as the CPU's mode has it, when it is not the program's own. */
  readonly wordSize?: 2 | 4 | 8;
}
