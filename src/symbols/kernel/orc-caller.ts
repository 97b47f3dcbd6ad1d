/**
 * The caller of a frame by its ORC entry: of a function, or what an interrupt, an exception or a system call came upon, whose
 * registers the kernel's entry has saved as struct pt_regs. Linux: arch/x86/kernel/unwind_orc.c, asm/ptrace.h.
 */
import { readNumber } from '../dwarf/expression';
import type { Frame, ReadingContext } from '../frame';
import { OrcRegister, type OrcEntry } from './orc';

export interface Caller {
  readonly pc: bigint;
  /** By DWARF number. */
  readonly registers: ReadonlyMap<number, bigint | undefined>;
  /** It did not call: all its registers are known, and its next instruction is the one at `pc`. */
  readonly interrupted: boolean;
}

const WORD = 8n;
/** DWARF numbers. */
const RDX = 1;
const RDI = 5;
const RBP = 6;
const RSP = 7;
const R10 = 10;
const R13 = 13;
const RIP = 16;
/** Words of struct pt_regs in their order, by DWARF number; the one without is the error code or the system call's number. */
const SAVED = [15, 14, 13, 12, RBP, 3, 11, 10, 9, 8, 0, 2, RDX, 4, RDI, undefined];
/** What the processor pushes: RIP, CS, RFLAGS, RSP, SS. */
const PUSHED = [RIP, undefined, undefined, RSP];

export function callerByOrc(
  { kind, stack, framePointer }: OrcEntry,
  frame: Frame,
  readMemory: ReadingContext['readMemory'],
): Caller | undefined {
  const load = (address: bigint | undefined) =>
    address === undefined ? undefined : readNumber(readMemory, address, Number(WORD));
  const from = (register: number): bigint | undefined => {
    switch (register) {
      case OrcRegister.SP:
      case OrcRegister.SP_INDIRECT:
        return frame.register(RSP);
      case OrcRegister.BP:
      case OrcRegister.BP_INDIRECT:
        return frame.register(RBP);
      case OrcRegister.R10:
        return frame.register(R10);
      case OrcRegister.R13:
        return frame.register(R13);
      case OrcRegister.DI:
        return frame.register(RDI);
      case OrcRegister.DX:
        return frame.register(RDX);
      default:
        return undefined;
    }
  };
  const plus = (base: bigint | undefined, offset: number) =>
    base === undefined ? undefined : base + BigInt(offset);
  const base = from(stack.register);
  const previous =
    stack.register === OrcRegister.SP_INDIRECT
      ? plus(load(base), stack.offset)
      : stack.register === OrcRegister.BP_INDIRECT
        ? load(plus(base, stack.offset))
        : plus(base, stack.offset);
  if (previous === undefined) return undefined;
  if (kind !== 'call') return interruptedBy(kind, previous, load);
  const pc = load(previous - WORD);
  const saved =
    framePointer.register === OrcRegister.UNDEFINED
      ? frame.register(RBP)
      : load(
          framePointer.register === OrcRegister.PREVIOUS_STACK
            ? plus(previous, framePointer.offset)
            : plus(from(framePointer.register), framePointer.offset),
        );
  if (!pc) return undefined;
  const registers = new Map([
    [RIP, pc],
    [RSP, previous],
    [RBP, saved],
  ]);
  return { pc, registers, interrupted: false };
}

function interruptedBy(
  kind: 'registers' | 'interrupt-frame',
  at: bigint,
  load: (address: bigint) => bigint | undefined,
): Caller | undefined {
  const places = kind === 'registers' ? [...SAVED, ...PUSHED] : PUSHED;
  const registers = new Map<number, bigint | undefined>();
  places.forEach((number, index) => {
    if (number !== undefined) registers.set(number, load(at + BigInt(index) * WORD));
  });
  const pc = registers.get(RIP);
  return pc ? { pc, registers, interrupted: true } : undefined;
}
