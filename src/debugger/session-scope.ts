/**
 * What expressions see at a stop: variables of a frame, registers of its level, VMCS fields, memory, and what a record tells.
 */
import { vmcsField, type FieldName } from '../isa/vmcs-fields';
import type { StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import { msrPlace } from '../machine/msr-places';
import type { AddressSpace } from '../machine/topology-driver';
import type { MachineRecord } from '../machine/machine-record';
import type { WritingContext } from '../symbols/frame';
import type { Value } from '../symbols/values';
import { linearRip } from './code-mode';
import { constants, recordNames } from './exception-filters';
import type { Cell, ExpressionScope, ProgramType } from './expression/scope';
import { ExpressionError } from './expression/tokens';
import { frameContext, type GuestFrame, type StackFrame } from './frames';
import { linear, readExactly, readInteger, writeMemory } from './level-memory';
import { changeRegister, partOfRegister, readRegister, registerBits, wordTarget } from './level-registers';
import type { LoadedProgram, Programs } from './programs';
import { registerName } from '../symbols/registers';

export interface ScopeOptions {
  readonly machine: Machine;
  readonly programs: Programs;
  readonly level: StrandName;
  /** Variables and preserved registers of this frame; without it the level's innermost place. */
  readonly frame?: StackFrame | undefined;
  readonly record?: MachineRecord | undefined;
  /** More words a condition can use. */
  readonly names?: ReadonlyMap<string, bigint | string> | undefined;
  /** The level whose VMCS the name `vmcs` means. */
  readonly vmcsOf: StrandName;
}

/** Whichever VMCS the level works on: the same expression is right in every frame and topology. */
const CURRENT_VMCS = 'vmcs';
const VMCS_NAMES = [CURRENT_VMCS, 'vmcs12', 'vmcs02', 'vmcs01'];

export function expressionScope(options: ScopeOptions): ExpressionScope {
  const { machine, level } = options;
  const space = linear(level);
  const frame = lazy(() => guestFrame(options));
  const context = lazy(() => {
    const guest = frame();
    return guest && writingContext(machine, level, guest);
  });
  const findHere = (name: string, global: boolean) => {
    const guest = frame();
    return guest && findVariable(guest, name, global);
  };
  const names = options.names ?? (options.record && recordNames(options.record));
  return {
    space,
    variable: (name, global) => {
      const reading = context();
      const found = reading && findHere(name, global);
      const here = () => found && frame()!.program!.symbols.readVariable(found, reading);
      if (!reading || !global || (found && !found.isDeclaration)) return here();
      const elsewhere = globalElsewhere(options, name, reading) ?? here();
      return elsewhere ?? (name === 'current' ? currentTask(options, reading) : undefined);
    },
    register: (name) => registerCell(machine, level, frame(), name),
    symbol: (name) => {
      for (const program of options.programs.ofLevel(level)) {
        const found = program.symbols.lookupSymbol(name)[0];
        if (found) return found.address;
      }
      return undefined;
    },
    constant: (name) => {
      if (VMCS_NAMES.includes(name)) throw new ExpressionError(`Write a field of it: ${name}.GUEST_RIP.`);
      const told = names?.get(name);
      // Text that is the name of a constant compares as that: reasons are numbers, levels are names.
      if (typeof told === 'string' && typeof constants.get(told) === 'bigint') return constants.get(told);
      if (name === 'level' && told === undefined) return level;
      return told ?? constants.get(name) ?? enumerator(options, name);
    },
    type: (name) => programType(options, name),
    field: (vmcs, name) => {
      // Hypervisors have variables of this name; their members are not fields.
      const variables = vmcs === CURRENT_VMCS && !Object.hasOwn(vmcsField, name);
      if (variables && (findHere(vmcs, false) ?? findHere(vmcs, true))) return undefined;
      return fieldCell(machine, options.vmcsOf, vmcs, name);
    },
    read: (where, address, bytes) => readInteger(machine, where, address, bytes),
    write: (where, address, bytes, value) =>
      writeMemory(machine, where, address, littleEndian(value, bytes)) === bytes,
    writeVariable: (value: Value, text: string) => {
      const guest = frame();
      const writing = context();
      if (!guest?.program || !writing) return 'There is no frame to change a variable in.';
      return guest.program.symbols.writeVariable(value, text, writing);
    },
  };
}

/** A global variable that another program of the level defines: a kernel's, seen from its module. */
function globalElsewhere(
  { programs, level }: ScopeOptions,
  name: string,
  context: WritingContext,
): Value | undefined {
  for (const { symbols } of programs.ofLevel(level)) {
    const found = symbols.lookupVariable(name);
    if (found && !found.isDeclaration) return symbols.readVariable(found, context);
  }
  return undefined;
}

/** The task that runs, as the macro `current` of Linux: a per-CPU variable, since 6.2 a member of one. */
function currentTask(options: ScopeOptions, context: WritingContext): Value | undefined {
  return (
    globalElsewhere(options, 'current_task', context) ??
    globalElsewhere(options, 'pcpu_hot', context)?.child('current_task')
  );
}

/** An enumerator of the level's programs; of a qualified name the last part is one too. */
function enumerator({ programs, level }: ScopeOptions, name: string): bigint | undefined {
  for (const { symbols } of programs.ofLevel(level)) {
    const found = symbols.lookupEnumerator(name) ?? symbols.lookupEnumerator(name.split('::').at(-1)!);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A type of the level's programs, with objects in any space. */
function programType({ machine, programs, level }: ScopeOptions, name: string): ProgramType | undefined {
  for (const { symbols } of programs.ofLevel(level)) {
    const type = symbols.lookupType(name);
    if (!type) continue;
    const context = (space: AddressSpace) => ({
      readMemory: (address: bigint, length: number) => readExactly(machine, space, address, length),
      register: () => undefined,
    });
    const { bytes, scalar } = type;
    return {
      name,
      bytes,
      ...(scalar && { scalar }),
      at: (space, address) => symbols.valueAt(type, address, context(space)),
    };
  }
  return undefined;
}

/** Locals first; `global` asks for the others. */
function findVariable({ program, frame, inlineLevel }: GuestFrame, name: string, global: boolean) {
  if (!program) return undefined;
  if (global) return program.symbols.lookupVariable(name, frame.codeAddress);
  const visible = program.symbols.scopesAt(frame.codeAddress)[inlineLevel];
  return (
    visible?.locals.find((variable) => variable.name === name) ??
    visible?.parameters.find((variable) => variable.name === name)
  );
}

/** The chosen frame, or the place where the level stands. */
function guestFrame({ machine, programs, level, frame }: ScopeOptions): GuestFrame | undefined {
  if (frame) return frame.guest;
  const registers = machine.driver.registers(level);
  if (!registers) return undefined;
  const pc = linearRip(registers);
  const program: LoadedProgram | undefined = programs.at(machine, level, pc) ?? programs.ofLevel(level)[0];
  if (!program) return undefined;
  const { symbols } = program;
  const innermost = symbols.innermostFrame((number) =>
    readRegister(registers, registerName(symbols.architecture, number) ?? ''),
  );
  return { frame: { ...innermost, pc, codeAddress: pc }, program, inlineLevel: 0, depth: 0 };
}

/** Reads and writes variables of a frame. */
export function writingContext(machine: Machine, level: StrandName, guest: GuestFrame): WritingContext {
  return frameContext(machine, level, guest, {
    memory: (address, bytes) => writeMemory(machine, linear(level), address, bytes) === bytes.length,
    register: (name, value) => changeRegister(machine, level, name, value) === undefined,
  });
}

function registerCell(
  machine: Machine,
  level: StrandName,
  guest: GuestFrame | undefined,
  written: string,
): Cell | undefined {
  const msr = msrCell(machine, level, written);
  if (msr) return msr;
  const name = written.toLowerCase();
  const bits = registerBits(name);
  if (bits === undefined) return undefined;
  const registers = machine.driver.registers(level);
  const value = outerRegister(guest, name) ?? (registers && readRegister(registers, name));
  const write = (changed: bigint) =>
    guest && guest.depth > 0
      ? `${name} belongs to the innermost frame: select that one to change it.`
      : changeRegister(machine, level, name, changed);
  const watch = wordTarget(level, name);
  if (value !== undefined) return { value, bits, write, watch };
  const unknown = registers
    ? `${name} of ${level} is kept by its software while it waits.`
    : `${level} has no registers now: it has not run yet.`;
  return { value, bits, unknown, write, watch };
}

/** An MSR, while the chip holds it for the level. */
function msrCell(machine: Machine, level: StrandName, written: string): Cell | undefined {
  const place = msrPlace(written);
  if (place === undefined) return undefined;
  const watch = wordTarget(level, written);
  if (machine.driver.registerHome(level)?.kind !== 'chip') {
    const unknown = `${written} of ${level} is not in the processor while the level waits.`;
    return { value: undefined, bits: 64, unknown, watch };
  }
  const cpu = machine.driver.cpuOf(level);
  const write = (value: bigint) => {
    machine.mayChange();
    machine.edited = true;
    cpu.set64(place, BigInt.asUintN(64, value));
    cpu.stateReplaced();
    return undefined;
  };
  return { value: cpu.get64(place), bits: 64, write, watch };
}

/** In a caller's frame a preserved register has the value it will have there. */
function outerRegister(guest: GuestFrame | undefined, name: string): bigint | undefined {
  if (!guest?.program || guest.depth === 0) return undefined;
  const { architecture } = guest.program.symbols;
  for (let number = 0; number < 17; number++) {
    const whole = guest.frame.register(number);
    const part =
      whole === undefined ? undefined : partOfRegister(registerName(architecture, number), whole, name);
    if (part !== undefined) return part;
  }
  return undefined;
}

function fieldCell(machine: Machine, level: StrandName, written: string, name: string): Cell | undefined {
  if (!VMCS_NAMES.includes(written)) return undefined;
  const vmcs = written === CURRENT_VMCS ? machine.driver.currentVmcs(level) : written;
  if (vmcs === undefined) throw new ExpressionError(withoutVmcs(machine, level));
  const view = machine.driver.vmcss(level).find((candidate) => candidate.name === vmcs);
  if (!view) throw new ExpressionError(`There is no ${vmcs} now.`);
  if (!Object.hasOwn(vmcsField, name)) {
    const written = name.toUpperCase();
    const near = Object.hasOwn(vmcsField, written) ? `: write ${written}` : '';
    throw new ExpressionError(`"${name}" is not a VMCS field${near}.`);
  }
  const field = name as FieldName;
  if (!view.has(field)) throw new ExpressionError(`${vmcs} has no field ${name}.`);
  const { width } = vmcsField[field];
  const write = (value: bigint) => {
    if (!view.write) return `${vmcs} belongs to L0: change vmcs12 instead.`;
    machine.mayChange();
    machine.edited = true;
    view.write(field, value);
    return undefined;
  };
  const watch = { kind: 'field', vmcs: view.name, field } as const;
  return { value: view.read(field), bits: width === 'natural' ? 64 : width, write, watch };
}

/** Why a level has no current VMCS. */
function withoutVmcs(machine: Machine, level: StrandName): string {
  const parent = machine.driver.parentOf(level);
  if (!parent) return `${level} has no current VMCS now: it makes one current with VMPTRLD.`;
  return `${level} is a guest, it has no VMCS of its own: select a frame of ${parent} for the VMCS that runs it.`;
}

function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Number((value >> BigInt(index * 8)) & 0xffn));
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
