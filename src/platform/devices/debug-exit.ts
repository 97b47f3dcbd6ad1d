/**
 * QEMU's isa-debug-exit at port 0xf4: a write of v ends the run with process status (v << 1) | 1, of which a
 * shell sees eight bits. So a guest's 0 is status 1; status 0 cannot be reached.
 */
import type { AccessSize, PortDevice } from '../device';

const EXIT = 0xf4;

export class DebugExit implements PortDevice {
  readonly name = 'debug-exit';
  readonly ports = [{ first: EXIT, count: 4 }];
  readonly widest = 4;

  constructor(private readonly exit: (status: number, value: number) => void) {}

  /** As QEMU: reads give zero. */
  readPort(): number {
    return 0;
  }

  writePort(_port: number, _size: AccessSize, value: number): void {
    this.exit(((value << 1) | 1) & 0xff, value);
  }

  save(): unknown {
    return null;
  }

  restore(): void {
    // stateless
  }
}
