/**
 * What a source does to the hardware, as far as one can see: the model that the front ends for assembly and for the C
 * family fill, and that hover, hints, diagnostics and inline values read. Whoever reads it need not know the language.
 */
import type { RegisterFormat } from '../../isa/registers';
import type { Range } from '../text/position';

/** A value in the source and where it is written. */
export interface Operand {
  readonly range: Range;
  readonly text: string;
  /** Known when it is a constant: a number, a name of one, or an expression of both. Not negative: as the hardware takes it. */
  readonly value?: bigint;
  /** Written as one bare number, which a hint can explain and an action can replace by a name. */
  readonly literal?: true;
  /** Not written here, but in a macro that is used here. */
  readonly elsewhere?: true;
  /** Written as one name. */
  readonly name?: string;
  /** Width of a register or memory operand in bits, where the source tells. */
  readonly bits?: number;
  /** An expression that a debugger can evaluate here (a register, a variable). */
  readonly expression?: string;
}

/** VMREAD or VMWRITE, as an instruction or through a function or macro of the source. */
export interface VmcsAccess {
  readonly kind: 'vmread' | 'vmwrite';
  readonly range: Range;
  readonly field: Operand;
  /** Written value, or where the value read goes. */
  readonly value?: Operand;
  /** How wide the source says the access is (`vmcs_write16`, a 32-bit helper); undefined where it does not say. */
  readonly bits?: 16 | 32 | 64;
}

export interface MsrAccess {
  readonly kind: 'rdmsr' | 'wrmsr';
  readonly range: Range;
  readonly msr: Operand;
  readonly value?: Operand;
}

export interface CpuidQuery {
  readonly kind: 'cpuid';
  readonly range: Range;
  readonly leaf: Operand;
  readonly subleaf?: Operand;
}

/** A number that is compared with, or switched on, something the hardware reported. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly range: Range;
  readonly with: 'exit-reason' | 'vm-instruction-error' | 'msr' | 'cpuid-leaf' | 'vmcs-field';
  readonly value: Operand;
}

/** A constant that goes into a control register or another register with named bits. */
export interface RegisterWrite {
  readonly kind: 'register-write';
  readonly range: Range;
  readonly register: RegisterFormat;
  readonly value: Operand;
  /** The constant is not the whole value: OR sets these bits in what was read from the register. */
  readonly sets?: true;
}

export type Operation = VmcsAccess | MsrAccess | CpuidQuery | Comparison | RegisterWrite;
