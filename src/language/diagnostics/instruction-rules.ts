/**
 * The rule `instruction-mode`: instructions that fault where they stand, whatever their operands are. Only where the source says
 * for which code size it is assembled.
 */
import type { Instruction } from '../../isa/instructions';
import type { AssemblyDialect } from '../source/language-id';
import { instructionFacts } from '../knowledge/instruction-facts';
import { findInstruction } from '../knowledge/mnemonics';
import type { CodeBits, InstructionUse } from '../source/source-file';
import { lineRange } from '../text/position';
import { found, type Finding } from './finding';

export function instructionFindings(
  { line, mnemonic, codeBits }: InstructionUse,
  dialect: AssemblyDialect,
): Finding[] {
  if (codeBits === undefined) return [];
  const row = findInstruction(mnemonic.text, dialect);
  if (!row) return [];
  const what = problem(row, codeBits);
  if (what === undefined) return [];
  const range = lineRange(line, mnemonic.start, mnemonic.end);
  return [found('instruction-mode', range, `${row.name} ${what}`, { sdm: row.sdm })];
}

function problem(row: Instruction, bits: CodeBits): string | undefined {
  const modes = instructionFacts(row.name, row.family)?.modes;
  // Without any form in the decoder's tables the instruction is newer than they are.
  if (modes && !modes[bits] && (modes[16] || modes[32] || modes[64])) {
    const there = ([16, 32, 64] as const).filter((size) => modes[size]).map((size) => `${size}-bit`);
    return `has no form in ${bits}-bit code: the bytes are another instruction or raise #UD. It is there in ${there.join(' and ')} code.`;
  }
  if (bits === 64 && row.undefinedIn?.includes('64-bit')) return 'raises #UD in 64-bit mode.';
  // 16-bit code can be protected mode, where VMX is allowed; what boots is real mode.
  if (bits === 16 && row.family === 'vmx' && row.undefinedIn?.includes('real'))
    return 'raises #UD in real mode, and this is 16-bit code. Enter protected mode first.';
  return undefined;
}
