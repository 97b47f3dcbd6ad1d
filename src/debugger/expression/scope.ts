/**
 * What an expression can see, as an interface: the evaluator is tested without a machine, and breakpoint conditions and watches
 * use it with different surroundings.
 */
import type { AddressSpace } from '../../machine/topology-driver';
import type { WatchTarget } from '../../machine/watch-request';
import type { Value } from '../../symbols/values';

/** Something outside with a value that may be unknown, and may be changed. */
export interface Cell {
  /** Undefined with `unknown` saying why. */
  readonly value: bigint | undefined;
  readonly unknown?: string;
  readonly bits: number;
  /** Answers undefined when done, otherwise a sentence for the user. */
  readonly write?: (value: bigint) => string | undefined;
  /** How a data breakpoint watches it; undefined where it cannot. */
  readonly watch?: WatchTarget | undefined;
}

/** A type of the program, by its name. */
export interface ProgramType {
  readonly name: string;
  /** Undefined where the program does not say. */
  readonly bytes: number | undefined;
  /** An integer or an enumeration: what a cast makes of a number. */
  readonly scalar?: { readonly signed: boolean };
  /** An object of this type at an address. */
  readonly at: (space: AddressSpace, address: bigint) => Value;
}

export interface ExpressionScope {
  /** Space of an address that names none. */
  readonly space: AddressSpace;
  /** A variable of the program, innermost scope first. `global`: not the locals. */
  variable(name: string, global: boolean): Value | undefined;
  register(name: string): Cell | undefined;
  /** Address of a symbol without debug information. */
  symbol(name: string): bigint | undefined;
  /** `struct page`, `page_t`, `Guest::State`; undefined when no program here has it. */
  type(name: string): ProgramType | undefined;
  /** A word of ours: `reason`, `level`, `EPT_VIOLATION` ... */
  constant(name: string): bigint | string | undefined;
  /** Field of a VMCS: `vmcs12.GUEST_RIP`. Undefined when `vmcs` is no VMCS's name; throws ExpressionError otherwise. */
  field(vmcs: string, name: string): Cell | undefined;
  read(space: AddressSpace, address: bigint, bytes: number): bigint | undefined;
  write(space: AddressSpace, address: bigint, bytes: number, value: bigint): boolean;
  /** Writes text to a variable. Answers undefined when done, otherwise a sentence. */
  writeVariable(value: Value, text: string): string | undefined;
}
