/**
 * QEMU's firmware configuration device (QEMU documentation, "QEMU Firmware Configuration (fw_cfg) Device"),
 * port interface only: selector 0x510, data 0x511. The DMA interface is absent and its feature bit clear.
 */
import type { AccessSize, PortDevice } from '../device';

const SELECTOR = 0x510;

// Keys
const SIGNATURE = 0x00;
const ID = 0x01;
const RAM_SIZE = 0x03;
const NB_CPUS = 0x05;
const MAX_CPUS = 0x0f;
const FILE_DIRECTORY = 0x19;
const FIRST_FILE = 0x20;

/** ID bit 0: the port interface. */
const ID_TRADITIONAL = 1;
const FILE_NAME_BYTES = 56;

export interface FwCfgConfig {
  readonly ramBytes: number;
  readonly cpus: number;
  /** Named files, in directory order. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export class FwCfg implements PortDevice {
  readonly name = 'fw-cfg';
  readonly ports = [{ first: SELECTOR, count: 2 }];
  readonly widest = 2;

  /** Fixed by the configuration, so snapshots hold only key and offset. */
  private readonly items = new Map<number, Uint8Array>();
  private key = SIGNATURE;
  private offset = 0;

  constructor({ ramBytes, cpus, files }: FwCfgConfig) {
    this.items.set(SIGNATURE, new TextEncoder().encode('QEMU'));
    this.items.set(ID, littleEndian(ID_TRADITIONAL, 4));
    this.items.set(RAM_SIZE, littleEndian(ramBytes, 8));
    this.items.set(NB_CPUS, littleEndian(cpus, 2));
    this.items.set(MAX_CPUS, littleEndian(cpus, 2));
    this.items.set(FILE_DIRECTORY, directory(files));
    files.forEach(({ bytes }, index) => this.items.set(FIRST_FILE + index, bytes));
  }

  /** One byte of the selected item on either port; zero past its end and for unknown keys. */
  readPort(_port: number, size: AccessSize): number {
    const item = this.items.get(this.key);
    let value = 0;
    for (let i = 0; i < size; i++) value |= (item?.[this.offset++] ?? 0) << (8 * i);
    return value;
  }

  /** Only a 16-bit write to the selector does anything; items cannot be written. */
  writePort(port: number, size: AccessSize, value: number): void {
    if (port !== SELECTOR || size !== 2) return;
    this.key = value;
    this.offset = 0;
  }

  save(): unknown {
    return { key: this.key, offset: this.offset };
  }

  restore(saved: unknown): void {
    ({ key: this.key, offset: this.offset } = saved as { key: number; offset: number });
  }
}

/** Count, then size, key, reserved, name for each file; big-endian. */
function directory(files: FwCfgConfig['files']): Uint8Array {
  const entry = 8 + FILE_NAME_BYTES;
  const bytes = new Uint8Array(4 + files.length * entry);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, files.length);
  files.forEach((file, index) => {
    const at = 4 + index * entry;
    view.setUint32(at, file.bytes.length);
    view.setUint16(at + 4, FIRST_FILE + index);
    bytes.set(new TextEncoder().encode(file.name).subarray(0, FILE_NAME_BYTES - 1), at + 8);
  });
  return bytes;
}

function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}
