/**
 * One thread a strand. Exactly one runs; the others stand where they will go on. The name says level, mode and place, the state
 * says why.
 */
import { depthOf, strandNamed, type StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import { linearRip, modeText } from './code-mode';
import type { Programs } from './programs';
import type { Ground } from './stepping/ground';

export interface LevelThread {
  readonly id: number;
  readonly level: StrandName;
  readonly name: string;
}

/** Numbers of DAP threads that each CPU has: those of CPU 0 are 1, 2, 3; those of CPU 1 are 101, 102, 103. */
const IDS_PER_CPU = 100;

/** The DAP thread of a strand: L0 of CPU 0 is 1, L1 is 2, L2 is 3. */
export function threadId(strand: StrandName): number {
  const { vcpu, depth } = strandNamed(strand);
  return vcpu * IDS_PER_CPU + depth + 1;
}

/** The strand of a thread's number, whether there is one or not. */
export function strandOfThread({ strands }: Machine['driver'], id: number): StrandName | undefined {
  return strands.find(({ name }) => threadId(name) === id)?.name;
}

/** The strands there are now, by CPU, outermost first. */
export function threads(machine: Machine, programs: Programs, ground: Ground): LevelThread[] {
  const { driver } = machine;
  const exist = driver.strands.filter(
    ({ name, depth }) => depth < driver.outermost || driver.registers(name) !== undefined,
  );
  return exist.map(({ name: level }) => ({
    id: threadId(level),
    level,
    name: [level, ...aspects(machine, programs, ground, level)].join(' · '),
  }));
}

function aspects(machine: Machine, programs: Programs, ground: Ground, level: StrandName): string[] {
  if (depthOf(level) < machine.driver.outermost) return ['KVM-like hypervisor', l0Doing(machine, level)];
  const registers = machine.driver.registers(level)!;
  const place = where(programs, machine, level, linearRip(registers));
  const root = depthOf(level) === 0 ? ['VMX root'] : [];
  const waits = ground.guest === level && !machine.l0?.stopped ? [] : ['waits'];
  return [...root, modeText(registers), ...waits, place];
}

/** What the built-in L0 does, when it is not being stepped. */
export function l0Doing({ driver, l0 }: Machine, strand: StrandName): string {
  if (l0?.stopped && driver.currentStrand() === strand)
    return `in ${l0.frames.at(-1)?.name ?? 'its run loop'}`;
  const guest = driver.standsIn(strandNamed(strand).vcpu);
  return driver.cpuOf(strand).inNonRoot
    ? `vcpu run loop: waits for the next exit of ${guest}`
    : `about to enter ${guest}`;
}

/** Where an instruction stands: its source line, else its symbol, else its address. */
export function placeText(machine: Machine, programs: Programs, level: StrandName, address: bigint): string {
  const symbols = programs.at(machine, level, address)?.symbols;
  const location = symbols?.locate(address);
  if (location) return `${location.file.split('/').at(-1)}:${location.line}`;
  const symbol = symbols?.symbolAt(address);
  const hex = `0x${address.toString(16)}`;
  if (!symbol) return hex;
  return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
}

function where(programs: Programs, machine: Machine, level: StrandName, address: bigint): string {
  const symbols = programs.at(machine, level, address)?.symbols;
  const name = symbols?.functionAt(address)[0]?.name ?? symbols?.symbolAt(address)?.name;
  return name === undefined ? `at 0x${address.toString(16)}` : `in ${name}`;
}
