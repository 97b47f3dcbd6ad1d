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

interface Caller {
  readonly address: bigint;
  readonly rsp: bigint;
}

function callerOf(ground: Ground, level: StrandName): Caller | undefined {
  const registers = ground.machine.driver.registers(level);
  if (!registers) return undefined;
  const frames = physicalFrames(ground.machine, ground.programs, level, registers);
  frames.next();
  const { value } = frames.next() as {
    value?: { frame: { pc: bigint; register(n: number): bigint | undefined } };
  };
  const program = ground.programs.at(ground.machine, level, ground.place(level)!.rip);
  if (!value || !program) return undefined;
  const { stackPointer } = registerFile(program.symbols.architecture);
  return { address: value.frame.pc, rsp: value.frame.register(stackPointer) ?? 0n };
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
