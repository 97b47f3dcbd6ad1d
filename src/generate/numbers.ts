// Numbered rows for the core: exit reasons, VM-instruction errors, entry checks, exceptions, reasons of faults and MSRs.

import { apicRegisters, type ApicVirtualization } from '../isa/apic-registers';
import { entryChecks } from '../isa/entry-checks';
import { exceptions } from '../isa/exceptions';
import { exitReasonFlags, exitReasons } from '../isa/exit-reasons';
import { faultReasons } from '../isa/fault-reasons';
import { activityStates, eventTypes } from '../isa/interruption-formats';
import { msrs } from '../isa/msrs';
import { vmInstructionErrors, vmxAborts } from '../isa/vm-instruction-errors';
import { constants, constEnum, header, pascalCase } from './assembly-script';
import { bitMasks } from './bit-masks';

type Numbered = { readonly name: string; readonly number: number };

const numbered = (rows: readonly Numbered[]): [string, number][] => rows.map((row) => [row.name, row.number]);

export function exitReasonNumbers(): string {
  const flags = exitReasonFlags.map((flag): [string, bigint] => [flag.name, 1n << BigInt(flag.bit)]);
  return [
    header('Basic exit reasons, and the flags above them in the exit-reason word.'),
    constEnum('Exit', numbered(exitReasons)),
    constants('ExitFlag', 'u32', flags),
  ].join('\n');
}

export function vmErrorNumbers(): string {
  return [
    header('VM-instruction errors and VMX-abort indicators.'),
    constEnum('VmError', numbered(vmInstructionErrors)),
    constEnum('VmxAbort', numbered(vmxAborts)),
  ].join('\n');
}

export function checkIndexes(): string {
  return [
    header('VM-entry checks: the place of each row of isa/entry-checks.'),
    constEnum(
      'Check',
      entryChecks.map((check, row): [string, number] => [check.id, row]),
    ),
    `/** Number of checks. */\nexport const CHECK_COUNT: i32 = ${entryChecks.length};\n`,
  ].join('\n');
}

export function exceptionVectors(): string {
  const mask = (wanted: readonly { vector: number }[]): bigint =>
    wanted.reduce((bits, { vector }) => bits | (1n << BigInt(vector)), 0n);
  return [
    header('Exception vectors, event types and activity states.'),
    constEnum(
      'Vector',
      exceptions.map((row): [string, number] => [row.name, row.vector]),
    ),
    // Sets of vectors, bit by vector: the core tests `(1 << vector) & set`.
    constants('VectorSet', 'u32', [
      ['ERROR_CODE', mask(exceptions.filter((row) => row.errorCode))],
      ['CONTRIBUTORY', mask(exceptions.filter((row) => row.class === 'contributory'))],
      ['PAGE_FAULT_CLASS', mask(exceptions.filter((row) => row.class === 'page-fault'))],
    ]),
    constEnum('EventType', numbered(eventTypes)),
    constEnum('Activity', numbered(activityStates)),
  ].join('\n');
}

export function faultReasonNumbers(): string {
  return [
    header('Why an instruction or a delivery faults: the place of each row of isa/fault-reasons, from 1.'),
    constEnum('Reason', [
      ['NONE', 0],
      ...faultReasons.map((row, index): [string, number] => [row.id, index + 1]),
    ]),
  ].join('\n');
}

export function msrNumbers(): string {
  const withBits = msrs.flatMap((row) =>
    row.ranges && !row.name.startsWith('IA32_MTRR_PHYS')
      ? [bitMasks(pascalCase(row.name), 'u64', row.ranges)]
      : [],
  );
  return [
    header('MSR numbers, and the bits of those that have named bits.'),
    constants(
      'Msr',
      'u32',
      msrs.map((row): [string, bigint] => [row.name, BigInt(row.number)]),
    ),
    ...withBits,
  ].join('\n');
}

/** Registers of a virtual-APIC page, and for each control the set it answers for: bit n is the register at offset 16 n. */
export function apicRegisterNumbers(): string {
  const set = (access: 'read' | 'write', ...by: ApicVirtualization[]): bigint =>
    apicRegisters
      .filter((row) => by.includes(row[access]))
      .reduce((bits, { offset }) => bits | (1n << BigInt(offset >> 4)), 0n);
  return [
    header('Registers of a virtual-APIC page, and which accesses of a guest are virtualized.'),
    constants(
      'ApicRegister',
      'u32',
      apicRegisters.map(({ name, offset }): [string, bigint] => [name, BigInt(offset)]),
    ),
    constants('VirtualizedApic', 'u64', [
      ['READ', set('read', 'TPR')],
      ['READ_REGISTERS', set('read', 'TPR', 'DELIVERY', 'REGISTERS')],
      ['WRITE', set('write', 'TPR')],
      ['WRITE_DELIVERY', set('write', 'TPR', 'DELIVERY')],
      ['WRITE_REGISTERS', set('write', 'TPR', 'DELIVERY', 'REGISTERS')],
    ]),
  ].join('\n');
}
