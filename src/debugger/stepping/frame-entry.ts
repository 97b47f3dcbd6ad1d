/**
 * To where a frame's function was entered: the last moment at which the function's first instruction was about to be executed with
 * the stack as its call had left it. What the function has done since is undone, because it lies in the future then.
 */
import type { MachineStop } from '../../machine/machine-stop';
import { registerFile } from '../../symbols/registers';
import { wordSize } from '../code-mode';
import { physicalFrames, type StackFrame } from '../frames';
import type { Ground } from './ground';
import { SLICE, type Leg, type Motion } from './motion';

export class FrameEntry implements Motion {
  /** Undefined for a frame whose function is not known, or whose caller is not. */
  static of(ground: Ground, { level, guest }: StackFrame): FrameEntry | undefined {
    const registers = ground.machine.driver.registers(level);
    const symbols = guest?.program?.symbols;
    if (!registers || !symbols) return undefined;
    const entry = symbols.functionAt(guest.frame.codeAddress).at(-1)?.ranges[0]?.start;
    const frames = [...physicalFrames(ground.machine, ground.programs, level, registers)];
    const caller = frames[guest.depth + 1]?.frame.register(registerFile(symbols.architecture).stackPointer);
    if (entry === undefined || caller === undefined) return undefined;
    // The return address lies below the caller's stack.
    return new FrameEntry(ground, level, entry, caller - BigInt(wordSize(registers)));
  }

  private constructor(
    private readonly ground: Ground,
    private readonly level: StackFrame['level'],
    private readonly entry: bigint,
    private readonly rsp: bigint,
  ) {}

  plan(): Leg {
    return { budget: SLICE, breakpoints: [this.entry] };
  }

  wants(): boolean {
    return false;
  }

  arrived(stop: MachineStop): boolean {
    if (stop.kind !== 'breakpoint' || this.ground.guest !== this.level) return false;
    const place = this.ground.place(this.level);
    return place !== undefined && place.rip === this.entry && place.rsp === this.rsp;
  }
}
