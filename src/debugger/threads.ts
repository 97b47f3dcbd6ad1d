/**
 * One thread a level. Exactly one runs; the others stand where they will go on. The name says level, mode and place, the state
 * says why.
 */
import { LEVELS, type Level } from '../machine/level-state';
import type { Machine } from '../machine/machine';
import { linearRip, modeText } from './code-mode';
import type { Programs } from './programs';
import type { Ground } from './stepping/ground';

export interface LevelThread {
  readonly id: number;
  readonly level: Level;
  readonly name: string;
}

/** The DAP thread of a level: L0 is 1, L1 is 2, L2 is 3. */
export function threadId(level: Level): number {
  return LEVELS.indexOf(level) + 1;
}

export function levelOfThread(id: number): Level | undefined {
  return LEVELS[id - 1];
}

/** The levels there are now, outermost first. */
export function threads(machine: Machine, programs: Programs, ground: Ground): LevelThread[] {
  const { guestLevels } = machine.driver;
  const exist = LEVELS.filter((level) =>
    guestLevels.includes(level) ? machine.driver.registers(level) !== undefined : level === 'L0',
  );
  return exist.map((level) => ({
    id: threadId(level),
    level,
    name: [level, ...aspects(machine, programs, ground, level)].join(' · '),
  }));
}

function aspects(machine: Machine, programs: Programs, ground: Ground, level: Level): string[] {
  if (!machine.driver.guestLevels.includes(level)) return ['KVM-like hypervisor', l0Doing(machine)];
  const registers = machine.driver.registers(level)!;
  const place = where(programs, machine, level, linearRip(registers));
  const root = machine.config.topology === 'bare' && level === 'L0' ? ['VMX root'] : [];
  const waits = ground.guest === level && !machine.l0?.stopped ? [] : ['waits'];
  return [...root, modeText(registers), ...waits, place];
}

/** What the built-in L0 does, when it is not being stepped. */
export function l0Doing(machine: Machine): string {
  if (machine.l0?.stopped) return `in ${machine.l0.frames.at(-1)?.name ?? 'its run loop'}`;
  const guest = machine.driver.currentLevel();
  return machine.cpu.inNonRoot
    ? `vcpu run loop: waits for the next exit of ${guest}`
    : `about to enter ${guest}`;
}

/** Where an instruction stands: its source line, else its symbol, else its address. */
export function placeText(machine: Machine, programs: Programs, level: Level, address: bigint): string {
  const symbols = programs.at(machine, level, address)?.symbols;
  const location = symbols?.locate(address);
  if (location) return `${location.file.split('/').at(-1)}:${location.line}`;
  const symbol = symbols?.symbolAt(address);
  const hex = `0x${address.toString(16)}`;
  if (!symbol) return hex;
  return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
}

function where(programs: Programs, machine: Machine, level: Level, address: bigint): string {
  const symbols = programs.at(machine, level, address)?.symbols;
  const name = symbols?.functionAt(address)[0]?.name ?? symbols?.symbolAt(address)?.name;
  return name === undefined ? `at 0x${address.toString(16)}` : `in ${name}`;
}
