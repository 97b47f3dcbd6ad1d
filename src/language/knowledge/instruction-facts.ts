/**
 * What the decoder knows of an instruction and its row does not repeat: operand forms, flags, CPUID features, code sizes. The
 * decoder itself was asked at build time (`src/generate/decoder-facts.ts`); here its answer is looked up.
 */
import { type Instruction, type InstructionFamily, instructionsNamed } from '../../isa/instructions';
import { decoderFacts } from '../gen/decoder-facts';

export interface InstructionFacts {
  readonly row: Instruction;
  /** As the manual writes them, without the mnemonic: `r/m64, r64`; empty text for no operands. */
  readonly operandForms: readonly string[];
  /** Names of flags with blanks between, `OF SF ZF`; of the x87 also C0 to C3. What any of its forms does counts. */
  readonly flagsRead: string;
  readonly flagsWritten: string;
  readonly flagsCleared: string;
  readonly flagsSet: string;
  readonly flagsUndefined: string;
  /** Names of CPUID features, without those of every 64-bit processor; with several forms, of any of them. */
  readonly cpuidFeatures: readonly string[];
  /** Code sizes in which it has a form. */
  readonly modes: { readonly 16: boolean; readonly 32: boolean; readonly 64: boolean };
}

const known = new Map<Instruction, InstructionFacts>();

/** `name` is a row's name or alias; the family chooses between the two rows of MOVSD and of CMPSD. */
export function instructionFacts(name: string, family?: InstructionFamily): InstructionFacts | undefined {
  const rows = instructionsNamed.get(name.toUpperCase());
  const row = rows?.find((each) => each.family === family) ?? rows?.[0];
  if (!row) return undefined;
  const facts = known.get(row) ?? read(row);
  known.set(row, facts);
  return facts;
}

function read(row: Instruction): InstructionFacts {
  const key = `\n${row.name}|${row.family}|`;
  const start = decoderFacts.indexOf(key);
  const line = start < 0 ? '' : decoderFacts.slice(start + key.length, decoderFacts.indexOf('\n', start + 1));
  const [sizes = '', reads = '', writes = '', clears = '', sets = '', undefines = '', features = '', forms] =
    line.split('|');
  return {
    row,
    // A row brings its own where the decoder does not know the instruction: its line has no code sizes then.
    operandForms: row.operands ?? (sizes === '' || forms === undefined ? [] : forms.split(';')),
    flagsRead: reads,
    flagsWritten: writes,
    flagsCleared: clears,
    flagsSet: sets,
    flagsUndefined: undefines,
    cpuidFeatures: features === '' ? [] : features.split(' '),
    modes: { 16: sizes.includes('16'), 32: sizes.includes('32'), 64: sizes.includes('64') },
  };
}
