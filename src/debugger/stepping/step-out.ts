/**
 * Step out of a function: run until its caller goes on. Out of a guest's outermost function there is only its hypervisor: the
 * step ends in the exit handler.
 */
import { physicalFrames } from '../frames';
import { strandNamed, type StrandName } from '../../machine/strand';
import type { MachineRecord } from '../../machine/machine-record';
import type { MachineStop } from '../../machine/machine-stop';
import { registerFile } from '../../symbols/registers';
import type { Ground } from './ground';
import { GuestStep } from './guest-step';
import { CONTINUE, SLICE, type Leg, type Motion } from './motion';

/** The motion that leaves the innermost function of a level. */
export function stepOut(ground: Ground, level: StrandName): Motion {
  if (ground.machine.driver.standsIn(strandNamed(level).vcpu) !== level)
    return new GuestStep(ground, level, { into: false, byInstruction: false });
  const place = ground.place(level);
  if (place && ground.functions(level, place.rip)[0]?.inlined)
    return new GuestStep(ground, level, { into: false, byInstruction: false, leaveInlined: true });
  const caller = callerOf(ground, level);
  if (caller) return new ReturnMotion(ground, level, caller);
  const parent = ground.machine.driver.parentOf(level);
  return parent ? new ReachLevel(ground, parent) : CONTINUE;
}

export interface Caller {
  readonly address: bigint;
  readonly rsp: bigint;
}

/** Where a level's innermost function returns to, and the stack pointer there: the function's frame, whatever it pushes. */
export function callerOf(ground: Ground, level: StrandName): Caller | undefined {
  return callersOf(ground, level, 1)[0];
}

/** The callers of a level's innermost function, as many as asked for and known. */
export function callersOf(ground: Ground, level: StrandName, count: number): Caller[] {
  const registers = ground.machine.driver.registers(level);
  const program = registers && ground.programs.at(ground.machine, level, ground.place(level)!.rip);
  if (!program) return [];
  const { stackPointer } = registerFile(program.symbols.architecture);
  const callers: Caller[] = [];
  const frames = physicalFrames(ground.machine, ground.programs, level, registers);
  frames.next();
  for (const { frame } of frames) {
    callers.push({ address: frame.pc, rsp: frame.register(stackPointer) ?? 0n });
    if (callers.length === count) break;
  }
  return callers;
}

/** Until the stack is back at the caller's and the return address is reached. */
class ReturnMotion implements Motion {
  constructor(
    private readonly ground: Ground,
    private readonly level: StrandName,
    private readonly caller: Caller,
  ) {}

  plan(): Leg {
    return { budget: SLICE, breakpoints: [this.caller.address] };
  }

  wants(): boolean {
    return false;
  }

  arrived(stop: MachineStop): boolean {
    if (stop.kind !== 'breakpoint' || this.ground.guest !== this.level) return false;
    const place = this.ground.place(this.level);
    return place !== undefined && place.rip === this.caller.address && place.rsp >= this.caller.rsp;
  }
}

/** Until a level runs. */
export class ReachLevel implements Motion {
  constructor(
    private readonly ground: Ground,
    private readonly level: StrandName,
  ) {}

  plan(): Leg {
    return { budget: SLICE, breakpoints: [] };
  }

  wants(record: MachineRecord): boolean {
    return this.ground.machine.driver.isCrossing(record);
  }

  arrived(): boolean {
    return this.ground.guest === this.level;
  }
}
