/**
 * Translations without side effects, for whoever looks at memory from outside: the chip's own walks (cpu.walk, cpu.walkEpt) asked as
 * a debugger asks them. No rights are checked and no accessed or dirty bit is set: a debugger may see every mapped byte.
 */
import { Access } from '../abi/walk-space';
import type { Cpu } from '../cpu/cpu';
import type { PagingRegisters, WalkedSpace } from '../cpu/walk-space';
import type { EntryVisitor } from './topology-driver';

const LOOK = Access.READ | Access.SYSTEM | Access.PROBE;

/** Physical address of the space behind a linear one, before its EPT; undefined when not mapped. */
export function walkLinear(
  cpu: Cpu,
  space: WalkedSpace,
  registers: PagingRegisters,
  linear: bigint,
  visit?: EntryVisitor,
): bigint | undefined {
  const walk = cpu.walk(space, registers, linear, LOOK);
  if (visit) tell(cpu, visit);
  return walk.kind === 'mapped' ? walk.physical : undefined;
}

/** Host-physical address behind a physical one of the space; undefined when it leads nowhere. */
export function walkToHost(
  cpu: Cpu,
  space: WalkedSpace,
  physical: bigint,
  visit?: EntryVisitor,
): bigint | undefined {
  const walk = cpu.walkEpt(space, physical);
  if (visit) tell(cpu, visit);
  return walk.kind === 'mapped' ? walk.host : undefined;
}

function tell(cpu: Cpu, visit: EntryVisitor): void {
  for (const { host } of cpu.walkedEntries) if (host !== undefined) visit(host);
}
