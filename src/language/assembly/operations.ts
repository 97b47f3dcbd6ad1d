/**
 * What statements do to the hardware: reads them in order, follows constants through the registers, and notes each
 * VMREAD, VMWRITE, MSR access, CPUID, write to a control register and comparison with what VMREAD reported. Where a value may be
 * another one, it is left open.
 */
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { AssemblyDialect } from '../source/language-id';
import type { MsrAccess, Operand, Operation, VmcsAccess } from '../source/operation';
import type { InstructionUse } from '../source/source-file';
import { lineRange, type Range } from '../text/position';
import { foldConstants } from './arithmetic';
import type { Constants } from './constants';
import type { Effect } from './effects';
import { Flow, type FlowState } from './flow';
import type { Held } from './held';
import { clears, msrRow, reportOf } from './held-facts';
import { MacroAccesses, type AccessesByMacro } from './macro-accesses';
import { OperandValues } from './operand-values';
import { RAX, RCX, RDX, registerNamed, type Register } from './register-names';
import type { AssemblyLines } from './source-walk';
import type { AssemblyOperand, InstructionStatement, Statement } from './statement';
import type { Token } from './token';

const EAX = registerNamed('eax', true)!;

export class OperationReader {
  readonly operations: Operation[] = [];
  readonly instructions: InstructionUse[] = [];
  private readonly flow: Flow;
  private readonly values: OperandValues;
  private readonly ofMacros: MacroAccesses;
  private readonly intelGas: boolean;
  private line = 0;

  constructor(
    lines: AssemblyLines,
    dialect: AssemblyDialect,
    constants: Constants,
    private readonly macros: ReadonlySet<string>,
    enter: { readonly flow: FlowState; readonly macros: AccessesByMacro },
  ) {
    this.values = new OperandValues(constants, (line) => lines.text(line));
    this.flow = new Flow(dialect, enter.flow);
    this.ofMacros = new MacroAccesses(this.values, enter.macros);
    this.intelGas = dialect === 'gas';
  }

  /** What is known behind the statements so far, beside the registers. Of use where the reader is quiet. */
  get state(): { readonly flow: FlowState; readonly macros: AccessesByMacro } {
    return { flow: this.flow.state, macros: this.ofMacros.known };
  }

  /** Neither a macro nor a condition stands open. */
  get quiet(): boolean {
    return this.flow.quiet;
  }

  read(statement: Statement, line: number, more: readonly Token[] | undefined): void {
    this.line = line;
    const inMacro = this.flow.inMacro;
    this.flow.enter(statement);
    if (statement.kind === 'definition' && statement.what === 'macro') this.ofMacros.begin(statement);
    else if (inMacro && !this.flow.inMacro) this.ofMacros.end();
    if (statement.kind !== 'instruction') return;
    const { mnemonic } = statement;
    const macro = this.macros.has(mnemonic.text);
    if (mnemonic.kind === 'name' && !macro && !statement.call) {
      this.instructions.push({ line, mnemonic, codeBits: this.flow.codeBits });
    }
    if (macro) {
      this.operations.push(...this.ofMacros.used(statement, line, this.range(statement)));
      this.flow.macro(mnemonic.text);
    } else if (more || statement.effect === undefined) this.registers.forget();
    else this.instruction(statement, statement.effect);
  }

  private get registers(): Flow['registers'] {
    return this.flow.registers;
  }

  private range(statement: InstructionStatement): Range {
    return lineRange(this.line, statement.start, statement.end);
  }

  private instruction(statement: InstructionStatement, effect: Effect): void {
    const { operands, destinationLast } = statement;
    const [destination, source] = destinationLast
      ? [operands[operands.length - 1], operands[operands.length - 2]]
      : operands;
    switch (statement.base) {
      case 'mov':
      case 'movabs':
        if (operands.length === 2) return this.move(statement, destination, source);
        break;
      case 'movzx':
      case 'movzw': {
        // The basic exit reason is the lower word.
        const held = this.registers.get(source?.register);
        const register = destination?.register;
        if (held?.kind === 'report' && source!.register!.bits === 16 && register)
          return this.registers.set(register, held);
        break;
      }
      case 'cmp':
        this.comparison(statement, operands);
        break;
      case 'vmread':
      case 'vmwrite':
        if (operands.length === 2) return this.vmcsAccess(statement, statement.base, destination!, source!);
        break;
      case 'rdmsr':
      case 'wrmsr':
        return this.msrAccess(statement, statement.base, effect);
      case 'cpuid':
        this.cpuid(statement);
        break;
      default:
        if (this.arithmetic(statement, destination, source)) return;
    }
    this.apply(effect, operands, destination);
  }

  private move(
    statement: InstructionStatement,
    destination: AssemblyOperand | undefined,
    source: AssemblyOperand | undefined,
  ): void {
    const to = destination?.register;
    const from = source?.register;
    if (!to) return this.write(destination);
    if (to.kind === 'general') return this.registers.set(to, this.heldIn(source, to.bits ?? 64));
    const held = this.registers.get(from);
    if (
      (to.kind === 'control' || to.kind === 'debug') &&
      held?.kind === 'constant' &&
      to.name in registerFormats
    ) {
      const register = to.name as RegisterFormat;
      this.operations.push({
        kind: 'register-write',
        range: this.range(statement),
        register,
        value: held.source,
      });
    }
  }

  /** What a register holds after it was loaded from an operand. */
  private heldIn(source: AssemblyOperand | undefined, bits: number): Held | undefined {
    const from = source?.register;
    if (from?.kind === 'general') return from.bits === bits ? this.registers.get(from) : undefined;
    if (from)
      return from.name in registerFormats ? { kind: 'copy', of: from.name as RegisterFormat } : undefined;
    const parameter = this.ofMacros.parameter(source);
    if (parameter !== undefined) return { kind: 'parameter', name: parameter };
    const constant = this.values.constant(source, this.line, bits, this.intelGas);
    return constant && { kind: 'constant', value: constant.value, source: constant };
  }

  /** Computes with constants, and knows what leaves a report what it is. True when the instruction is done with. */
  private arithmetic(
    statement: InstructionStatement,
    destination: AssemblyOperand | undefined,
    source: AssemblyOperand | undefined,
  ): boolean {
    const register = destination?.register;
    if (register?.kind !== 'general' || register.bits! < 32) return false;
    const { base } = statement;
    if ((base === 'xor' || base === 'sub') && source?.register === register) {
      this.registers.set(register, {
        kind: 'constant',
        value: 0n,
        source: this.values.made(statement, this.line, 0n),
      });
      return true;
    }
    const held = this.registers.get(register);
    if (!held) return false;
    const operand = source && this.values.constant(source, this.line, register.bits!, this.intelGas);
    if (held.kind === 'report') {
      const kept =
        base === 'and' && operand?.value !== undefined && BigInt.asUintN(16, operand.value) === 0xffffn;
      if (kept) this.registers.set(register, held);
      return kept;
    }
    if (held.kind === 'copy') return this.changedCopy(statement, register, held, operand);
    if (held.kind !== 'constant') return false;
    const folded = foldConstants(base, held, operand, statement.operands.length, register.bits!);
    if (folded) this.registers.set(register, folded);
    return folded !== undefined;
  }

  /** Bits of a control register that are changed on the way back to it. */
  private changedCopy(
    statement: InstructionStatement,
    register: Register,
    held: Extract<Held, { kind: 'copy' }>,
    operand: Operand | undefined,
  ): boolean {
    const { base } = statement;
    const sets = base === 'or' && operand !== undefined;
    if (!sets && !(base === 'and' && clears(operand)) && !/^bt[src]$/.test(base)) return false;
    if (sets) {
      const range = this.range(statement);
      this.operations.push({ kind: 'register-write', range, register: held.of, value: operand, sets: true });
    }
    this.registers.set(register, held);
    return true;
  }

  private comparison(statement: InstructionStatement, operands: readonly AssemblyOperand[]): void {
    if (operands.length !== 2) return;
    for (const [one, other] of [operands, [operands[1], operands[0]]] as const) {
      const register = one?.register;
      const held = this.registers.get(register);
      if (held?.kind !== 'report') continue;
      const constant = this.heldIn(other, register!.bits ?? 64);
      if (constant?.kind !== 'constant') continue;
      this.operations.push({
        kind: 'comparison',
        range: this.range(statement),
        with: held.of,
        value: constant.source,
      });
      return;
    }
  }

  /** AT&T: `vmread FIELD, destination`, `vmwrite value, FIELD`; Intel the other way round. The field is always a register. */
  private vmcsAccess(
    statement: InstructionStatement,
    kind: VmcsAccess['kind'],
    destination: AssemblyOperand,
    source: AssemblyOperand,
  ): void {
    const [field, value] = kind === 'vmread' ? [source, destination] : [destination, source];
    if (field.kind === 'register') {
      const held = this.registers.get(field.register);
      const written = kind === 'vmwrite' ? this.registers.get(value?.register) : undefined;
      if (held?.kind === 'parameter') this.ofMacros.access(kind, held.name, written);
      else
        this.operations.push({
          kind,
          range: this.range(statement),
          field: this.operandIn(field),
          value: written?.kind === 'constant' ? written.source : this.operandIn(value),
        });
      if (kind === 'vmread') {
        const register = value?.register;
        if (register) return this.registers.set(register, reportOf(held));
      }
    }
    if (kind === 'vmread') this.write(value);
  }

  private msrAccess(statement: InstructionStatement, kind: MsrAccess['kind'], effect: Effect): void {
    const msr = this.registers.low32(RCX);
    if (msr?.kind === 'constant') {
      const value = kind === 'wrmsr' ? this.pair() : undefined;
      this.operations.push({
        kind,
        range: this.range(statement),
        msr: msr.source,
        ...(value && { value }),
      });
    } else if (msr?.kind === 'parameter') this.ofMacros.access(kind, msr.name, undefined);
    this.apply(effect, [], undefined);
    const format = kind === 'rdmsr' && msr?.kind === 'constant' ? msrRow(msr.source)?.format : undefined;
    if (format) this.registers.set(EAX, { kind: 'copy', of: format });
  }

  /** EDX:EAX when both are known. It stands where EAX was written, and is what is written there only if EDX is 0. */
  private pair(): Operand | undefined {
    const low = this.registers.low32(RAX);
    const high = this.registers.low32(RDX);
    if (low?.kind !== 'constant' || high?.kind !== 'constant') return undefined;
    if (low.value === undefined || high.value === undefined) return undefined;
    if (high.value === 0n) return low.source;
    const { range, text } = low.source;
    return { range, text, value: (high.value << 32n) | low.value };
  }

  private cpuid(statement: InstructionStatement): void {
    const leaf = this.registers.low32(RAX);
    const subleaf = this.registers.low32(RCX);
    if (leaf?.kind !== 'constant') return;
    this.operations.push({
      kind: 'cpuid',
      range: this.range(statement),
      leaf: leaf.source,
      ...(subleaf?.kind === 'constant' && { subleaf: subleaf.source }),
    });
  }

  /** An operand that is the constant its register holds, or the register itself. */
  private operandIn(operand: AssemblyOperand): Operand {
    const held = this.registers.get(operand?.register);
    return held?.kind === 'constant' ? held.source : this.values.place(operand, this.line);
  }

  private apply(
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
        this.write(destination);
        break;
      case 'operands':
        for (const operand of operands) if (operand.kind !== 'immediate') this.write(operand);
        break;
      case 'none':
        break;
    }
    for (const index of effect.also ?? []) this.registers.lose(index);
  }

  /** Something unknown goes into an operand. A name that may stand for a register makes all registers unknown. */
  private write(operand: AssemblyOperand | undefined): void {
    if (operand?.kind === 'memory') return;
    const register = operand?.register;
    if (register) this.registers.set(register, undefined);
    else this.registers.forget();
  }
}
