/**
 * Who gave something its value, one step back: the instruction that wrote it, or the rule by which L0 did, and what that made the value
 * of. The machine is taken to where that happened.
 */
import { State } from '../../abi/state-block';
import type { History } from '../../machine/history';
import { START, type Moment } from '../../machine/moment';
import { levelOf, strandNamed, type StrandName } from '../../machine/strand';
import type { WatchEvent, WatchTarget } from '../../machine/watch-request';
import { lastWriteOf } from '../breakpoints/last-write';
import { offer, type DataRequest } from '../breakpoints/data-breakpoint';
import { wordTarget } from '../level-registers';
import type { Programs } from '../programs';
import type { RunControl } from '../run-control';
import type { Ground } from '../stepping/ground';
import { CONTINUE } from '../stepping/motion';
import { Search } from '../stepping/search';
import { placeText } from '../threads';
import { Recent, type Executed } from './executed';
import { mergedFrom, savedFrom, syncedFrom } from './rules';
import { fieldTarget, memoryTarget, valueOf } from './values';

/** What gave a value, and what it was made of. */
export interface Cause {
  readonly text: string;
  /** Where it is about to happen, or has just happened. */
  readonly moment: Moment;
  readonly inputs: readonly WatchTarget[];
}

/** General registers come first in the state block; of the others only changes are looked for. */
const GENERAL_END: State = State.RIP;
/** Instructions to look back over for the one that wrote a register. */
const WIDTHS = [64n, 4096n];
/** General registers but RSP are the same ones in all levels of a CPU: VM entries and exits leave them alone. */
const SHARED = /^r(?!sp$|ip$|flags$)/;

export class Explanation {
  private readonly recent: Recent;

  constructor(
    private readonly history: History,
    private readonly ground: Ground,
    private readonly programs: Programs,
    /** Somebody who watches only this. */
    private readonly searcher: (watch: DataRequest) => RunControl,
  ) {
    this.recent = new Recent(history, ground);
  }

  /** What gave `target` the value it has at a moment; undefined: somebody interrupted. */
  async of(target: WatchTarget, from: Moment): Promise<Cause | undefined> {
    const general = target.kind === 'word' && wordTarget(target.level, target.name)!.place < GENERAL_END;
    const executed = general ? this.wroteRegister(target, from) : undefined;
    return executed ? this.byInstruction(executed, target) : this.byWrite(target, from);
  }

  private wroteRegister(target: WatchTarget & { kind: 'word' }, from: Moment): Executed | undefined {
    return this.lastExecuted(from, target.level, ({ level, operands }) =>
      operands.registersWritten.some(
        (name) =>
          (level === target.level || SHARED.test(name)) && wordTarget(level, name)?.place === target.place,
      ),
    );
  }

  /** The last instruction before a moment, of the CPU of a level, that fits. */
  private lastExecuted(
    until: Moment,
    level: StrandName,
    fits: (executed: Executed) => boolean,
  ): Executed | undefined {
    const { vcpu } = strandNamed(level);
    for (const width of WIDTHS) {
      const found = this.recent.before(until, width, vcpu).findLast(fits);
      if (found) return found;
    }
    return undefined;
  }

  private async byWrite(target: WatchTarget, from: Moment): Promise<Cause | undefined> {
    const { history, ground } = this;
    const { machine } = ground;
    history.goTo(from);
    const last = lastWriteOf(machine, offer(target, '').dataId);
    if ('problem' in last) return { text: last.problem, moment: from, inputs: [] };
    const control = this.searcher({ ...last.watch, newValues: true });
    const mayStop = last.pages && ((start: Moment) => history.mayWrite(last.pages!, start));
    const found = await new Search(history, control, CONTINUE, mayStop).before(from, true);
    if (control.interrupted) return undefined;
    const event = found?.stopped.accesses?.[0];
    if (!found || !event)
      return {
        text: 'nothing wrote it since the start of the run',
        moment: history.start ?? START,
        inputs: [],
      };
    history.goTo(found.moment);
    return this.byAccess(event, target, found.moment);
  }

  private byAccess({ by, rip }: WatchEvent, target: WatchTarget, moment: Moment): Cause {
    const { machine } = this.ground;
    if (by === 'device') return { text: 'a device wrote it', moment, inputs: [] };
    if (by !== 'processor' && rip !== undefined) {
      const executed = this.atInstruction(by, rip, moment);
      if (executed) return this.byInstruction(executed, target);
      return { text: `${by} wrote it at ${placeText(machine, this.programs, by, rip)}`, moment, inputs: [] };
    }
    if (by === 'processor' || target.kind === 'word') return { ...savedFrom(machine, target), moment };
    if (target.kind === 'field' && target.vmcs === 'vmcs02') return { ...mergedFrom(target.field), moment };
    if (target.kind === 'field' && target.vmcs === 'vmcs12') {
      const synced = syncedFrom(target.field);
      const same = synced && valueOf(machine, synced) === valueOf(machine, target);
      return { text: 'L0 told L1 of its guest', moment, inputs: synced && same ? [synced] : [] };
    }
    return { text: `${by} wrote it`, moment, inputs: [] };
  }

  private atInstruction(level: StrandName, rip: bigint, moment: Moment): Executed | undefined {
    return this.lastExecuted(
      moment,
      level,
      (executed) => executed.rip === rip && levelOf(executed.level) === levelOf(level),
    );
  }

  private byInstruction({ moment, level, rip, operands }: Executed, target: WatchTarget): Cause {
    const { history, ground, programs } = this;
    const { machine } = ground;
    history.goTo(moment);
    const text = ground.instruction(level, rip)?.text.replace(/\s+/g, ' ') ?? 'an instruction';
    const encoding = operands.fieldRead && wordTarget(level, operands.fieldRead);
    const named = encoding && valueOf(machine, encoding);
    const inputs = [
      named === undefined || named === '' ? undefined : fieldTarget(machine, level, named),
      ...this.memoryRead(level, operands, target),
      ...operands.registersRead.map((name) => wordTarget(level, name)),
    ].filter((input) => input !== undefined);
    return { text: `${text} at ${level} ${placeText(machine, programs, level, rip)}`, moment, inputs };
  }

  /** Of a copy, the bytes that became the target's. */
  private memoryRead(
    level: StrandName,
    { memoryRead, memoryWritten }: Executed['operands'],
    target: WatchTarget,
  ) {
    const { machine } = this.ground;
    const [to] = memoryWritten.map((operand) => memoryTarget(machine, level, operand));
    return memoryRead.map((operand) => {
      const from = memoryTarget(machine, level, operand);
      const copies = operand.bytes === 0 && from?.kind === 'memory' && to?.kind === 'memory';
      if (!copies || target.kind !== 'memory') return from;
      const host = machine.driver.translate(target.space, target.address);
      const first = machine.driver.translate(to.space, to.address);
      if (host === undefined || first === undefined || host < first) return from;
      return { ...from, address: BigInt.asUintN(64, from.address + host - first), bytes: target.bytes };
    });
  }
}
