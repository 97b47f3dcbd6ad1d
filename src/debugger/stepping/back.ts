/**
 * Backwards through a run: to the previous stop, line, instruction or statement of L0, whichever level ran then. The way back is to
 * take the run up before and look what it passes on the way here.
 */
import type { History } from '../../machine/history';
import { isBefore, START, type Moment } from '../../machine/moment';
import { isFinal } from '../../machine/machine-stop';
import { depthOf, type StrandName } from '../../machine/strand';
import type { RunControl, StoppedEvent, StopReason } from '../run-control';
import type { Ground } from './ground';
import { LineBack } from './line-back';
import { CONTINUE, type Motion } from './motion';
import { Search } from './search';

/** Instructions to look back over, one by one, for the one that ran last: the more, the rarer the level runs. */
const WINDOWS = [1n, 64n, 4096n];
/** Instructions to look back over for a statement of L0. */
const WIDER = [1n << 18n, 1n << 24n, 1n << 62n];

export class Backward {
  constructor(
    private readonly history: History,
    private readonly ground: Ground,
    private readonly control: RunControl,
  ) {}

  /** To the previous stop, or the start. Undefined: the user paused, and the machine stands where it stood. */
  async toPreviousStop(): Promise<StoppedEvent | undefined> {
    return this.toVisit(CONTINUE);
  }

  /** As `toPreviousStop`, where only writes to some pages of RAM can stop. */
  async toPreviousWrite(pages: readonly number[]): Promise<StoppedEvent | undefined> {
    return this.toVisit(CONTINUE, (from) => this.history.mayWrite(pages, from));
  }

  /** One line, instruction or statement back; the level is the one the user looks at. */
  async step(level: StrandName, byInstruction: boolean): Promise<StoppedEvent | undefined> {
    const { l0, driver } = this.ground.machine;
    if (l0?.stopped && driver.currentStrand() === level) return this.statement();
    if (l0 && depthOf(level) < driver.outermost) return this.intoL0();
    const line = byInstruction ? undefined : LineBack.from(this.ground, level);
    return line ? this.toVisit(line) : this.instruction(level);
  }

  /** To the last stop of a motion; undefined when there is none, and the machine stands where it stood. */
  async toLast(motion: Motion, reason: StopReason): Promise<StoppedEvent | undefined> {
    const from = this.ground.machine.now();
    const stop = await this.toVisit(motion);
    if (stop && stop.reason !== 'entry') return { ...stop, reason };
    this.goTo(from);
    return undefined;
  }

  private async toVisit(
    motion: Motion,
    mayStop?: (from: Moment) => boolean,
  ): Promise<StoppedEvent | undefined> {
    const { history, control, ground } = this;
    const from = ground.machine.now();
    const found = await new Search(history, control, motion, mayStop).before(from);
    if (control.interrupted) {
      this.goTo(from);
      return undefined;
    }
    if (!found) return this.atStart();
    this.goTo(found.moment);
    return found.stopped;
  }

  /** To where a record was made: after what made it. */
  async toRecord(index: number): Promise<StoppedEvent | undefined> {
    const { history, control, ground } = this;
    const { machine } = ground;
    const { present } = history;
    this.goTo(history.beforeRecord(index) ?? present);
    machine.stopAt(() => machine.log.total > index);
    while (machine.log.total <= index && isBefore(machine.now(), present)) {
      if (isFinal(history.run(undefined, present)) || !(await control.takesTurns())) break;
    }
    control.disarmAll();
    return control.interrupted ? undefined : this.went(`record ${index}`);
  }

  toMoment(moment: Moment, where: string): StoppedEvent {
    const { present } = this.history;
    this.goTo(isBefore(present, moment) ? present : moment);
    return this.went(where);
  }

  toPresent(): StoppedEvent {
    this.goTo(this.history.present);
    return this.went('the present');
  }

  private went(where: string): StoppedEvent {
    const level = this.ground.machine.driver.currentStrand();
    return { reason: 'goto', level, description: `${level}: ${where}`, breakpointIds: [] };
  }

  private atStart(): StoppedEvent {
    const { start } = this.history;
    if (start) this.goTo(start);
    const level = this.ground.guest;
    return { reason: 'entry', level, description: `${level}: the start of the run`, breakpointIds: [] };
  }

  /** Nothing stops the machine on the way. */
  goTo(moment: Moment): boolean {
    this.control.disarmAll();
    return this.history.goTo(moment);
  }

  /** The instruction that ran last: of anybody when the level runs, else of the level. */
  private instruction(level: StrandName): StoppedEvent {
    const { machine, guest } = this.ground;
    const from = machine.now();
    const any = guest === level || machine.l0?.stopped === true;
    const except = machine.l0?.stopped ? '' : this.instructionText();
    for (const width of WINDOWS) {
      const first = from.retired > width ? from.retired - width : 0n;
      this.goTo({ ...START, retired: first });
      const found = this.lastInstruction(from, any ? undefined : level, except);
      if (!found) continue;
      this.goTo(found);
      return this.stepped();
    }
    return this.atStart();
  }

  /** Names the instruction the chip is about to execute, among all of the run. */
  private instructionText(): string {
    const { machine, guest } = this.ground;
    return `${machine.cpu.retired} ${guest} ${this.ground.place(guest)?.rip}`;
  }

  /** The last moment before `until` at which the level, or any, was about to execute another instruction than `except`. */
  private lastInstruction(until: Moment, level: StrandName | undefined, except: string): Moment | undefined {
    const { ground, history } = this;
    const { machine } = ground;
    let last: Moment | undefined;
    let place = '';
    for (let now = machine.now(); isBefore(now, until); now = machine.now()) {
      const executes = machine.l0 === undefined || (machine.cpu.inNonRoot && !machine.l0.stopped);
      const here = this.instructionText();
      // An instruction that exits or faults and is tried again is one instruction.
      if (executes && here !== except && here !== place && (level === undefined || ground.guest === level)) {
        last = now;
        place = here;
      }
      const next = { ...now, transitions: now.transitions + 1n, calls: 0, statement: 0 };
      history.run(1n, isBefore(next, until) ? next : until);
      if (!isBefore(now, machine.now())) break;
    }
    return last;
  }

  /** The statement that L0 executed last, whatever it did then. */
  private intoL0(): StoppedEvent {
    const { machine } = this.ground;
    const from = machine.now();
    for (const width of [...WINDOWS, ...WIDER]) {
      this.goTo({ ...START, retired: from.retired > width ? from.retired - width : 0n });
      let last: Moment | undefined;
      machine.l0!.trace(() => {
        last = machine.now();
        return false;
      });
      while (isBefore(machine.now(), from)) if (isFinal(this.history.run(undefined, from))) break;
      machine.l0!.trace(undefined);
      if (!last) continue;
      this.goTo(last);
      return this.stepped();
    }
    return this.atStart();
  }

  /** The previous statement of L0 in this function or the ones it was called from; before the first one the guest's instruction. */
  private statement(): StoppedEvent {
    const { machine, guest } = this.ground;
    const from = machine.now();
    const runner = machine.l0!;
    const depth = runner.frames.length;
    let found = 0;
    this.goTo({ ...from, statement: 0 });
    runner.trace((frames) => {
      if (runner.statement < from.statement && frames.length <= depth) found = runner.statement;
      return false;
    });
    this.history.run(1n, from);
    runner.trace(undefined);
    if (found === 0) {
      this.goTo(from);
      return this.instruction(guest);
    }
    this.goTo({ ...from, statement: found });
    return this.stepped();
  }

  private stepped(): StoppedEvent {
    const level = this.ground.machine.driver.currentStrand();
    return { reason: 'step', level, description: `${level}: step back`, breakpointIds: [] };
  }
}
