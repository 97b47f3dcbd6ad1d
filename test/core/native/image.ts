/**
 * x87 and vector registers between the chip's state block and an image in FXSAVE64's format with the upper halves of YMM
 * behind it: what the harness loads and stores. And what two images differ in.
 */
import { State } from '../../../src/abi/state-block';
import type { Cpu } from '../../../src/cpu/cpu';
import { IMAGE_BYTES } from './native-cpu';

const FPU_STATUS_TOP = 11;

/** Physical register of ST(index). */
function physical(status: number, index: number): number {
  return (((status >> FPU_STATUS_TOP) & 7) + index) & 7;
}

export function loadImage(cpu: Cpu, image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset, IMAGE_BYTES);
  const status = view.getUint16(2, true);
  cpu.set32(State.FPU_CONTROL, view.getUint16(0, true));
  cpu.set32(State.FPU_STATUS, status);
  cpu.set32(State.FPU_TAG, view.getUint8(4));
  cpu.set32(State.FPU_OPCODE, view.getUint16(6, true));
  cpu.set64(State.FPU_IP, view.getBigUint64(8, true));
  cpu.set64(State.FPU_DP, view.getBigUint64(16, true));
  for (const selector of [State.FPU_CS, State.FPU_DS]) cpu.set32(selector, 0);
  cpu.set32(State.MXCSR, view.getUint32(24, true));
  for (let i = 0; i < 8; i++) {
    const at = State.X87 + physical(status, i) * 16;
    cpu.set64(at, view.getBigUint64(32 + i * 16, true));
    cpu.set64(at + 8, BigInt(view.getUint16(40 + i * 16, true)));
  }
  for (let i = 0; i < 16; i++)
    for (const half of [0, 8]) {
      cpu.set64(State.YMM + i * 32 + half, view.getBigUint64(160 + i * 16 + half, true));
      cpu.set64(State.YMM + i * 32 + 16 + half, view.getBigUint64(512 + i * 16 + half, true));
    }
}

export function storeImage(cpu: Cpu): Uint8Array {
  const image = new Uint8Array(IMAGE_BYTES);
  const view = new DataView(image.buffer);
  const status = cpu.get32(State.FPU_STATUS);
  view.setUint16(0, cpu.get32(State.FPU_CONTROL), true);
  view.setUint16(2, status, true);
  view.setUint8(4, cpu.get32(State.FPU_TAG));
  view.setUint16(6, cpu.get32(State.FPU_OPCODE), true);
  view.setBigUint64(8, cpu.get64(State.FPU_IP), true);
  view.setBigUint64(16, cpu.get64(State.FPU_DP), true);
  view.setUint32(24, cpu.get32(State.MXCSR), true);
  for (let i = 0; i < 8; i++) {
    const at = State.X87 + physical(status, i) * 16;
    view.setBigUint64(32 + i * 16, cpu.get64(at), true);
    view.setUint16(40 + i * 16, Number(cpu.get64(at + 8) & 0xffffn), true);
  }
  for (let i = 0; i < 16; i++)
    for (const half of [0, 8]) {
      view.setBigUint64(160 + i * 16 + half, cpu.get64(State.YMM + i * 32 + half), true);
      view.setBigUint64(512 + i * 16 + half, cpu.get64(State.YMM + i * 32 + 16 + half), true);
    }
  return image;
}

interface Part {
  name: string;
  at: number;
  bytes: number;
}

const parts: readonly Part[] = [
  { name: 'FCW', at: 0, bytes: 2 },
  { name: 'FSW', at: 2, bytes: 2 },
  { name: 'FTW', at: 4, bytes: 1 },
  { name: 'FOP', at: 6, bytes: 2 },
  { name: 'FIP', at: 8, bytes: 8 },
  { name: 'FDP', at: 16, bytes: 8 },
  { name: 'MXCSR', at: 24, bytes: 4 },
  ...Array.from({ length: 8 }, (_, i) => ({ name: `ST${i}`, at: 32 + i * 16, bytes: 10 })),
  ...Array.from({ length: 16 }, (_, i) => ({ name: `XMM${i}`, at: 160 + i * 16, bytes: 16 })),
  ...Array.from({ length: 16 }, (_, i) => ({ name: `YMM${i} upper`, at: 512 + i * 16, bytes: 16 })),
];

/** Highest byte first. */
function word(image: Uint8Array, { at, bytes }: Part): string {
  return Buffer.from(image.slice(at, at + bytes))
    .reverse()
    .toString('hex');
}

/** @param status bits of FSW that are not compared; @param ignored names of parts that are not. */
export function imageDifferences(
  mine: Uint8Array,
  host: Uint8Array,
  status = 0,
  ignored: readonly string[] = [],
): string[] {
  return parts.flatMap((part) => {
    const end = part.at + part.bytes;
    if (Buffer.compare(mine.subarray(part.at, end), host.subarray(part.at, end)) === 0) return [];
    if (ignored.includes(part.name)) return [];
    let [a, b] = [word(mine, part), word(host, part)];
    if (part.name === 'FSW')
      [a, b] = [a, b].map((text) => (parseInt(text, 16) & ~status).toString(16)) as [string, string];
    return a === b ? [] : [`${part.name}: core ${a} host ${b}`];
  });
}
