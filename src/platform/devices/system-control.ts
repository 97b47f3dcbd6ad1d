/**
 * What is left of the PC/AT's system board: port 0x61 (speaker, gate of timer channel 2), port 0x92 (fast
 * A20 and reset) and port 0x80 (POST code, used as an I/O delay). A20 is always on; the bit is only stored.
 */
import type { Clock, PortDevice } from '../device';

const POST = 0x80;
const CONTROL_B = 0x61;
const CONTROL_A = 0x92;

// Port 0x61
const B_GATE_2 = 1 << 0;
const B_WRITABLE = 0x0f; // gate, speaker, parity and channel check enables
const B_REFRESH = 1 << 4; // toggles with every memory refresh
const B_OUTPUT_2 = 1 << 5;
/** A memory refresh every 15.085 microseconds: 18 counts of the timer's clock. */
const REFRESH_TICKS = 15_085;

// Port 0x92
const A_RESET = 1 << 0;
const A_A20 = 1 << 1;

/** Channel 2 of the interval timer, as port 0x61 sees it. */
export interface SpeakerTimer {
  setGate(level: boolean): void;
  output(): boolean;
}

export class SystemControl implements PortDevice {
  readonly name = 'system-control';
  readonly ports = [
    { first: CONTROL_B, count: 1 },
    { first: POST, count: 1 },
    { first: CONTROL_A, count: 1 },
  ];
  readonly widest = 1;

  private state = { controlA: A_A20, controlB: 0, post: 0 };

  constructor(
    private readonly clock: Clock,
    private readonly timer: SpeakerTimer,
    private readonly reset: () => void,
  ) {}

  readPort(port: number): number {
    switch (port) {
      case CONTROL_B: {
        const refresh = Math.floor(this.clock.now() / REFRESH_TICKS) & 1 ? B_REFRESH : 0;
        return this.state.controlB | refresh | (this.timer.output() ? B_OUTPUT_2 : 0);
      }
      case CONTROL_A:
        return this.state.controlA;
      default:
        return this.state.post;
    }
  }

  writePort(port: number, _size: number, value: number): void {
    switch (port) {
      case CONTROL_B:
        this.state.controlB = value & B_WRITABLE;
        this.timer.setGate((value & B_GATE_2) !== 0);
        break;
      case CONTROL_A: {
        // The reset pulse comes from the bit's rising edge.
        const pulse = value & A_RESET && !(this.state.controlA & A_RESET);
        this.state.controlA = value;
        if (pulse) this.reset();
        break;
      }
      default:
        this.state.post = value;
    }
  }

  save(): unknown {
    return { ...this.state };
  }

  restore(saved: unknown): void {
    this.state = { ...(saved as typeof this.state) };
  }
}
