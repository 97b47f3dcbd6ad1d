/**
 * PCI configuration mechanism 1 (PCI Local Bus Specification, "Configuration Mechanism #1") on a bus without
 * devices: every register reads as all ones. Port 0xcf9 inside it is the chipset's reset control register.
 */
import type { AccessSize, PortDevice } from '../device';

const ADDRESS = 0xcf8;
const RESET_CONTROL = 0xcf9;
const DATA = 0xcfc;

/** Enable, bus, device, function, register; bits 30:24 and 1:0 are reserved. */
const ADDRESS_WRITABLE = 0x80fffffc;
/** Reset control: bit 2 going high resets the CPU. */
const RESET_CPU = 1 << 2;

export class PciConfig implements PortDevice {
  readonly name = 'pci-config';
  readonly ports = [{ first: ADDRESS, count: 8 }];
  readonly widest = 4;

  private state = { address: 0, resetControl: 0 };

  constructor(private readonly reset: () => void) {}

  /** The address register is seen by 32-bit accesses only. */
  readPort(port: number, size: AccessSize): number {
    if (port === ADDRESS && size === 4) return this.state.address;
    if (port === RESET_CONTROL && size === 1) return this.state.resetControl;
    return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
  }

  writePort(port: number, size: AccessSize, value: number): void {
    if (port >= DATA) return;
    if (port === ADDRESS && size === 4) {
      this.state.address = (value & ADDRESS_WRITABLE) >>> 0;
    } else if (port === RESET_CONTROL && size === 1) {
      const pulse = value & RESET_CPU && !(this.state.resetControl & RESET_CPU);
      this.state.resetControl = value;
      if (pulse) this.reset();
    }
  }

  save(): unknown {
    return { ...this.state };
  }

  restore(saved: unknown): void {
    this.state = { ...(saved as typeof this.state) };
  }
}
