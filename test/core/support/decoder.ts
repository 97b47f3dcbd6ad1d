/** The core's decoder alone: which row of isa/opcodes reads some bytes, and how many. Runs nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Region } from '../../../src/abi/memory-map';
import type { Mode } from '../../../src/abi/state-block';
import { CpuidTable } from '../../../src/abi/tables';
import type { CpuidAnswer } from '../../../src/cpu/profile';
import { mappedRows } from '../../../src/generate/opcodes/decode-map';
import { cpuidFeatures } from '../../../src/isa/cpuid-features';
import { opcodeFamilies } from '../../../src/isa/opcodes';
import type { OpcodeRow } from '../../../src/isa/opcodes/row';

export interface Probe {
  operation: number;
  length: number;
  row: OpcodeRow | undefined;
}

export const rowsInOrder = mappedRows(opcodeFamilies);

const ALL = 0xffffffff;
/** CPUID of a processor that claims everything. */
export const everyFeature = [...new Set(cpuidFeatures.map(({ leaf }) => leaf))].map((leaf) => ({
  leaf,
  eax: ALL,
  ebx: ALL,
  ecx: ALL,
  edx: ALL,
}));

/** The core's decoder for a processor that answers CPUID like this. */
export function decoder(answers: readonly CpuidAnswer[]): (bytes: Uint8Array, mode: Mode) => Probe {
  const memory = new WebAssembly.Memory({ initial: Region.RAM / 65536 + 1, maximum: Region.RAM / 65536 + 1 });
  const stub = () => 0;
  const names = ['abort', 'portRead', 'portWrite', 'memoryRead', 'memoryWrite', 'msrRead', 'msrWrite'];
  names.push('interruptAcknowledge', 'taskPriorityRead', 'taskPriorityWrite');
  const env = { memory, ...Object.fromEntries(names.map((name) => [name, stub])) };
  const bytes = readFileSync(join(__dirname, '..', '..', '..', 'dist', 'core.wasm'));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  const probe = exports['probeInstruction'] as (start: number, available: number, mode: number) => number;
  const probedRow = exports['probedRow'] as () => number;
  const table = new DataView(memory.buffer);
  table.setUint32(Region.CPUID + CpuidTable.COUNT, answers.length, true);
  answers.forEach(({ leaf, subleaf, eax, ebx, ecx, edx }, i) => {
    const row = Region.CPUID + CpuidTable.ROWS + i * CpuidTable.ROW_SIZE;
    [leaf, subleaf ?? CpuidTable.ANY_SUBLEAF, eax, ebx, ecx, edx].forEach((value, k) =>
      table.setUint32(row + 4 * k, value, true),
    );
  });
  const window = new Uint8Array(memory.buffer, Region.RAM, 64);
  return (input, mode) => {
    window.fill(0);
    window.set(input);
    const result = probe(Region.RAM, 32, mode);
    return { operation: result >>> 8, length: result & 0xff, row: rowsInOrder[probedRow()] };
  };
}
