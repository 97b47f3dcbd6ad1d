/**
 * The BIOS behind its service port: one service a vector, done on the saved registers of the caller. A vector without a
 * service returns as it came, as the default handler of a BIOS does.
 */
import type { AccessSize, PortDevice } from '../device';
import type { BiosConnections } from './connections';
import { diskService } from './disk';
import { Frame } from './frame';
import { BDA, FRAME, SERVICE_PORT, SERVICE_WAITS } from './rom';
import { keyboardInterrupt, keyboardService } from './keyboard';
import { systemService } from './system';
import { clockService, timerInterrupt } from './clock';
import { videoService } from './video';

/** True: the service cannot go on before an interrupt has come. */
type Service = (frame: Frame, bios: BiosConnections) => boolean | void;

const equipmentService: Service = (frame) => word(frame, BDA.EQUIPMENT);
const memorySizeService: Service = (frame) => word(frame, BDA.MEMORY_KIB);
const restart: Service = (_frame, bios) => bios.reset();

const SERVICES: Readonly<Record<number, Service>> = {
  0x08: timerInterrupt,
  0x09: keyboardInterrupt,
  0x10: videoService,
  0x11: equipmentService,
  0x12: memorySizeService,
  0x13: diskService,
  0x15: systemService,
  0x16: keyboardService,
  0x18: restart,
  0x19: restart,
  0x1a: clockService,
};

/** Vectors of the two interrupt controllers as the BIOS sets them. */
const MASTER_VECTORS = 0x08;
const SLAVE_VECTORS = 0x70;
const LINES = 8;

export class BiosServices implements PortDevice {
  readonly name = 'bios';
  readonly ports = [{ first: SERVICE_PORT, count: 4 }];
  readonly widest = 4;

  private waits = false;

  constructor(private readonly connections: BiosConnections) {}

  readPort(): number {
    return this.waits ? SERVICE_WAITS : 0;
  }

  writePort(port: number, size: AccessSize, value: number): void {
    if (port !== SERVICE_PORT || size !== 4) return;
    const frame = new Frame(this.connections.memory, value);
    this.waits = SERVICES[frame.vector]?.(frame, this.connections) === true;
    const irq = lineOf(frame.vector);
    if (irq !== undefined) this.connections.endOfInterrupt(irq);
    frame.writeBack();
  }

  save(): unknown {
    return this.waits;
  }

  restore(saved: unknown): void {
    this.waits = saved as boolean;
  }
}

/** ISA line whose interrupt has this vector. */
function lineOf(vector: number): number | undefined {
  if (vector >= MASTER_VECTORS && vector < MASTER_VECTORS + LINES) return vector - MASTER_VECTORS;
  if (vector >= SLAVE_VECTORS && vector < SLAVE_VECTORS + LINES) return vector - SLAVE_VECTORS + LINES;
  return undefined;
}

function word(frame: Frame, address: number): void {
  const [low = 0, high = 0] = frame.memory.read(address, 2);
  frame.set(FRAME.EAX, low | (high << 8));
}
