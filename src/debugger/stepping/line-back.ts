/**
 * Back by a line: the last moment at which a line of the function, or of its caller, began in the same frame. Calls on the way are
 * passed over, because their lines are other frames'; so is whatever another level did meanwhile.
 */
import type { StrandName } from '../../machine/strand';
import type { MachineStop } from '../../machine/machine-stop';
import type { Ground } from './ground';
import { SLICE, type Leg, type Motion } from './motion';
import { callerOf, callersOf } from './step-out';

export class LineBack implements Motion {
  private readonly starts: readonly bigint[];
  private readonly frames: readonly (bigint | undefined)[];
  private last: string | undefined;
  private here: string | undefined;
  /** Lines that stopped in this stretch, the same one again not counted. */
  private lines = 0;
  /** The line that the stretch behind this one began with. */
  private behind: string | undefined;

  /** Undefined where no line is before this one: in code without lines, or where a program begins that nobody called. */
  static from(ground: Ground, level: StrandName): LineBack | undefined {
    const place = ground.place(level);
    if (!place || !ground.location(level, place.rip)) return undefined;
    const begins = ground.lineStarts(level, place.rip)[0] === place.rip && !callerOf(ground, level);
    return begins ? undefined : new LineBack(ground, level, place.rip);
  }

  private constructor(
    private readonly ground: Ground,
    private readonly level: StrandName,
    rip: bigint,
  ) {
    const [caller, callersCaller] = callersOf(ground, level, 2);
    this.frames = caller ? [caller.rsp, callersCaller?.rsp] : [undefined];
    const own = ground.lineStarts(level, rip);
    this.starts = [...own, ...(caller ? ground.lineStarts(level, caller.address) : [])];
  }

  plan(): Leg {
    this.here = undefined;
    return { budget: SLICE, breakpoints: this.starts };
  }

  wants(): boolean {
    return false;
  }

  arrived(stop: MachineStop): boolean {
    const place = this.ground.place(this.level);
    if (stop.kind !== 'breakpoint' || this.ground.guest !== this.level || !place) return false;
    if (!this.starts.includes(place.rip) || !this.frames.includes(callerOf(this.ground, this.level)?.rsp))
      return false;
    const location = this.ground.location(this.level, place.rip);
    this.here = location && `${location.file}:${location.line}`;
    return true;
  }

  /** A line that goes on, or begins again without another one between, began where it was first met. A stop of the user's counts. */
  improves(): boolean {
    const again = this.here !== undefined && this.here === this.last;
    this.last = this.here;
    if (!again) this.lines++;
    return !again;
  }

  begin(): void {
    if (this.lines > 0) this.behind = this.last;
    this.last = undefined;
    this.lines = 0;
  }

  isOpen(): boolean {
    return this.lines <= 1 && (this.lines === 0 || this.last !== undefined);
  }

  joins(): boolean {
    return this.lines === 0 || this.last === this.behind;
  }
}
