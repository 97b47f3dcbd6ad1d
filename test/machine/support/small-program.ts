/** Machines with a few lines of assembly as their whole software: a multiboot image of code alone. */
import { createMachine } from '../../../src/machine/create';
import type { Machine } from '../../../src/machine/machine';
import { assemble, type CodeBits } from '../../core/system/assembly';

const LOAD_ADDRESS = 0x100000;
const MAGIC = 0x1badb002;
/** The header has address fields. */
const FLAGS = 0x10000;
const HEADER_BYTES = 32;

/** Code starts in flat protected mode, whatever it is assembled for. */
export function codeImage(source: string, bits: CodeBits): Buffer {
  const entry = LOAD_ADDRESS + HEADER_BYTES;
  const header = Uint32Array.of(MAGIC, FLAGS, -(MAGIC + FLAGS), LOAD_ADDRESS, LOAD_ADDRESS, 0, 0, entry);
  return Buffer.concat([Buffer.from(header.buffer), assemble(source, bits, entry)]);
}

/** Code starts in flat protected mode, with descriptors of the loader: code 8, data 10H. */
export function machineWith(source: string, topology: 'nested' | 'bare', featureControl?: string): Machine {
  return createMachine({
    image: codeImage(source, 32),
    imageName: 'small program',
    memoryMiB: 16,
    topology,
    featureControl,
    serial: () => undefined,
  });
}

/** Ends the run with QEMU's exit status of a value: twice the value, plus 1. */
export const EXIT_WITH_AL = 'out 0xf4, al; hlt';
