/**
 * What the general registers are known to hold at a place of the source. Only what is certain on every way to that place: at a
 * label, behind a call and behind anything unknown all is forgotten. Holds knowledge, draws no conclusions.
 */
import type { RegisterFormat } from '../../isa/registers';
import type { Comparison, Operand } from '../source/operation';
import { GENERAL_REGISTERS, RSP, type Register } from './register-names';

export type Held =
  /** A constant; its value is unknown when a name in it is. `source`: where it is written. */
  | { readonly kind: 'constant'; readonly value: bigint | undefined; readonly source: Operand }
  /** What VMREAD of a field gave that tells what happened. */
  | {
      readonly kind: 'report';
      readonly of: Extract<Comparison['with'], 'exit-reason' | 'vm-instruction-error'>;
    }
  /** A parameter of the macro whose body this is, by the text it is used with. */
  | { readonly kind: 'parameter'; readonly name: string }
  /** A copy of a register with named bits. */
  | { readonly kind: 'copy'; readonly of: RegisterFormat };

/** A constant as a narrower register shows it. */
function low(held: Held, bits: number): Held | undefined {
  if (held.kind !== 'constant' || held.value === undefined) return held;
  const value = BigInt.asUintN(bits, held.value);
  return value === held.value ? held : { kind: 'constant', value, source: folded(held.source, value) };
}

/** An operand whose value is no longer the one written at its place. */
function folded(source: Operand, value: bigint): Operand {
  return { range: source.range, text: source.text, value };
}

type Known = readonly (Held | undefined)[];

const NOTHING: Known = Array.from({ length: GENERAL_REGISTERS }, () => undefined);

export class Registers {
  private known: (Held | undefined)[] = [...NOTHING];
  private empty = true;

  get(register: Register | undefined): Held | undefined {
    if (register?.index === undefined || this.empty) return undefined;
    const held = this.known[register.index];
    if (!held || register.bits === 64) return held;
    // AH and its kin are the second byte.
    return register.name.endsWith('h') ? undefined : low(held, register.bits!);
  }

  /** The lower 32 bits of a register that an instruction uses without naming it. */
  low32(index: number): Held | undefined {
    const held = this.known[index];
    return held && low(held, 32);
  }

  /** A write of 32 bits clears the upper half; one of fewer bits leaves what was there, which nobody knows then. */
  set(register: Register, held: Held | undefined): void {
    const { index, bits } = register;
    if (index === undefined || index === RSP) return;
    this.known[index] = held && bits! >= 32 ? low(held, bits!) : undefined;
    if (held) this.empty = false;
  }

  lose(index: number): void {
    this.known[index] = undefined;
  }

  forget(): void {
    if (this.empty) return;
    this.known = [...NOTHING];
    this.empty = true;
  }

  save(): Known {
    return this.empty ? NOTHING : [...this.known];
  }

  restore(known: Known): void {
    this.known = [...known];
    this.empty = known === NOTHING;
  }

  /** Where several ways come together, what all of them agree on. */
  join(ways: readonly Known[]): void {
    const [first, ...others] = ways;
    if (!first) return;
    this.known = first.map((held, index) => (others.every((way) => way[index] === held) ? held : undefined));
    this.empty = this.known.every((held) => held === undefined);
  }
}
