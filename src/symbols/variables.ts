/**
 * Variables: what an entry says about one, and finding its value in a frame.
 *
 * Joins entries, location lists, expressions and call sites. The value tree itself is in values.ts.
 */
import { toInside } from './address';
import { At, Tag } from './dwarf/constants';
import type { Entry } from './dwarf/unit';
import {
  bigintToBytes,
  bytesToBigint,
  evaluate,
  evaluateNumber,
  missing,
  type ExpressionPlace,
  type Location,
} from './dwarf/expression';
import { locationExpression } from './dwarf/locations';
import type { Scope } from './dwarf/scopes';
import { typeName } from './dwarf/type-names';
import { sizeOf, type ArrayBound, type DataType, type TypeReader } from './dwarf/data-types';
import type { Frame, ReadingContext } from './frame';
import { registerFile, type Architecture } from './registers';
import { Storage } from './storage';
import { SymbolError } from './symbol-error';

export type VariableKind = 'parameter' | 'local' | 'global';

/** A variable as declared; reading it needs a context. */
export class Variable {
  readonly typeName: string;
  readonly line: number | undefined;

  constructor(
    readonly name: string,
    readonly kind: VariableKind,
    readonly entry: Entry,
    readonly type: DataType,
  ) {
    this.typeName = typeName(type);
    this.line = entry.inherited(At.declLine)?.number(At.declLine);
  }

  /** Defined in another unit, or another program. */
  get isDeclaration(): boolean {
    return this.entry.flag(At.declaration);
  }
}

/** What locating needs from the program. */
export interface ProgramKnowledge {
  readonly architecture: Architecture;
  readonly bias: bigint;
  readonly types: TypeReader;
  /** The function whose code contains an inside address. */
  functionAt(address: number): Scope | undefined;
  canonicalFrameAddress(context: ReadingContext): bigint | undefined;
  callerOf(context: ReadingContext): Frame | undefined;
  globalDefinition(name: string): Entry | undefined;
  /** Whether an inside address is in the section of per-CPU variables: each CPU has its own copy elsewhere. */
  isPerCpu(address: number): boolean;
}

/** Elements of an array beyond these are damage. */
const MAXIMUM_COUNT = 2n ** 40n;
/** How many frames up an entry value may be followed. */
const MAXIMUM_CALLERS = 4;

export class VariableLocator {
  constructor(private readonly program: ProgramKnowledge) {}

  /** Where the variable is in a frame; never throws. */
  storage(variable: { readonly entry: Entry; readonly type: DataType }, context: ReadingContext): Storage {
    let location: Location;
    try {
      location = this.locate(variable.entry, variable.type, context);
    } catch (error) {
      if (!(error instanceof SymbolError)) throw error;
      location = missing('damaged debug information');
    }
    return new Storage(location, 0, this.program.architecture);
  }

  /** Elements of an array whose length is computed; never throws. */
  arrayCount({ entry, at }: ArrayBound, context: ReadingContext): number | undefined {
    try {
      const count = this.numberOf(entry, at, context);
      if (count === undefined) return undefined;
      const found = at === At.count ? count : BigInt.asIntN(64, count) + 1n;
      return found >= 0n && found < MAXIMUM_COUNT ? Number(found) : undefined;
    } catch (error) {
      if (error instanceof SymbolError) return undefined;
      throw error;
    }
  }

  /** An attribute that is a constant, an expression, or the value of another entry (DWARF5 2.19). */
  private numberOf(entry: Entry, at: At, context: ReadingContext): bigint | undefined {
    const value = entry.value(at);
    if (value?.kind === 'constant') return value.big ?? BigInt(Math.trunc(value.value));
    const variable = entry.reference(at);
    if (variable) {
      const type = this.program.types.typeOf(variable);
      const read = this.storage({ entry: variable, type }, context).read(sizeOf(type) ?? 0, context);
      return 'bytes' in read && read.bytes.length > 0 ? bytesToBigint(read.bytes) : undefined;
    }
    const expression = value && locationExpression(value, entry.unit, this.codeAddress(context) ?? 0);
    return expression && evaluateNumber(expression, this.place(entry, context, 0));
  }

  /** The address that decides which location holds, inside representation. */
  codeAddress(context: ReadingContext): number | undefined {
    const register = registerFile(this.program.architecture).instructionPointer;
    const address = context.codeAddress ?? context.register(register);
    return address === undefined ? undefined : toInside(address - this.program.bias);
  }

  private locate(entry: Entry, type: DataType, context: ReadingContext): Location {
    const owner = entry.inherited(At.location);
    const location = owner?.value(At.location);
    if (owner && location) {
      const address = this.codeAddress(context) ?? 0;
      const expression = locationExpression(location, owner.unit, address);
      if (!expression) return missing('optimized out');
      return this.ofThisCpu(evaluate(expression, this.place(owner, context, 0)), context);
    }
    const constant = entry.inherited(At.constValue)?.value(At.constValue);
    if (constant?.kind === 'block') return { kind: 'value', bytes: constant.bytes };
    if (constant?.kind === 'constant') {
      const value = constant.big ?? BigInt(Math.trunc(constant.value));
      return { kind: 'value', bytes: bigintToBytes(value, sizeOf(type) ?? entry.unit.addressSize) };
    }
    // A declaration (`extern`) is defined elsewhere.
    const name = entry.flag(At.declaration) ? entry.name() : undefined;
    const definition = name === undefined ? undefined : this.program.globalDefinition(name);
    if (definition && definition !== entry && !definition.flag(At.declaration))
      return this.locate(definition, type, context);
    return missing('optimized out');
  }

  /** A per-CPU variable is where its CPU's copy is; KASLR does not move it. */
  private ofThisCpu(location: Location, context: ReadingContext): Location {
    if (location.kind !== 'memory') return location;
    const linked = location.address - this.program.bias;
    if (!this.program.isPerCpu(toInside(linked))) return location;
    const base = context.perCpuBase?.();
    if (base === undefined) return missing('where the CPU has its copy cannot be told now');
    return { kind: 'memory', address: BigInt.asUintN(64, linked + base) };
  }

  private place(entry: Entry, context: ReadingContext, depth: number): ExpressionPlace {
    const { program } = this;
    return {
      unit: entry.unit,
      addressSize: entry.unit.addressSize,
      bias: program.bias,
      readMemory: (address, length) => context.readMemory(address, length),
      register: (n) => context.register(n),
      frameBase: () => this.frameBase(context, depth),
      canonicalFrameAddress: () => program.canonicalFrameAddress(context),
      entryValue: (expression) => this.entryValue(expression, context, depth),
    };
  }

  private frameBase(context: ReadingContext, depth: number): bigint | undefined {
    const address = this.codeAddress(context);
    const scope = address === undefined ? undefined : this.program.functionAt(address);
    const value = scope?.entry.value(At.frameBase);
    if (!scope || !value || address === undefined) return undefined;
    const expression = locationExpression(value, scope.entry.unit, address);
    if (!expression) return undefined;
    // A frame base may not refer to itself.
    const place = { ...this.place(scope.entry, context, depth), frameBase: () => undefined };
    return evaluateNumber(expression, place);
  }

  /**
   * The value an expression had at function entry: the caller's debug information says at the call site what it
   * passed (DWARF5 3.4.2), if it is still computable there.
   */
  private entryValue(expression: Uint8Array, context: ReadingContext, depth: number): bigint | undefined {
    if (depth >= MAXIMUM_CALLERS) return undefined;
    const caller = this.program.callerOf(context);
    const scope = caller && this.program.functionAt(toInside(caller.codeAddress - this.program.bias));
    if (!caller || !scope) return undefined;
    const site = this.callSite(scope, toInside(caller.pc - this.program.bias));
    if (!site) return undefined;
    for (const parameter of site.children()) {
      if (parameter.tag !== Tag.callSiteParameter && parameter.tag !== Tag.gnuCallSiteParameter) continue;
      const where = parameter.value(At.location);
      const value = parameter.value(At.callValue) ?? parameter.value(At.gnuCallSiteValue);
      if (where?.kind !== 'block' || value?.kind !== 'block' || !sameBytes(where.bytes, expression)) continue;
      const callerContext: ReadingContext = {
        readMemory: (address, length) => context.readMemory(address, length),
        register: (n) => caller.register(n),
        codeAddress: caller.codeAddress,
      };
      return evaluateNumber(value.bytes, this.place(parameter, callerContext, depth + 1));
    }
    return undefined;
  }

  private callSite(scope: Scope, returnAddress: number): Entry | undefined {
    for (const inside of scope.path(returnAddress - 1).reverse()) {
      const site = inside.callSites.find(
        (s) => (s.address(At.callReturnPc) ?? s.address(At.lowPc)) === returnAddress,
      );
      if (site) return site;
    }
    return undefined;
  }
}

/** A context that reads a frame found by the unwinder. */
export function frameContext(
  frame: Frame,
  readMemory: (address: bigint, length: number) => Uint8Array | undefined,
): ReadingContext {
  return { readMemory, register: (n) => frame.register(n), codeAddress: frame.codeAddress };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
