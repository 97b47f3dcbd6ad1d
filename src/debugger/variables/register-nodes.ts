/**
 * Registers of a level as lines, decoded by the formats of isa: general registers, flags, segments, control registers,
 * descriptor tables, and the MSRs the chip holds for the level that runs.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { keptMsrs, type KeptMsrName } from '../../isa/msr-access';
import { msr } from '../../isa/msrs';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { LevelRegisters } from '../../machine/level-state';
import type { StrandName } from '../../machine/strand';
import { SEGMENT_NAMES } from '../../machine/level-state';
import type { Machine } from '../../machine/machine';
import { msrPlaces } from '../../machine/msr-places';
import { hex, wordRows, wordSummary } from '../../decode/word';
import { registerNumber } from '../../symbols/registers';
import type { GuestFrame } from '../frames';
import { evaluate, numberOf } from '../expression/evaluator';
import type { ExpressionScope } from '../expression/scope';
import { linear } from '../level-memory';
import { changeRegister, GENERAL_NAMES, readRegister, wordTarget } from '../level-registers';
import { memoryReference } from '../memory-reference';
import { groupNode, hexNode, rowNode, type VariableNode } from './node';
import { vectorNodes } from './vector-nodes';

/** Changes a register to the value of an expression. Answers undefined when done, otherwise a sentence. */
export type SetRegister = (name: string, text: string) => string | undefined;

/** Named bits of an MSR; none when it is one number. */
function msrRanges(name: KeptMsrName): readonly BitRange[] {
  const { format, ranges } = msr[name];
  return format ? registerFormats[format].ranges : (ranges ?? []);
}

/** Setting by expression, as the Variables view does it. */
export function registerSetter(machine: Machine, level: StrandName, scope: ExpressionScope): SetRegister {
  return (name, text) => {
    const evaluation = evaluate(text, scope, false);
    if ('error' in evaluation) return evaluation.error;
    const value = numberOf(evaluation.result);
    if (value === undefined) return `"${text}" is not a number.`;
    return changeRegister(machine, level, name, BigInt.asUintN(64, value));
  };
}

/**
 * The general registers as a caller will have them when its callee returns: what the callee preserved, and where the caller
 * goes on.
 */
export function callerRegisters(registers: LevelRegisters, { frame, program }: GuestFrame): LevelRegisters {
  const architecture = program?.symbols.architecture ?? 'x86-64';
  const gprs = GENERAL_NAMES.map((name) => {
    const number = registerNumber(architecture, name) ?? registerNumber(architecture, `e${name.slice(1)}`);
    return number === undefined ? undefined : frame.register(number);
  });
  return { ...registers, gprs, rip: frame.pc };
}

/** The groups of the Registers scope. */
export function registerNodes(
  machine: Machine,
  level: StrandName,
  registers: LevelRegisters,
  set: SetRegister,
): VariableNode[] {
  const general = [...GENERAL_NAMES, 'rip'].map((name) => generalNode(level, registers, name, set));
  const groups = [
    { ...groupNode('General', `RIP ${hex(registers.rip)}`, general) },
    wordNode('rflags', 'Flags', registers.rflags, set),
    groupNode('Segments', `CS ${hex(registers.segments.cs.selector)}`, segmentNodes(registers, set)),
    groupNode('Control', controlSummary(registers), controlNodes(registers, set)),
    groupNode('Descriptor tables', '', tableNodes(level, registers)),
  ];
  const live = machine.driver.registerHome(level)?.kind === 'chip';
  if (live) {
    groups.push(...vectorNodes(machine.driver.cpuOf(level)));
    groups.push(groupNode('MSRs', 'as the processor holds them', msrNodes(machine, level)));
  }
  groups.push({ name: 'source', value: registers.source });
  return groups;
}

function generalNode(
  level: StrandName,
  registers: LevelRegisters,
  name: string,
  set: SetRegister,
): VariableNode {
  const value = readRegister(registers, name);
  return {
    name,
    value: value === undefined ? '<not known here>' : hex(value, 64),
    evaluateName: `$${name}`,
    watch: wordTarget(level, name),
    ...(name === 'rip' && value !== undefined && { code: { level, address: value } }),
    memoryReference: value === undefined ? undefined : memoryReference(linear(level), value),
    set: (text) => set(name, text),
  };
}

/** A register with named bits. */
function wordNode(format: RegisterFormat, name: string, value: bigint, set: SetRegister): VariableNode {
  const { ranges } = registerFormats[format];
  const rows = wordRows(format, value, ranges).map(rowNode);
  return {
    ...groupNode(name, `${hex(value)}  ${wordSummary(value, ranges)}`, rows),
    evaluateName: `$${format}`,
    set: (text) => set(format, text),
  };
}

function segmentNodes(registers: LevelRegisters, set: SetRegister): VariableNode[] {
  return SEGMENT_NAMES.map((name) => {
    const { selector, base, limit, access } = registers.segments[name];
    const { ranges } = registerFormats['access-rights'];
    const rights = BigInt(access);
    const children = [
      { ...hexNode('selector', BigInt(selector), 16), set: (text: string) => set(name, text) },
      hexNode('base', base),
      hexNode('limit', BigInt(limit), 32),
      groupNode(
        'access rights',
        `${hex(rights)}  ${wordSummary(rights, ranges)}`,
        wordRows(name, rights, ranges).map(rowNode),
      ),
    ];
    return {
      ...groupNode(name, `${hex(selector)}  base ${hex(base)}, limit ${hex(limit)}`, children),
      evaluateName: `$${name}`,
    };
  });
}

function controlSummary(registers: LevelRegisters): string {
  return wordSummary(registers.cr0, registerFormats.cr0.ranges);
}

function controlNodes(registers: LevelRegisters, set: SetRegister): VariableNode[] {
  const cr2: VariableNode =
    registers.cr2 === undefined
      ? { name: 'cr2', value: '<not kept while the level waits>' }
      : { ...hexNode('cr2', registers.cr2), evaluateName: '$cr2', set: (text) => set('cr2', text) };
  return [
    wordNode('cr0', 'cr0', registers.cr0, set),
    cr2,
    wordNode('cr3', 'cr3', registers.cr3, set),
    wordNode('cr4', 'cr4', registers.cr4, set),
    wordNode('efer', 'efer', registers.efer, set),
  ];
}

function tableNodes(level: StrandName, registers: LevelRegisters): VariableNode[] {
  return (['gdtr', 'idtr'] as const).map((name) => {
    const { base, limit } = registers[name];
    return {
      name,
      value: `base ${hex(base)}, limit ${hex(limit)}`,
      evaluateName: `$${name}`,
      memoryReference: memoryReference(linear(level), base),
    };
  });
}

function msrNodes(machine: Machine, level: StrandName): VariableNode[] {
  return keptMsrs.map((name) => {
    const value = machine.driver.cpuOf(level).get64(msrPlaces[name]);
    const ranges = msrRanges(name);
    const watched = { evaluateName: `$${name}`, watch: wordTarget(level, name) };
    if (ranges.length === 0) return { ...hexNode(name, value), ...watched };
    const rows = wordRows(name, value, ranges).map(rowNode);
    return { ...groupNode(name, hex(value, 64), rows), ...watched };
  });
}
