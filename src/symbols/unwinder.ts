/**
 * From a frame to its caller: by call frame information, in Linux else by its own tables, else by careful guesses for assembly without it.
 *
 * Source: DWARF5 6.4.3, System V ABI for which registers survive a call. Memory and registers come from the
 * caller; nothing here throws on a broken stack, it just ends the stack.
 */
import { toInside } from './address';
import { evaluateNumber, readNumber, type ExpressionPlace } from './dwarf/expression';
import { frameRow, type FrameRow, type RegisterRule } from './dwarf/frame-rows';
import type { FrameDescription, FrameTable } from './dwarf/frame-table';
import type { Frame, FrameOrigin } from './frame';
import type { OrcEntry } from './kernel/orc';
import { callerByOrc } from './kernel/orc-caller';
import { frameShape, PROLOGUE_BYTES, type FrameShape } from './prologue';
import type { RegisterFile } from './registers';
import { SymbolError } from './symbol-error';

type ReadMemory = (address: bigint, length: number) => Uint8Array | undefined;

/** What the unwinder asks the program about code without unwind information. */
export interface CodeKnowledge {
  /** Whether an outside address is inside the program's memory. */
  isCode(address: bigint): boolean;
  /** Where the function around an outside address begins, when debug information or a symbol says so. */
  functionStart(address: bigint): bigint | undefined;
  /** How Linux finds the caller at an outside address, when the program is one of its kernels or modules. */
  orc(address: bigint): OrcEntry | undefined;
  /** Whether no function symbol begins after outside address `start` and up to `address`. */
  sameFunction(start: bigint, address: bigint): boolean;
}

/** Assembly longer than this without a function symbol is not taken for one function. */
const MAXIMUM_ASSEMBLY = 1n << 14n;

/** A frame pointer further than this above the stack pointer is not one. */
const MAXIMUM_FRAME = 1n << 20n;

export class Unwinder {
  constructor(
    private readonly tables: readonly FrameTable[],
    private readonly registers: RegisterFile,
    private readonly bias: bigint,
    private readonly code: CodeKnowledge,
  ) {}

  /** The frame of the caller, or undefined at the end of the stack. */
  unwind(frame: Frame, readMemory: ReadMemory): Frame | undefined {
    const description = this.describe(frame.codeAddress);
    if (description) {
      try {
        return this.byRules(frame, description, readMemory);
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
      }
    }
    return this.byOrc(frame, readMemory) ?? this.byGuess(frame, readMemory);
  }

  /** The canonical frame address (the stack pointer before the call) by CFI, without it by the frame pointer. */
  canonicalFrameAddress(
    frame: Pick<Frame, 'codeAddress' | 'register'>,
    readMemory: ReadMemory,
  ): bigint | undefined {
    const description = this.describe(frame.codeAddress);
    if (!description) {
      const shape = this.shape(frame, readMemory);
      return shape && this.cfaOf(shape, frame);
    }
    try {
      const row = frameRow(description, toInside(frame.codeAddress - this.bias));
      return this.cfa(row, this.place(description, frame, readMemory));
    } catch (error) {
      if (error instanceof SymbolError) return undefined;
      throw error;
    }
  }

  private describe(address: bigint): FrameDescription | undefined {
    const inside = toInside(address - this.bias);
    for (const table of this.tables) {
      const found = table.find(inside);
      if (found) return found;
    }
    return undefined;
  }

  private place(
    description: FrameDescription,
    frame: Pick<Frame, 'register'>,
    readMemory: ReadMemory,
  ): ExpressionPlace {
    return {
      unit: undefined,
      addressSize: description.common.addressSize,
      bias: this.bias,
      readMemory,
      register: (n) => frame.register(n),
      frameBase: () => undefined,
      canonicalFrameAddress: () => undefined,
      entryValue: () => undefined,
    };
  }

  private cfa(row: FrameRow, place: ExpressionPlace): bigint | undefined {
    const bits = place.addressSize * 8;
    if (row.cfa.kind === 'expression') return evaluateNumber(row.cfa.expression, place);
    const base = place.register(row.cfa.register);
    return base === undefined ? undefined : BigInt.asUintN(bits, base + BigInt(row.cfa.offset));
  }

  private byRules(frame: Frame, description: FrameDescription, readMemory: ReadMemory): Frame | undefined {
    const { common } = description;
    const row = frameRow(description, toInside(frame.codeAddress - this.bias));
    const place = this.place(description, frame, readMemory);
    const cfa = this.cfa(row, place);
    if (cfa === undefined) return undefined;
    const recovered = (number: number) =>
      this.recover(number, row.rules.get(number), cfa, place, frame, common.signalFrame);
    const pc = recovered(common.returnColumn);
    // An undefined return address is how start-up code says that nobody called it.
    if (pc === undefined || pc === 0n) return undefined;
    const stack = this.registers.stackPointer;
    const stackRule = row.rules.get(stack);
    const values = new Map<number, bigint | undefined>([
      [this.registers.instructionPointer, pc],
      [stack, stackRule ? recovered(stack) : cfa],
    ]);
    if (pc === frame.pc && values.get(stack) === frame.register(stack)) return undefined;
    return this.frame(
      pc,
      'cfi',
      frame,
      (n) => {
        if (!values.has(n)) values.set(n, recovered(n));
        return values.get(n);
      },
      common.signalFrame,
    );
  }

  private recover(
    number: number,
    rule: RegisterRule | undefined,
    cfa: bigint,
    place: ExpressionPlace,
    frame: Frame,
    signalFrame: boolean,
  ): bigint | undefined {
    const { addressSize } = place;
    const read: ReadMemory = (address, length) => place.readMemory(address, length);
    const load = (address: bigint | undefined) =>
      address === undefined ? undefined : readNumber(read, address, addressSize, addressSize * 8);
    switch (rule?.kind) {
      case 'undefined':
        return undefined;
      case 'same':
        return frame.register(number);
      case 'offset':
        return load(cfa + BigInt(rule.offset));
      case 'valueOffset':
        return cfa + BigInt(rule.offset);
      case 'register':
        return frame.register(rule.register);
      case 'expression':
        return load(evaluateNumber(rule.expression, place, [cfa]));
      case 'valueExpression':
        return evaluateNumber(rule.expression, place, [cfa]);
      case undefined:
        // The callee may have overwritten what the ABI lets it; an interrupted frame lost nothing.
        return signalFrame || this.registers.calleeSaved.includes(number)
          ? frame.register(number)
          : undefined;
    }
  }

  private byOrc(frame: Frame, readMemory: ReadMemory): Frame | undefined {
    const entry = this.code.orc(frame.codeAddress);
    const caller = entry && callerByOrc(entry, frame, readMemory);
    if (!caller) return undefined;
    const { pc, registers, interrupted } = caller;
    return this.frame(pc, 'cfi', frame, (number) => registers.get(number), interrupted);
  }

  /**
   * Code without unwind information. The strongest sign comes first: a function that sets up a frame pointer as the
   * ABI says, at whatever instruction of it. Then a return address on top of the stack
   * behind a direct call of the code we are in (assembly that has pushed nothing yet). Then the frame pointer, then
   * any return address on top of the stack. Each must point just after a call instruction.
   */
  private byGuess(frame: Frame, readMemory: ReadMemory): Frame | undefined {
    const word = frame.wordSize ?? this.registers.wordSize;
    if (word === 2) return undefined;
    const stack = frame.register(this.registers.stackPointer);
    const pointer = frame.register(this.registers.framePointer);
    if (stack === undefined) return undefined;
    const load = (address: bigint) => readNumber(readMemory, address, word);
    const shape = this.shape(frame, readMemory);
    const cfa = shape && this.cfaOf(shape, frame);
    const returned = cfa === undefined ? undefined : load(cfa - BigInt(word));
    if (shape && cfa !== undefined && returned !== undefined && word === this.registers.wordSize) {
      if (this.callBefore(returned, readMemory) !== undefined) {
        const saved = shape.saved ? load(cfa - BigInt(2 * word)) : pointer;
        return this.guessed(returned, cfa, saved, 'frame-pointer', frame);
      }
    }
    const top = load(stack);
    const target = top === undefined ? undefined : this.callBefore(top, readMemory);
    if (top !== undefined && target !== undefined && this.leadsTo(target, frame.codeAddress)) {
      return this.guessed(top, stack + BigInt(word), pointer, 'return-address', frame);
    }
    if (
      pointer !== undefined &&
      pointer >= stack &&
      pointer - stack < MAXIMUM_FRAME &&
      pointer % BigInt(word) === 0n
    ) {
      const saved = load(pointer);
      const back = load(pointer + BigInt(word));
      if (back !== undefined && saved !== undefined && this.callBefore(back, readMemory) !== undefined) {
        return this.guessed(back, pointer + BigInt(2 * word), saved, 'frame-pointer', frame);
      }
    }
    if (top !== undefined && target !== undefined) {
      return this.guessed(top, stack + BigInt(word), pointer, 'return-address', frame);
    }
    return undefined;
  }

  /** The frame of a function that begins by setting up a frame pointer. */
  private shape(
    frame: Pick<Frame, 'codeAddress' | 'register'>,
    readMemory: ReadMemory,
  ): FrameShape | undefined {
    const start = this.code.functionStart(frame.codeAddress);
    const code = start === undefined ? undefined : readMemory(start, PROLOGUE_BYTES);
    if (start === undefined || !code) return undefined;
    // In a caller's frame the code address lies inside the call that it is in.
    const innermost = frame.register(this.registers.instructionPointer) === frame.codeAddress;
    const next = innermost ? readMemory(frame.codeAddress, 1)?.[0] : undefined;
    return frameShape(code, Number(frame.codeAddress - start), next, this.registers);
  }

  private cfaOf(shape: FrameShape, frame: Pick<Frame, 'register'>): bigint | undefined {
    const base = frame.register(shape.register);
    return base === undefined ? undefined : base + BigInt(shape.words * this.registers.wordSize);
  }

  private guessed(
    pc: bigint,
    stack: bigint,
    framePointer: bigint | undefined,
    origin: FrameOrigin,
    callee: Frame,
  ): Frame {
    const known = new Map<number, bigint | undefined>();
    if (origin === 'return-address') {
      // Nothing was pushed, so what the ABI makes a function preserve cannot have been changed yet.
      for (const n of this.registers.calleeSaved) known.set(n, callee.register(n));
    }
    // Otherwise the other registers are not claimed to be the caller's: they may have been saved anywhere.
    for (const [n, value] of [
      [this.registers.instructionPointer, pc],
      [this.registers.stackPointer, stack],
      [this.registers.framePointer, framePointer],
    ] as const) {
      known.set(n, value);
    }
    return this.frame(pc, origin, callee, (n) => known.get(n), false);
  }

  private frame(
    pc: bigint,
    origin: FrameOrigin,
    callee: Frame,
    register: (n: number) => bigint | undefined,
    interrupted: boolean,
  ): Frame {
    const frame = {
      pc,
      codeAddress: interrupted ? pc : pc - 1n,
      origin,
      heuristic: origin !== 'cfi' && origin !== 'innermost',
      register,
    };
    return callee.wordSize ? { ...frame, wordSize: callee.wordSize } : frame;
  }

  /** Whether code called at `target` can have run on to `address`: no other function starts in between. */
  private leadsTo(target: bigint, address: bigint): boolean {
    if (target > address || address - target > MAXIMUM_ASSEMBLY || this.describe(target)) return false;
    return this.code.sameFunction(target, address);
  }

  /**
   * Whether an address points just after a call inside the program. The answer is the target of a direct
   * call, 0 for an indirect one, undefined when there is no call.
   */
  private callBefore(address: bigint, readMemory: ReadMemory): bigint | undefined {
    if (address < 8n || !this.code.isCode(address - 1n)) return undefined;
    const bytes = readMemory(address - 7n, 7);
    if (!bytes || bytes.length < 7) return undefined;
    if (bytes[2] === 0xe8) {
      const distance = new DataView(bytes.buffer, bytes.byteOffset + 3, 4).getInt32(0, true);
      return BigInt.asUintN(this.registers.wordSize * 8, address + BigInt(distance));
    }
    // FF /2: the length follows from ModRM and SIB.
    for (const length of [2, 3, 4, 6, 7]) {
      const at = 7 - length;
      const modrm = bytes[at + 1]!;
      if (
        bytes[at] === 0xff &&
        ((modrm >> 3) & 7) === 2 &&
        indirectLength(modrm, bytes[at + 2] ?? 0) === length
      )
        return 0n;
    }
    return undefined;
  }
}

/** Bytes of an FF instruction with this ModRM (and SIB), prefixes not counted. 32- and 64-bit addressing. */
function indirectLength(modrm: number, sib: number): number {
  const mode = modrm >> 6;
  const base = modrm & 7;
  if (mode === 3) return 2;
  const withSib = base === 4 ? 1 : 0;
  if (mode === 1) return 3 + withSib;
  if (mode === 2) return 6 + withSib;
  return 2 + withSib + (base === 5 || (withSib && (sib & 7) === 5) ? 4 : 0);
}
