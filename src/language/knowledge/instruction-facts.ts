/**
 * What the decoder knows of an instruction and its row does not repeat: operand forms, flags, CPUID features, code sizes. Asked
 * of iced-x86 when somebody wants it and kept.
 */
import { Code, CodeExt, CpuidFeature, Instruction as Decoded, Mnemonic, RflagsBits } from 'iced-x86';
import { type Instruction, type InstructionFamily, instructionsNamed } from '../../isa/instructions';

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

/** Encodings that only some old processor or one of another kind had (`MOV` to test registers, `POP CS`). */
const GONE = /_ONLY$|^KNC$|^MOV_TR$|^TBM$/;
const EVERYWHERE = /^INTEL\d+$|^X64$|^MULTIBYTENOP$|^FPU\d*$/;

/** Operands that stand in no source because they are implied. */
const IMPLIED = /,? *<[^>]*>/g;

const known = new Map<Instruction, InstructionFacts>();
let codesByMnemonic: ReadonlyMap<string, readonly number[]> | undefined;

/** `name` is a row's name or alias; the family chooses between the two rows of MOVSD and of CMPSD. */
export function instructionFacts(name: string, family?: InstructionFamily): InstructionFacts | undefined {
  const rows = instructionsNamed.get(name.toUpperCase());
  const row = rows?.find((each) => each.family === family) ?? rows?.[0];
  if (!row) return undefined;
  const facts = known.get(row) ?? ask(row);
  known.set(row, facts);
  return facts;
}

function ask(row: Instruction): InstructionFacts {
  const forms = new Set<string>();
  const features = new Set<string>();
  const modes = { 16: false, 32: false, 64: false };
  const flags = { read: 0, written: 0, cleared: 0, set: 0, undefined: 0 };
  const decoded = new Decoded();
  for (const code of codes().get(row.name) ?? []) {
    decoded.code = code;
    const needs = [...decoded.cpuidFeatures()].map((feature) => CpuidFeature[feature]!);
    if (needs.some((feature) => GONE.test(feature))) continue;
    if (decoded.isStringInstruction !== (row.family === 'string')) continue;
    for (const feature of needs) if (!EVERYWHERE.test(feature)) features.add(feature);
    const info = CodeExt.opCode(code);
    forms.add(operandsOf(info.instructionString));
    modes[16] ||= info.mode16;
    modes[32] ||= info.mode32;
    modes[64] ||= info.mode64;
    info.free();
    flags.read |= decoded.rflagsRead;
    flags.written |= decoded.rflagsWritten;
    flags.cleared |= decoded.rflagsCleared;
    flags.set |= decoded.rflagsSet;
    flags.undefined |= decoded.rflagsUndefined;
  }
  decoded.free();
  return {
    row,
    operandForms: row.operands ?? [...forms],
    flagsRead: flagNames(flags.read),
    flagsWritten: flagNames(flags.written),
    flagsCleared: flagNames(flags.cleared),
    flagsSet: flagNames(flags.set),
    flagsUndefined: flagNames(flags.undefined),
    cpuidFeatures: [...features],
    modes,
  };
}

/** Mnemonics are told apart by capitals alone in the decoder's tables, so one pass over its codes is the index. */
function codes(): ReadonlyMap<string, readonly number[]> {
  if (codesByMnemonic) return codesByMnemonic;
  const byMnemonic = new Map<number, number[]>();
  const decoded = new Decoded();
  // The enum has every code twice, by name and by number; the numbers have no gaps.
  const count = Object.keys(Code).length / 2;
  for (let code = 0; code < count; code++) {
    decoded.code = code;
    const mnemonic = decoded.mnemonic;
    const list = byMnemonic.get(mnemonic);
    if (list) list.push(code);
    else byMnemonic.set(mnemonic, [code]);
  }
  decoded.free();
  codesByMnemonic = new Map(
    [...byMnemonic].map(([mnemonic, list]) => [Mnemonic[mnemonic]!.toUpperCase(), list]),
  );
  return codesByMnemonic;
}

function operandsOf(instruction: string): string {
  return instruction.replace(/^\S+ ?/, '').replace(IMPLIED, '');
}

function flagNames(bits: number): string {
  return Object.keys(RflagsBits)
    .filter((name) => /^[A-Z]/.test(name) && (bits & RflagsBits[name as keyof typeof RflagsBits]) !== 0)
    .join(' ');
}
