/**
 * Steps of a guest level, by line or by instruction. Code of the line runs at full speed between breakpoints at everything that
 * can leave it; calls run to their return; the border to another level is crossed or waited for.
 *
 * A return is known by its address and the stack pointer, so that recursion does not end a step early. Interrupt handlers that
 * run in between are passed over, because nothing in them is where the step waits. Other CPUs run on by their turns.
 */
import type { DecodedInstruction } from '../instruction';
import { depthOf, isInside, strandNamed, type StrandName } from '../../machine/strand';
import type { MachineRecord } from '../../machine/machine-record';
import type { MachineStop } from '../../machine/machine-stop';
import type { Ground } from './ground';
import { SLICE, type Leg, type Motion, type Place } from './motion';

export interface StepStyle {
  /** What to do at a call and at a VM entry: go in, or run until it is over. */
  readonly into: boolean;
  /** One instruction instead of one line. */
  readonly byInstruction: boolean;
  /** Step out of a function that the compiler inlined: only its end counts. */
  readonly leaveInlined?: boolean;
}

type State =
  /** Decide at the instruction pointer. */
  | { readonly kind: 'start' }
  /** The line's code, up to what can leave it. */
  | { readonly kind: 'line'; readonly exits: readonly bigint[] }
  | { readonly kind: 'one'; readonly from: Place; readonly instruction: DecodedInstruction | undefined }
  /** Until the stack is back at `rsp` and `address` is reached. */
  | { readonly kind: 'return'; readonly address: bigint; readonly rsp: bigint }
  | { readonly kind: 'body'; readonly address: bigint }
  /** Another level runs. */
  | { readonly kind: 'away' };

export class GuestStep implements Motion {
  private state: State = { kind: 'start' };
  private readonly startFile: string | undefined;
  private readonly startLine: number | undefined;
  private readonly startInlining: number;
  /** The level was not running when the step began: it is stepped by waiting until it runs. */
  private readonly waiting: boolean;
  private readonly vcpu: number;

  constructor(
    private readonly ground: Ground,
    private readonly level: StrandName,
    private readonly style: StepStyle,
  ) {
    const place = ground.place(level);
    const location = place && ground.location(level, place.rip);
    this.startFile = location?.file;
    this.startLine = location?.line;
    this.startInlining = place ? ground.functions(level, place.rip).length : 0;
    this.vcpu = strandNamed(level).vcpu;
    this.waiting = ground.machine.driver.standsIn(this.vcpu) !== level;
    if (this.waiting) this.state = { kind: 'away' };
  }

  plan(): Leg {
    if (this.state.kind === 'start') this.state = this.decide();
    switch (this.state.kind) {
      case 'one':
        return { budget: 1n, vcpu: this.vcpu, breakpoints: [] };
      case 'line':
        return { budget: SLICE, breakpoints: this.state.exits };
      case 'return':
      case 'body':
        return { budget: SLICE, breakpoints: [this.state.address] };
      default:
        return { budget: SLICE, breakpoints: [] };
    }
  }

  wants(record: MachineRecord): boolean {
    if ((record.vcpu ?? 0) !== this.vcpu) return false;
    if (this.ground.machine.driver.isCrossing(record)) return true;
    // An instruction that L0 emulates is not retired by the chip: the record of its exit ends it.
    return this.state.kind === 'one' && record.kind !== 'entry' && record.kind !== 'injection';
  }

  arrived(stop: MachineStop): boolean {
    if (!this.ground.hasTurn(this.level)) return false;
    const now = this.ground.guest;
    if (now !== this.level) return this.leftTo(now);
    const place = this.ground.place(this.level);
    if (!place) return true;
    const { state } = this;
    switch (state.kind) {
      case 'away':
        return this.cameBack(place);
      case 'one':
        return this.oneDone(state, place);
      case 'line':
        return stop.kind === 'breakpoint' ? this.judge(place) : false;
      case 'return':
        if (stop.kind !== 'breakpoint' || place.rip !== state.address || place.rsp < state.rsp) return false;
        return this.style.byInstruction || this.judge(place);
      case 'body':
        return stop.kind === 'breakpoint' && place.rip === state.address;
      case 'start':
        return false;
    }
  }

  /** What to do at the instruction pointer. */
  private decide(): State {
    const from = this.ground.place(this.level)!;
    const instruction = this.ground.instruction(this.level, from.rip);
    if (instruction?.flow === 'call' && !this.style.into) return this.overCall(from, instruction);
    const plain = instruction?.flow === 'next' || instruction?.flow === 'branch';
    const location = this.ground.location(this.level, from.rip);
    if (this.style.byInstruction || !plain || !location) return { kind: 'one', from, instruction };
    const exits = this.ground.lineExits(this.level, location);
    return exits ? { kind: 'line', exits } : { kind: 'one', from, instruction };
  }

  private overCall(from: Place, { length }: { length: number }): State {
    return { kind: 'return', address: BigInt.asUintN(64, from.rip + BigInt(length)), rsp: from.rsp };
  }

  /** Another level runs now. A step that goes into things follows: into the guest, or out to the handler of an exit. */
  private leftTo(now: StrandName): boolean {
    const { kind } = this.state;
    const followed = isInside(now, this.level) ? kind === 'one' : kind === 'one' || kind === 'line';
    if (this.style.into && followed) return true;
    // A call that is run to its return may enter and leave guests as it likes.
    if (kind !== 'return' && kind !== 'body') this.state = { kind: 'away' };
    return false;
  }

  /** The level runs again: after its VM entry it stands in its exit handler; a guest goes on where it was. */
  private cameBack(place: Place): boolean {
    const entersOthers = depthOf(this.level) < this.ground.machine.driver.innermost;
    if (this.waiting || entersOthers) return true;
    return this.style.byInstruction || this.judge(place);
  }

  private oneDone({ from, instruction }: State & { kind: 'one' }, place: Place): boolean {
    const moved = place.rip !== from.rip || place.retired !== from.retired;
    if (!moved) return false;
    if (
      instruction?.flow === 'call' &&
      this.style.into &&
      place.rip !== from.rip + BigInt(instruction.length)
    )
      return this.entered(from, instruction, place);
    if (this.style.byInstruction) return true;
    // Back in the caller: stop in the middle of its line, where the call was.
    if (instruction?.flow === 'return' && place.rsp > from.rsp) return true;
    return this.judge(place);
  }

  private entered(from: Place, instruction: DecodedInstruction, place: Place): boolean {
    if (this.style.byInstruction) return true;
    const body = this.ground.bodyOf(this.level, place.rip);
    if (body === place.rip) return true;
    // A function without lines is nothing to step through.
    this.state = body === undefined ? this.overCall(from, instruction) : { kind: 'body', address: body };
    return false;
  }

  /** Has the step reached another line? If not, it goes on from here. */
  private judge(place: Place): boolean {
    const location = this.ground.location(this.level, place.rip);
    const inlining = this.ground.functions(this.level, place.rip).length;
    const done = this.style.leaveInlined
      ? inlining < this.startInlining
      : this.startLine === undefined || this.isNewLine(location, inlining);
    if (!done) this.state = { kind: 'start' };
    return done;
  }

  private isNewLine(
    location: { file: string; line: number; isStmt: boolean } | undefined,
    inlining: number,
  ): boolean {
    if (!location?.isStmt) return false;
    if (!this.style.into && inlining > this.startInlining) return false;
    return location.line !== this.startLine || location.file !== this.startFile;
  }
}
