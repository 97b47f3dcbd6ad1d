/**
 * Steps by instruction until a level leaves a range of addresses, or another one runs: what a client does that knows lines itself.
 */
import type { MachineRecord } from '../../machine/machine-record';
import type { MachineStop } from '../../machine/machine-stop';
import type { StrandName } from '../../machine/strand';
import type { Ground } from './ground';
import type { Leg, Motion } from './motion';

export class RangeStep implements Motion {
  private step: Motion;

  /**
   * @param range linear addresses; `end` lies behind it
   * @param one makes a step of one instruction from where the level stands
   */
  constructor(
    private readonly ground: Ground,
    private readonly level: StrandName,
    private readonly range: { readonly start: bigint; readonly end: bigint },
    private readonly one: () => Motion,
  ) {
    this.step = one();
  }

  plan(): Leg {
    return this.step.plan();
  }

  wants(record: MachineRecord): boolean {
    return this.step.wants(record);
  }

  arrived(stop: MachineStop): boolean {
    if (!this.step.arrived(stop)) return false;
    const place = this.ground.place(this.level);
    const inside = place && place.rip >= this.range.start && place.rip < this.range.end;
    if (this.ground.guest !== this.level || !inside) return true;
    this.step = this.one();
    return false;
  }
}
