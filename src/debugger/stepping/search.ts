/**
 * The last stop before a moment: the run is taken up before it, one piece after another from the end, and looked at on the way here. No
 * piece is run twice but one that stops often: of that the later half is looked at first.
 */
import type { History } from '../../machine/history';
import { isBefore, type Moment } from '../../machine/moment';
import type { RunControl, Visit } from '../run-control';
import type { Motion } from './motion';

/** Stops of a piece to look at before its later half is looked at first. */
const MANY = 16;
/** Instructions of a piece that is looked at to its end, however often it stops. */
const SHORT = 512n;

export class Search {
  constructor(
    private readonly history: History,
    private readonly control: RunControl,
    private readonly motion: Motion,
    /** False: nothing can stop between this snapshot and the next epoch. */
    private readonly mayStop: (from: Moment) => boolean = () => true,
  ) {}

  /**
   * The machine stands somewhere afterwards. Undefined: there is none, or somebody interrupted.
   * @param here a stop at the very moment counts, too
   */
  async before(from: Moment, here = false): Promise<Visit | undefined> {
    const { history, control, motion } = this;
    let until = from;
    let held: Visit | undefined;
    const pieces = history.before(from);
    for (const [index, { moment, near }] of pieces.entries()) {
      control.tellProgress(index / pieces.length);
      motion.begin?.();
      const found = this.mayStop(moment) ? await this.last(moment, until, here || until !== from) : undefined;
      if (control.interrupted) return undefined;
      if (held && motion.joins?.() === false) return held;
      held = found ?? held;
      // What stopped first in its piece may have begun in the piece before; an epoch is looked at as one.
      if (held && !(near && motion.isOpen?.() === true)) return held;
      until = moment;
    }
    return held;
  }

  private async last(start: Moment, until: Moment, inclusive: boolean): Promise<Visit | undefined> {
    const { control, history, motion } = this;
    this.goTo(start);
    const whole = motion.improves !== undefined || until.retired - start.retired < SHORT;
    const { found, reached } = await control.lastStop(motion, {
      until,
      inclusive,
      most: whole ? Infinity : MANY,
    });
    if (reached || control.interrupted) return found;
    const here = history.now;
    this.goTo({ ...here, retired: here.retired + (until.retired - here.retired) / 2n });
    const middle = history.now;
    if (!isBefore(here, middle) || !isBefore(middle, until)) return this.rest(here, until, inclusive, found);
    return (await this.last(middle, until, inclusive)) ?? (await this.rest(here, middle, true, found));
  }

  /** What stops last between two moments, else what did before. */
  private async rest(start: Moment, until: Moment, inclusive: boolean, before: Visit | undefined) {
    this.goTo(start);
    const { found } = await this.control.lastStop(this.motion, { until, inclusive, most: Infinity });
    return found ?? before;
  }

  private goTo(moment: Moment): void {
    this.control.disarmAll();
    this.history.goTo(moment);
  }
}
