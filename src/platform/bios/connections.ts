/** What the services of the BIOS are given by the board. Interfaces only. */
import type { Dma } from '../device';

/** A disk as its sectors. */
export interface DiskImage {
  readonly sectors: number;
  read(sector: number): Uint8Array;
  write(sector: number, bytes: Uint8Array): void;
}

/** What services need of the board, each as a function: they know no device. */
export interface BiosConnections {
  readonly memory: Dma;
  readonly ramBytes: number;
  readonly disk: DiskImage | undefined;
  /** A byte of the CMOS memory, of which the clock is part. */
  readonly cmos: (index: number) => number;
  /** The byte that the keyboard controller holds. */
  readonly scanCode: () => number;
  readonly moveCursor: (cell: number) => void;
  /** Tells the interrupt controllers that ISA line `irq` was served. */
  readonly endOfInterrupt: (irq: number) => void;
  readonly reset: () => void;
}
