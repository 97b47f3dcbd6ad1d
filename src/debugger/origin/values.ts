/** The things whose origin is asked for, where the machine stands: their names, their values, and the memory operands of instructions. */
import { vmcsFieldByEncoding, type FieldName } from '../../isa/vmcs-fields';
import { hex } from '../../decode/word';
import type { Machine } from '../../machine/machine';
import type { StrandName } from '../../machine/strand';
import type { WatchTarget } from '../../machine/watch-request';
import { targetName } from '../breakpoints/data-breakpoint';
import { linear, readInteger } from '../level-memory';
import { readRegister } from '../level-registers';
import { codeBits } from '../code-mode';
import type { MemoryOperand } from './operands';

const WORD = 8;
/** Segments whose base counts in 64-bit mode, too. */
const BASED = ['fs', 'gs'];

/** "vmcs12.EPT_POINTER = 0x5e000"; without a value where there is none. */
export function shown(machine: Machine, target: WatchTarget): string {
  const name = targetName(target);
  const value = valueOf(machine, target);
  return value === undefined ? name : `${name} = ${hex(value)}`;
}

export function valueOf(machine: Machine, target: WatchTarget): bigint | undefined {
  switch (target.kind) {
    case 'memory':
      return readInteger(machine, target.space, target.address, Math.min(target.bytes, WORD));
    case 'field': {
      const vmcs = machine.driver.vmcss().find(({ name }) => name === target.vmcs);
      return vmcs?.read(target.field);
    }
    case 'word': {
      const registers = machine.driver.registers(target.level);
      return registers && readRegister(registers, target.name);
    }
  }
}

/** Where a memory operand of the instruction at hand leads. */
export function memoryTarget(
  machine: Machine,
  level: StrandName,
  { segment, base, index, scale, displacement, bytes }: MemoryOperand,
): WatchTarget | undefined {
  const registers = machine.driver.registers(level);
  if (!registers) return undefined;
  const value = (name: string | undefined) => (name === undefined ? 0n : readRegister(registers, name));
  const [at, by] = [value(base), value(index)];
  if (at === undefined || by === undefined) return undefined;
  const long = codeBits(registers) === 64;
  const start = long && !BASED.includes(segment) ? 0n : (value(`${segment}.base`) ?? 0n);
  const address = BigInt.asUintN(long ? 64 : 32, start + at + by * scale + displacement);
  return { kind: 'memory', space: linear(level), address, bytes: bytes || WORD };
}

/** The field that an encoding names, in the VMCS that a level's VMREAD and VMWRITE work on. */
export function fieldTarget(machine: Machine, level: StrandName, encoding: bigint): WatchTarget | undefined {
  const vmcs = machine.driver.currentVmcs(level);
  const row = vmcsFieldByEncoding.get(Number(encoding & ~1n));
  return vmcs && row && field(vmcs, row.name);
}

export function field(vmcs: (WatchTarget & { kind: 'field' })['vmcs'], name: FieldName): WatchTarget {
  return { kind: 'field', vmcs, field: name };
}
