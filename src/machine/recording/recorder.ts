/**
 * Records a run while it runs, for whoever keeps no past of it: a hash of all state where each epoch begins. To be made before the machine
 * has run.
 */
import { PageMarks } from '../../cpu/page-marks';
import type { Machine } from '../machine';
import { writtenPages } from '../written-pages';
import { StateDigest } from './digest';
import type { Check, Recording } from './recording';

export class Recorder {
  private readonly checks: Check[] = [];
  private readonly digest = new StateDigest();
  private readonly marks: PageMarks;

  constructor(private readonly machine: Machine) {
    this.marks = new PageMarks(machine.cpu.memory, machine.cpu.ramBytes);
    machine.onEpoch = () => {
      // What comes at this very moment may have come before it or after it.
      if (!machine.hasInputNow) this.checks.push(this.check());
      this.marks.clearWritten();
    };
  }

  private check(): Check {
    const { machine, marks } = this;
    return {
      moment: machine.now(),
      digest: this.digest.ofMachine(machine, writtenPages(machine, marks)),
    };
  }

  /** The run up to here. */
  run(): Omit<Recording, 'build' | 'configuration' | 'files'> {
    const { received: input, hasInputNow } = this.machine;
    const end = hasInputNow ? { moment: this.machine.now() } : this.check();
    return { input, edits: [], checks: this.checks, end };
  }
}
