/** Operands as the model of all languages has them: where they stand, what they say and what they are worth. */
import type { Operand } from '../source/operation';
import { lineRange } from '../text/position';
import type { Constants } from './constants';
import type { AssemblyOperand, InstructionStatement } from './statement';
import { textStart, type Token } from './token';

export class OperandValues {
  constructor(
    private readonly constants: Constants,
    private readonly lineText: (line: number) => string,
  ) {}

  /** What an instruction of `bits` width takes from a constant operand; undefined when it may be something else. */
  constant(
    operand: AssemblyOperand | undefined,
    line: number,
    bits: number,
    intelGas: boolean,
  ): Operand | undefined {
    if (!operand || operand.tokens.length === 0) return undefined;
    if (operand.kind === 'immediate') return this.expression(operand.tokens, line, bits);
    // In Intel syntax gas takes a name for a constant when it has been one on a line before.
    if (operand.kind !== 'address' || !intelGas) return undefined;
    const names = operand.tokens.filter((token) => token.kind === 'name');
    if (!names.every(({ text }) => this.constants.defines(text, line) || !this.constants.defines(text)))
      return undefined;
    const found = this.expression(operand.tokens, line, bits);
    return found?.value === undefined ? undefined : found;
  }

  /** An argument of a macro that stands for a constant: with AT&T's dollar sign or without. */
  argument(operand: AssemblyOperand | undefined, line: number, bits: number): Operand | undefined {
    if (operand?.kind !== 'immediate' && operand?.kind !== 'address') return undefined;
    return operand.tokens.length === 0 ? undefined : this.expression(operand.tokens, line, bits);
  }

  /** What stands for a value that is not constant: a register or a place in memory. */
  place(operand: AssemblyOperand, line: number): Operand {
    const range = lineRange(line, operand.start, operand.end);
    if (operand.kind !== 'register' || !operand.register) {
      const bits = operand.kind === 'memory' ? operand.bits : undefined;
      return { range, text: this.text(operand, line), ...(bits !== undefined && { bits }) };
    }
    const [word] = operand.tokens;
    const { name, bits } = operand.register;
    return {
      range: lineRange(line, textStart(word!), word!.end),
      text: word!.text,
      ...(bits !== undefined && { bits }),
      expression: name,
    };
  }

  /** Where a statement makes a constant without writing one: `xor %eax, %eax`. */
  made(statement: InstructionStatement, line: number, value: bigint): Operand {
    const [first] = statement.operands;
    const start = first?.start ?? statement.start;
    return {
      range: lineRange(line, start, statement.end),
      text: this.lineText(line).slice(start, statement.end),
      value,
    };
  }

  private expression(tokens: readonly Token[], line: number, bits: number): Operand | undefined {
    const [first] = tokens as [Token];
    const last = tokens[tokens.length - 1]!;
    const single = tokens.length === 1;
    // What only an expansion fills in is no constant of this place.
    if (tokens.some((token) => token.kind === 'argument' || token.kind === 'register')) return undefined;
    const name = single && first.kind === 'name' ? first.text : undefined;
    const value = this.constants.evaluate(tokens);
    // A name that this file gives another meaning (a register, a place) may be no constant at all.
    if (name !== undefined && value === undefined && this.constants.defines(name)) return undefined;
    const start = single ? textStart(first) : first.start;
    return {
      range: lineRange(line, start, last.end),
      text: this.lineText(line).slice(start, last.end),
      ...(value !== undefined && { value: BigInt.asUintN(bits, value) }),
      ...(single && first.kind === 'number' && value !== undefined && { literal: true as const }),
      ...(name !== undefined && { name }),
    };
  }

  private text(operand: AssemblyOperand, line: number): string {
    return this.lineText(line).slice(operand.start, operand.end);
  }
}
