/**
 * A register as gdb knows it: its place in a feature of the target description, and where its value is in the machine.
 */
import { changeRegister, readRegister } from '../debugger/level-registers';
import type { LevelRegisters } from '../machine/level-state';
import type { Machine } from '../machine/machine';
import type { StrandName } from '../machine/strand';

/** Whose registers are meant. */
export interface Bearer {
  readonly machine: Machine;
  readonly strand: StrandName;
  readonly registers: LevelRegisters;
}

export interface GdbRegister {
  readonly name: string;
  readonly bits: number;
  /** A type that gdb has, or one that the feature defines. */
  readonly type: string;
  /** For gdb's `info registers` groups, where the type does not say it. */
  readonly group?: string;
  /** Undefined where nobody knows it: hardware does not keep every register of a level that waits. */
  readonly read: (bearer: Bearer) => bigint | undefined;
  /** False where it cannot be changed. */
  readonly write: (bearer: Bearer, value: bigint) => boolean;
}

/** One that the debugger knows, by the debugger's name for it. */
export function levelRegister(name: string, bits: number, type: string, own = name): GdbRegister {
  return {
    name,
    bits,
    type,
    read: ({ registers }) => readRegister(registers, own),
    write: ({ machine, strand }, value) => changeRegister(machine, strand, own, value) === undefined,
  };
}
