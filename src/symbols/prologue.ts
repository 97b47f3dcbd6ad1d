/**
 * Where a function without unwind information has its frame, from its first instructions.
 *
 * Source: System V ABI AMD64 3.2.2 and i386 3.2 "The Stack Frame": with a frame pointer a function begins with `push %rbp;
 * mov %rsp,%rbp`, behind ENDBR where the compiler was asked for it. Kernels that drop `.eh_frame` at link time are built this way. A
 * function that begins otherwise gets no answer: its frame cannot be told without running it.
 */
import type { RegisterFile } from './registers';

/** The canonical frame address is this register plus so many words. */
export interface FrameShape {
  readonly register: number;
  readonly words: number;
  /** The caller's frame pointer has been pushed: it is the word two words below the canonical frame address. */
  readonly saved: boolean;
}

const PUSH_FRAME_POINTER = 0x55;
const RETURN = 0xc3;
/** MOV RBP, RSP in both encodings; 64-bit code has REX.W before it. */
const MOVES: readonly (readonly number[])[] = [
  [0x89, 0xe5],
  [0x8b, 0xec],
];
/** F3 0F 1E FA and FB: ENDBR64 and ENDBR32. */
const ENDBR = [0xf3, 0x0f, 0x1e];
/** Bytes of the longest such beginning: ENDBR, PUSH, MOV with REX. */
export const PROLOGUE_BYTES = 8;

/**
 * The frame at `offset` bytes behind a function's start. `code` is its beginning; `next` is the byte execution stands at, or
 * undefined where it stands behind a call.
 */
export function frameShape(
  code: Uint8Array,
  offset: number,
  next: number | undefined,
  registers: RegisterFile,
): FrameShape | undefined {
  const { stackPointer, framePointer, wordSize } = registers;
  const endbr = ENDBR.every((byte, i) => code[i] === byte) ? 4 : 0;
  if (code[endbr] !== PUSH_FRAME_POINTER) return undefined;
  const pushed = endbr + 1;
  const rex = wordSize === 8 ? 1 : 0;
  const move = pushed + rex;
  const isMove = MOVES.some(([opcode, modrm]) => code[move] === opcode && code[move + 1] === modrm);
  if (!isMove || (rex && code[pushed] !== 0x48)) return undefined;
  // At its RET a function has popped what it pushed.
  if (offset < pushed || next === RETURN) return { register: stackPointer, words: 1, saved: false };
  if (offset < move + 2) return { register: stackPointer, words: 2, saved: true };
  return { register: framePointer, words: 2, saved: true };
}
