/**
 * What instructions leave in the registers, as far as it is a constant, a report of VMREAD or a copy of a register with named bits.
 * Notes nothing of what is done to the hardware.
 */
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { Operand } from '../source/operation';
import { foldConstants } from './arithmetic';
import type { Effect } from './effects';
import type { Held, Registers } from './held';
import { clears } from './held-facts';
import type { MacroAccesses } from './macro-accesses';
import type { OperandValues } from './operand-values';
import { RAX, RDX } from './register-names';
import type { AssemblyOperand, InstructionStatement } from './statement';

/** A result that is known. `sets`: bits that OR puts into a copy of a register, on the way back to it. */
export interface Computed {
  readonly sets?: { readonly register: RegisterFormat; readonly value: Operand };
}

export class RegisterValues {
  constructor(
    private readonly registers: Registers,
    private readonly values: OperandValues,
    private readonly ofMacros: MacroAccesses,
    private readonly intelGas: boolean,
  ) {}

  /** What a register holds after it was loaded from an operand. */
  loaded(source: AssemblyOperand | undefined, line: number, bits: number): Held | undefined {
    const from = source?.register;
    if (from?.kind === 'general') return from.bits === bits ? this.registers.get(from) : undefined;
    if (from)
      return from.name in registerFormats ? { kind: 'copy', of: from.name as RegisterFormat } : undefined;
    const parameter = this.ofMacros.parameter(source);
    if (parameter !== undefined) return { kind: 'parameter', name: parameter };
    const constant = this.values.constant(source, line, bits, this.intelGas);
    return constant && { kind: 'constant', value: constant.value, source: constant };
  }

  /** An operand that is the constant its register holds, or the register itself. */
  operand(operand: AssemblyOperand, line: number): Operand {
    const held = this.registers.get(operand.register);
    return held?.kind === 'constant' ? held.source : this.values.place(operand, line);
  }

  /** EDX:EAX when both are known. It stands where EAX was written, and is what is written there only if EDX is 0. */
  pair(): Operand | undefined {
    const low = this.registers.low32(RAX);
    const high = this.registers.low32(RDX);
    if (low?.kind !== 'constant' || high?.kind !== 'constant') return undefined;
    if (low.value === undefined || high.value === undefined) return undefined;
    if (high.value === 0n) return low.source;
    const { range, text } = low.source;
    return { range, text, value: (high.value << 32n) | low.value };
  }

  /** Computes with constants, and knows what leaves a report what it is. Undefined when the result is unknown. */
  compute(
    statement: InstructionStatement,
    line: number,
    destination: AssemblyOperand | undefined,
    source: AssemblyOperand | undefined,
  ): Computed | undefined {
    const register = destination?.register;
    if (register?.kind !== 'general' || register.bits! < 32) return undefined;
    const { base } = statement;
    const leave = (held: Held | undefined): Computed | undefined => {
      if (held) this.registers.set(register, held);
      return held && {};
    };
    if ((base === 'xor' || base === 'sub') && source?.register === register)
      return leave({ kind: 'constant', value: 0n, source: this.values.made(statement, line, 0n) });
    const held = this.registers.get(register);
    if (!held) return undefined;
    const operand = source && this.values.constant(source, line, register.bits!, this.intelGas);
    switch (held.kind) {
      case 'report':
        return leave(base === 'and' && keepsReason(operand) ? held : undefined);
      case 'copy': {
        const sets = base === 'or' && operand ? { register: held.of, value: operand } : undefined;
        const stays = sets !== undefined || (base === 'and' && clears(operand)) || /^bt[src]$/.test(base);
        const computed = leave(stays ? held : undefined);
        return sets ? { sets } : computed;
      }
      case 'constant':
        return leave(foldConstants(base, held, operand, statement.operands.length, register.bits!));
      case 'parameter':
        return undefined;
    }
  }

  /** What an instruction does whose results are not known. */
  apply(
    effect: Effect,
    operands: readonly AssemblyOperand[],
    destination: AssemblyOperand | undefined,
  ): void {
    switch (effect.writes) {
      case 'everything':
      case 'end':
        this.registers.forget();
        break;
      case 'destination':
        this.lose(destination);
        break;
      case 'operands':
        for (const operand of operands) if (operand.kind !== 'immediate') this.lose(operand);
        break;
      case 'none':
        break;
    }
    for (const index of effect.also ?? []) this.registers.lose(index);
  }

  /** Something unknown goes into an operand. A name that may stand for a register makes all registers unknown. */
  lose(operand: AssemblyOperand | undefined): void {
    if (operand?.kind === 'memory') return;
    const register = operand?.register;
    if (register) this.registers.set(register, undefined);
    else this.registers.forget();
  }
}

/** The basic exit reason is the lower word. */
function keepsReason(operand: Operand | undefined): boolean {
  return operand?.value !== undefined && BigInt.asUintN(16, operand.value) === 0xffffn;
}
