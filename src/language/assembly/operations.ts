/**
 * What statements do to the hardware: reads them in order, follows constants through the registers, and notes each
 * VMREAD, VMWRITE, MSR access, CPUID, write to a control register and comparison with what VMREAD reported. Where a value may be
 * another one, it is left open.
 */
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { AssemblyDialect } from '../source/language-id';
import type { MsrAccess, Operation, VmcsAccess } from '../source/operation';
import type { InstructionUse } from '../source/source-file';
import { lineRange, type Range } from '../text/position';
import type { Constants } from './constants';
import type { Effect } from './effects';
import { Flow, type FlowState } from './flow';
import { msrRow, reportOf } from './held-facts';
import { MacroAccesses, type AccessesByMacro } from './macro-accesses';
import { OperandValues } from './operand-values';
import { RAX, RCX, registerNamed } from './register-names';
import { RegisterValues } from './register-values';
import type { AssemblyLines } from './source-walk';
import type { AssemblyOperand, InstructionStatement, Statement } from './statement';
import type { Token } from './token';

const EAX = registerNamed('eax', true)!;

export class OperationReader {
  readonly operations: Operation[] = [];
  readonly instructions: InstructionUse[] = [];
  private readonly flow: Flow;
  private readonly ofMacros: MacroAccesses;
  private readonly held: RegisterValues;
  private line = 0;

  constructor(
    lines: AssemblyLines,
    dialect: AssemblyDialect,
    constants: Constants,
    private readonly macros: ReadonlySet<string>,
    enter: { readonly flow: FlowState; readonly macros: AccessesByMacro },
  ) {
    const values = new OperandValues(constants, (line) => lines.text(line));
    this.flow = new Flow(dialect, enter.flow);
    this.ofMacros = new MacroAccesses(values, enter.macros);
    this.held = new RegisterValues(this.flow.registers, values, this.ofMacros, dialect === 'gas');
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
        if (this.computes(statement, destination, source)) return;
    }
    this.held.apply(effect, operands, destination);
  }

  private move(
    statement: InstructionStatement,
    destination: AssemblyOperand | undefined,
    source: AssemblyOperand | undefined,
  ): void {
    const to = destination?.register;
    const from = source?.register;
    if (!to) return this.held.lose(destination);
    if (to.kind === 'general')
      return this.registers.set(to, this.held.loaded(source, this.line, to.bits ?? 64));
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

  /** True when it is known what the instruction leaves behind. */
  private computes(
    statement: InstructionStatement,
    destination: AssemblyOperand | undefined,
    source: AssemblyOperand | undefined,
  ): boolean {
    const computed = this.held.compute(statement, this.line, destination, source);
    if (computed?.sets)
      this.operations.push({
        kind: 'register-write',
        range: this.range(statement),
        ...computed.sets,
        sets: true,
      });
    return computed !== undefined;
  }

  private comparison(statement: InstructionStatement, operands: readonly AssemblyOperand[]): void {
    if (operands.length !== 2) return;
    for (const [one, other] of [operands, [operands[1], operands[0]]] as const) {
      const register = one?.register;
      const held = this.registers.get(register);
      if (held?.kind !== 'report') continue;
      const constant = this.held.loaded(other, this.line, register!.bits ?? 64);
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
          field: this.held.operand(field, this.line),
          value: written?.kind === 'constant' ? written.source : this.held.operand(value, this.line),
        });
      if (kind === 'vmread') {
        const register = value?.register;
        if (register) return this.registers.set(register, reportOf(held));
      }
    }
    if (kind === 'vmread') this.held.lose(value);
  }

  private msrAccess(statement: InstructionStatement, kind: MsrAccess['kind'], effect: Effect): void {
    const msr = this.registers.low32(RCX);
    if (msr?.kind === 'constant') {
      const value = kind === 'wrmsr' ? this.held.pair() : undefined;
      this.operations.push({
        kind,
        range: this.range(statement),
        msr: msr.source,
        ...(value && { value }),
      });
    } else if (msr?.kind === 'parameter') this.ofMacros.access(kind, msr.name, undefined);
    this.held.apply(effect, [], undefined);
    const format = kind === 'rdmsr' && msr?.kind === 'constant' ? msrRow(msr.source)?.format : undefined;
    if (format) this.registers.set(EAX, { kind: 'copy', of: format });
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
}
