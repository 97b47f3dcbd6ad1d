/**
 * The ACPI fixed hardware a FADT describes (ACPI specification, "ACPI Hardware Specification"): PM1 event and
 * control registers and the power-management timer, at the ports QEMU's `pc` uses. ACPI mode is always on
 * (SCI_EN reads 1). No buttons: the timer's carry is the only event.
 */
import type { AccessSize, Alarm, Clock, InterruptLine, PortDevice } from '../device';
import { Oscillator } from '../oscillator';

export const PM_BASE = 0x600;
export const PM1_EVENT = PM_BASE; // status, then enable, 16 bits each
export const PM1_CONTROL = PM_BASE + 4;
export const PM_TIMER = PM_BASE + 8;
/** SLP_TYP of S5, as the DSDT's \_S5 says. */
export const SLEEP_TYPE_S5 = 0;

// PM1 status and enable
const TIMER_CARRY = 1 << 0;
const ENABLE_WRITABLE = 0x0721; // TMR, GBL, PWRBTN, SLPBTN, RTC
// PM1 control
const SCI_ENABLED = 1 << 0;
const SLEEP_ENABLE = 1 << 13;
const CONTROL_WRITABLE = 0x1c06; // SLP_TYP, GBL_RLS, BM_RLD

/** The timer has 24 bits; its carry event comes whenever bit 23 changes. */
const TIMER_MASK = 0xffffff;
const CARRY_COUNTS = 0x800000;

interface State {
  enable: number;
  control: number;
  /** Half periods of the timer whose carry the guest has cleared. */
  clearedHalves: number;
}

export class AcpiPm implements PortDevice {
  readonly name = 'acpi-pm';
  readonly ports = [{ first: PM_BASE, count: 12 }];
  readonly widest = 4;

  private readonly oscillator = new Oscillator(3_579_545);
  private state: State = { enable: 0, control: 0, clearedHalves: 0 };
  private alarm: Alarm | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly sci: InterruptLine,
    private readonly shutdown: () => void,
  ) {}

  readPort(port: number, size: AccessSize): number {
    const word = this.readWord(port & ~3);
    const value = word >>> (8 * (port & 3));
    return size === 4 ? value : value & (size === 2 ? 0xffff : 0xff);
  }

  writePort(port: number, size: AccessSize, value: number): void {
    switch (port) {
      case PM1_EVENT:
        if (value & TIMER_CARRY) this.state.clearedHalves = this.halves();
        if (size === 4) this.state.enable = (value >>> 16) & ENABLE_WRITABLE;
        break;
      case PM1_EVENT + 2:
        this.state.enable = value & ENABLE_WRITABLE;
        break;
      case PM1_CONTROL:
        this.state.control = value & CONTROL_WRITABLE;
        if (value & SLEEP_ENABLE && ((value >> 10) & 7) === SLEEP_TYPE_S5) this.shutdown();
        break;
    }
    this.update();
  }

  save(): unknown {
    return { ...this.state };
  }

  restore(saved: unknown): void {
    this.state = { ...(saved as State) };
    this.arm();
  }

  private readWord(port: number): number {
    switch (port) {
      case PM1_EVENT:
        return this.status() | (this.state.enable << 16);
      case PM1_CONTROL:
        return this.state.control | SCI_ENABLED;
      default:
        return this.oscillator.counts(this.clock.now()) & TIMER_MASK;
    }
  }

  private halves(): number {
    return Math.floor(this.oscillator.counts(this.clock.now()) / CARRY_COUNTS);
  }

  private status(): number {
    return this.halves() > this.state.clearedHalves ? TIMER_CARRY : 0;
  }

  private update(): void {
    this.sci.set((this.status() & this.state.enable) !== 0);
    this.arm();
  }

  private arm(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    if (!(this.state.enable & TIMER_CARRY) || this.status()) return;
    const at = this.oscillator.tickOf((this.halves() + 1) * CARRY_COUNTS);
    this.alarm = this.clock.schedule(at, () => this.update());
  }
}
