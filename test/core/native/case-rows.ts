/** Which rows of isa/opcodes random cases are made of, as the core's decoder reads their code. */
import { Mode } from '../../../src/abi/state-block';
import { instructionId } from '../../coverage/tables';
import { decoder, everyFeature } from '../support/decoder';
import type { Case } from './native-cpu';

const modes = { 16: Mode.PROTECTED_16, 32: Mode.PROTECTED_32, 64: Mode.LONG_64 } as const;

/** Ids of the rows of all instructions of `cases`, each read from the end of the one before. */
export function rowsOfCases(cases: readonly Case[]): string[] {
  const probe = decoder(everyFeature);
  const found = new Set<string>();
  for (const { code, mode } of cases)
    for (let at = 0; at < code.length;) {
      const { length, row } = probe(code.subarray(at, at + 15), modes[mode]);
      if (!row) break;
      found.add(instructionId(row));
      at += length;
    }
  return [...found];
}
