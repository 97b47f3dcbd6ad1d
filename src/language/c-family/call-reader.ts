/** Makes operations of calls whose names say what they do. A declaration or definition of such a function is no call. */
import type { Operand, Operation } from '../source/operation';
import type { CallIdiom } from './call-idiom';
import { CallSurroundings } from './call-surroundings';
import type { OperandReader, Stretch } from './operand-reader';
import type { Token } from './token';

const POINTER_TO_CPU = /^v?cpu|vcpu$|^vm$|^vmx$|^vmcs$|ctx$|context$|^self$|^this$/i;

export class CallReader {
  private readonly around: CallSurroundings;

  constructor(private readonly reader: OperandReader) {
    this.around = new CallSurroundings(reader.row);
  }

  /** The operation of the call whose name stands at a place. */
  operation(at: number): Operation | undefined {
    const idiom = this.token(at)?.meaning?.call;
    const open = this.around.openAfter(at);
    if (!idiom || open === undefined || this.around.declares(at)) return undefined;
    const list = this.around.argumentsAt(open);
    if (!list) return undefined;
    const [first] = list.given;
    if (first && this.around.declaresParameter(first)) return undefined;
    return this.read(idiom, at, list.given, list.end);
  }

  private read(idiom: CallIdiom, at: number, given: readonly Stretch[], end: number): Operation | undefined {
    const range = this.reader.range({ start: at, end });
    switch (idiom.kind) {
      case 'vmread':
      case 'vmwrite': {
        const member = idiom.method && this.around.fieldBefore(at);
        if (member)
          return this.access(
            { ...idiom, ...this.around.typeWidth(member) },
            range,
            at,
            [member, ...given],
            end,
          );
        if (idiom.method && !(this.around.isVmcsMethod(at) && given[0] && this.reader.isConstant(given[0])))
          return undefined;
        return this.access(idiom, range, at, given, end);
      }
      case 'rdmsr':
      case 'wrmsr':
        return this.msr(idiom, range, at, given, end);
      case 'msr-constructor':
        return this.msrConstructor(range, at, given, end);
      case 'cpuid':
        return this.cpuid(idiom, range, at, given);
      case 'register-write':
      case 'numbered-register-write':
        return this.register(idiom, range, given);
    }
  }

  private access(
    idiom: CallIdiom & { kind: 'vmread' | 'vmwrite' },
    range: Operation['range'],
    at: number,
    given: readonly Stretch[],
    end: number,
  ): Operation | undefined {
    const { kind, bits } = idiom;
    const writes = kind === 'vmwrite';
    // `vmwrite(vcpu, FIELD, value)`: something says whose VMCS it is.
    const shifted =
      given.length >= (writes ? 3 : 2) && !this.isConstant(given[0]) && this.isConstant(given[1]) ? 1 : 0;
    const field = given[shifted];
    if (!field || this.isAddress(field)) return undefined;
    const second = given[shifted + 1];
    const value = idiom.partial
      ? undefined
      : writes
        ? second && this.reader.operand(second, bits)
        : second
          ? this.destination(second)
          : this.assigned(at, end);
    return {
      kind,
      range,
      field: this.reader.operand(field),
      ...(value && { value }),
      ...(bits !== undefined && { bits }),
    };
  }

  private msr(
    idiom: CallIdiom & { kind: 'rdmsr' | 'wrmsr' },
    range: Operation['range'],
    at: number,
    given: readonly Stretch[],
    end: number,
  ): Operation | undefined {
    const [first, second] = given;
    const forCpu =
      first && second && this.isConstant(second) && POINTER_TO_CPU.test(this.reader.name(first) ?? '')
        ? 1
        : 0;
    const index = Math.max(idiom.msrArgument, forCpu);
    const msr = given[index];
    // What a variable holds nobody knows; and functions with other arguments have such names too.
    if (!msr || !this.isConstant(msr)) return undefined;
    const rest = given.slice(index + 1);
    const { kind } = idiom;
    const value =
      kind === 'wrmsr'
        ? this.written(rest)
        : rest.length === 1
          ? this.destination(rest[0]!)
          : rest.length === 0
            ? this.assigned(at, end)
            : undefined;
    return { kind, range, msr: this.reader.operand(msr), ...(value && { value }) };
  }

  /** A whole value, or its low and high half. */
  private written([low, high]: readonly Stretch[]): Operand | undefined {
    if (!low) return undefined;
    if (!high) return this.reader.operand(low);
    const both = { start: low.start, end: high.end };
    const [lower, upper] = [this.reader.operand(low, 32), this.reader.operand(high, 32)];
    const known = lower.value !== undefined && upper.value !== undefined;
    return {
      range: this.reader.range(both),
      text: this.reader.text(both),
      ...(known && { value: (BigInt.asUintN(32, upper.value) << 32n) | BigInt.asUintN(32, lower.value) }),
    };
  }

  /** `Msr::new(n)`, of which one may read or write at once, or later. */
  private msrConstructor(
    range: Operation['range'],
    at: number,
    given: readonly Stretch[],
    end: number,
  ): Operation | undefined {
    const [first] = given;
    if (!first || this.token(at - 1)?.text !== '::' || this.token(at - 2)?.text !== 'Msr') return undefined;
    const operand = this.reader.operand(first);
    const verb = this.token(end)?.text === '.' ? this.token(end + 1)?.text : undefined;
    if (verb === 'read') return { kind: 'rdmsr', range, msr: operand };
    if (verb === 'write') return { kind: 'wrmsr', range, msr: operand };
    return { kind: 'comparison', range, with: 'msr', value: operand };
  }

  private cpuid(
    idiom: CallIdiom & { kind: 'cpuid' },
    range: Operation['range'],
    at: number,
    given: readonly Stretch[],
  ): Operation | undefined {
    const [first, second] = given;
    if (!first) return undefined;
    // Microsoft's intrinsics fill an array, which comes first; so do some wrappers.
    const fills =
      idiom.msvc ||
      (given.length === 2 && this.token(at)?.text === '__cpuid') ||
      (second !== undefined && !this.isConstant(first) && this.isConstant(second) && given.length === 2);
    const leaf = fills ? second : first;
    const next = fills ? given[2] : second;
    if (!leaf || !this.isConstant(leaf)) return undefined;
    const hasSubleaf = next && (idiom.subleaf || given.length === 2) && !this.isAddress(next);
    return {
      kind: 'cpuid',
      range,
      leaf: this.reader.operand(leaf, 32),
      ...(hasSubleaf && { subleaf: this.reader.operand(next, 32) }),
    };
  }

  private register(
    idiom: CallIdiom & { kind: 'register-write' | 'numbered-register-write' },
    range: Operation['range'],
    given: readonly Stretch[],
  ): Operation | undefined {
    const [first, second] = given;
    if (!first) return undefined;
    if (idiom.kind === 'register-write') {
      const value = this.reader.operand(first);
      return value.value === undefined
        ? undefined
        : { kind: 'register-write', range, register: idiom.register, value };
    }
    const number = this.reader.operand(first).value;
    const register = idiom.registers.find(([each]) => BigInt(each) === number)?.[1];
    const value = second && this.reader.operand(second);
    return register && value?.value !== undefined
      ? { kind: 'register-write', range, register, value }
      : undefined;
  }

  // --- where values go ------------------------------------------------------------------------------------------------

  /** The variable that takes the result: `x = vmread(FIELD);`. */
  private assigned(at: number, end: number): Operand | undefined {
    if (this.token(end)?.text !== ';' || this.token(at - 1)?.text !== '=') return undefined;
    let start = at - 2;
    while (
      /^(?:\.|->)$/.test(this.token(start - 1)?.text ?? '') &&
      this.token(start - 2)?.kind === 'identifier'
    )
      start -= 2;
    // `*p = ...` and `a[i].x = ...` are more than the words here.
    if (/^[*.&)\]]$|^->$/.test(this.token(start - 1)?.text ?? '')) return undefined;
    const target = { start, end: at - 1 };
    return start >= 0 && this.reader.variable(target) !== undefined ? this.reader.operand(target) : undefined;
  }

  /** An argument that the result goes into, by its name or its address. */
  private destination(given: Stretch): Operand {
    const target = this.isAddress(given) ? { start: given.start + 1, end: given.end } : given;
    return this.reader.operand(target.end > target.start ? target : given);
  }

  private isAddress({ start }: Stretch): boolean {
    return this.token(start)?.text === '&';
  }

  private isConstant(given: Stretch | undefined): boolean {
    return given !== undefined && this.reader.isConstant(given);
  }

  private token(at: number): Token | undefined {
    return this.reader.row.tokens[at];
  }
}
