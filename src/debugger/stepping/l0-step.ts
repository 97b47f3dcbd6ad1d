/**
 * Steps in L0's own source, by statements of its traced build. When L0 has done its work and enters a guest, the step ends
 * there, before the guest's next instruction.
 */
import type { L0Frame } from '../../machine/l0-runner';
import { strandNamed, type StrandName } from '../../machine/strand';
import type { MachineStop } from '../../machine/machine-stop';
import type { Ground } from './ground';
import { SLICE, type Leg, type Motion } from './motion';

export type L0StepKind = 'over' | 'into' | 'out';

export class L0Step implements Motion {
  private readonly depth: number;
  private readonly frame: L0Frame | undefined;
  private readonly line: number;
  private readonly strand: StrandName;

  constructor(
    private readonly ground: Ground,
    private readonly kind: L0StepKind,
  ) {
    const frames = ground.machine.l0?.frames ?? [];
    this.depth = frames.length;
    this.frame = frames.at(-1);
    this.line = this.frame?.line ?? 0;
    this.strand = ground.machine.driver.currentStrand();
  }

  plan(): Leg {
    return { budget: 0n, vcpu: strandNamed(this.strand).vcpu, breakpoints: [] };
  }

  wants(): boolean {
    return false;
  }

  readonly statement = (frames: readonly L0Frame[]): boolean => {
    if (!this.ground.hasTurn(this.strand)) return false;
    // The functions L0 starts from return to the machine, which calls the next one: that is "out" of them.
    if (frames.length < this.depth || frames[this.depth - 1] !== this.frame) return true;
    if (this.kind === 'out') return false;
    if (frames.length > this.depth) return this.kind === 'into';
    return frames.at(-1)!.line !== this.line;
  };

  arrived(stop: MachineStop): boolean {
    return stop.kind === 'l0' || this.ground.machine.driver.cpuOf(this.strand).inNonRoot;
  }
}

/** From a guest into L0: runs until L0 handles an exit. */
export class IntoL0 implements Motion {
  private readonly vcpu: number;
  private readonly retired: bigint;

  /**
   * @param strand whose CPU's exits are meant
   * @param oneInstruction give up when the guest's next instruction completes without L0
   */
  constructor(
    private readonly ground: Ground,
    private readonly strand: StrandName,
    private readonly oneInstruction: boolean,
  ) {
    this.vcpu = strandNamed(strand).vcpu;
    this.retired = ground.machine.retiredOn(this.vcpu);
  }

  plan(): Leg {
    return this.oneInstruction
      ? { budget: 1n, vcpu: this.vcpu, breakpoints: [] }
      : { budget: SLICE, breakpoints: [] };
  }

  wants(): boolean {
    return false;
  }

  /** The entry that a stop had postponed belongs to the exit before: not what the user wants to see. */
  readonly statement = (frames: readonly L0Frame[]): boolean =>
    frames[0]?.name === 'vmx_handle_exit' && this.ground.hasTurn(this.strand);

  arrived(stop: MachineStop): boolean {
    if (stop.kind === 'l0') return true;
    return this.oneInstruction && this.ground.machine.retiredOn(this.vcpu) !== this.retired;
  }
}
