/**
 * The instructions a CPU executed last before a moment, whichever level they are of: the run is taken up before it and repeated one
 * instruction at a time.
 */
import { codeBits } from '../code-mode';
import { linear, readMemory } from '../level-memory';
import type { History } from '../../machine/history';
import { isBefore, START, type Moment } from '../../machine/moment';
import type { StrandName } from '../../machine/strand';
import type { Ground } from '../stepping/ground';
import { operandsOf, type Operands } from './operands';

const LONGEST = 15;

interface Instruction {
  /** Linear. */
  readonly rip: bigint;
  readonly operands: Operands;
}

export interface Executed extends Instruction {
  /** At which it was about to be executed. */
  readonly moment: Moment;
  readonly level: StrandName;
}

export class Recent {
  constructor(
    private readonly history: History,
    private readonly ground: Ground,
  ) {}

  /** Those of the last so many instructions that are this CPU's, the oldest first. The machine stands somewhere afterwards. */
  before(until: Moment, width: bigint, vcpu: number): Executed[] {
    const { history, ground } = this;
    const { machine } = ground;
    const found: Executed[] = [];
    const known = new Map<string, Instruction>();
    history.goTo({ ...START, retired: until.retired > width ? until.retired - width : 0n });
    for (let now = machine.now(); isBefore(now, until); now = machine.now()) {
      const here = this.here(now, vcpu, known);
      const last = found.at(-1);
      // An instruction that exits or faults and is tried again is one instruction.
      const again = here && last && here.rip === last.rip && here.moment.retired === last.moment.retired;
      if (here && !again) found.push(here);
      const next = { ...now, transitions: now.transitions + 1n, calls: 0, statement: 0 };
      history.run(1n, isBefore(next, until) ? next : until);
      if (!isBefore(now, machine.now())) break;
    }
    return found;
  }

  private here(moment: Moment, vcpu: number, known: Map<string, Instruction>): Executed | undefined {
    const { machine, guest: level } = this.ground;
    const runs = machine.l0 === undefined || (machine.cpu.inNonRoot && !machine.l0.stopped);
    if (!runs || machine.cpu.number !== vcpu) return undefined;
    const key = `${level} ${machine.cpu.rip}`;
    const instruction = known.get(key) ?? this.instruction(level);
    if (!instruction) return undefined;
    known.set(key, instruction);
    return { moment, level, ...instruction };
  }

  private instruction(level: StrandName): Instruction | undefined {
    const { machine } = this.ground;
    const registers = machine.driver.registers(level);
    const place = this.ground.place(level);
    if (!registers || !place) return undefined;
    const bits = codeBits(registers);
    const bytes = readMemory(machine, linear(level), place.rip, LONGEST);
    return { rip: place.rip, operands: operandsOf(bytes, bits, place.rip) };
  }
}
