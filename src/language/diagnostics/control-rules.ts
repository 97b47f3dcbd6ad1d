/**
 * Rules about constant control words, each by itself: bits that are no controls, bits that must be 1, and controls of one word
 * that need or exclude each other. What two words say together is the matter of `control-pairs`.
 */
import {
  control,
  controlWords,
  default1,
  vmxControls,
  type Control,
  type ControlWord,
} from '../../isa/vmx-controls';
import { hex } from '../../decode/word';
import type { VmcsAccess } from '../source/operation';
import { bits, isSet } from './bit-words';
import { accessedField, fieldOf, writtenConstant } from './field-operand';
import { errorText } from './encoding-rules';
import { found, type Finding } from './finding';

const wordOfField: ReadonlyMap<string, ControlWord> = new Map(
  (Object.keys(controlWords) as ControlWord[]).map((word) => [controlWords[word].field, word]),
);

/** Bits that are controls or belong to the default1 class, by word. */
const definedBits = Object.fromEntries(
  (Object.keys(controlWords) as ControlWord[]).map((word) => [
    word,
    vmxControls
      .filter((row) => row.word === word)
      .reduce((mask, row) => mask | (1n << BigInt(row.bit)), BigInt(default1[word].plain)),
  ]),
) as Record<ControlWord, bigint>;

/** A VMWRITE of a constant to a control word. */
export interface ControlWrite {
  readonly access: VmcsAccess;
  readonly word: ControlWord;
  readonly value: bigint;
}

/** The control word an access goes to. */
export function controlWordOf(access: VmcsAccess): ControlWord | undefined {
  return wordOfField.get(accessedField(access)?.name ?? '');
}

export function controlWrite(access: VmcsAccess): ControlWrite | undefined {
  const word = controlWordOf(access);
  if (word === undefined) return undefined;
  const value = writtenConstant(access, fieldOf(controlWords[word].field));
  return value === undefined ? undefined : { access, word, value };
}

/** Controls that a word sets. */
export function controlsSet(word: ControlWord, value: bigint): Control[] {
  return vmxControls.filter((row) => row.word === word && isSet(value, row.bit));
}

export const controlNamed = (name: string): Control => control[name as keyof typeof control];

/** A word that another one activates counts only then. */
function entryFails(word: ControlWord): string {
  const row = controlWords[word];
  const where = 'activatedBy' in row ? `With ${row.activatedBy}, ` : '';
  return `${where}VM entry fails with ${errorText('ENTRY_INVALID_CONTROL_FIELD')}.`;
}

/** What is wrong in a word that may not count is no certain mistake. */
function doubt(word: ControlWord): { severity?: 'warning' } {
  return 'activatedBy' in controlWords[word] ? { severity: 'warning' } : {};
}

export function controlFindings(access: VmcsAccess): Finding[] {
  const write = controlWrite(access);
  if (!write) return [];
  return [...reserved(write), ...fixed(write), ...withinWord(write)];
}

/** `access` writes a constant, so it has a value. */
const place = (write: ControlWrite) => write.access.value!.range;

function reserved(write: ControlWrite): Finding[] {
  const { word, value } = write;
  const wrong = value & ~definedBits[word];
  if (wrong === 0n) return [];
  const { field, msr } = controlWords[word];
  return [
    found(
      'control-reserved',
      place(write),
      `${field} ${hex(value)} sets ${bits(wrong)}, which no control has. ${entryFails(word)} Clear what ${msr} does not allow.`,
      {
        sdm: sectionOf(word),
        remedy: { title: `Clear ${bits(wrong)}`, range: place(write), value: value & ~wrong },
      },
    ),
  ];
}

function fixed(write: ControlWrite): Finding[] {
  const { word, value } = write;
  const must = BigInt(default1[word].true);
  const missing = must & ~value;
  if (missing === 0n) return [];
  const words = controlWords[word];
  const msr = 'trueMsr' in words ? words.trueMsr : words.msr;
  return [
    found(
      'control-fixed',
      place(write),
      `${words.field} ${hex(value)} leaves ${bits(missing)} 0, which must be 1 on every processor. ${entryFails(word)} Set the bits that the low half of ${msr} reports; they include ${hex(must)}.`,
      {
        sdm: sectionOf(word),
        remedy: { title: `Set ${bits(missing)}`, range: place(write), value: value | must },
      },
    ),
  ];
}

function withinWord(write: ControlWrite): Finding[] {
  const { word, value } = write;
  return controlsSet(word, value).flatMap((row) => {
    const inWord = (names: readonly string[] | undefined): Control[] =>
      (names ?? []).map(controlNamed).filter((other) => other.word === word);
    return [
      ...inWord(row.requires)
        .filter((other) => !isSet(value, other.bit))
        .map((other) => requiresFinding(row, other, write)),
      ...inWord(row.excludes)
        .filter((other) => isSet(value, other.bit))
        .map((other) => excludesFinding(row, other, write)),
    ];
  });
}

/** @param write the word in which the missing control could be set */
export function requiresFinding(row: Control, missing: Control, write: ControlWrite): Finding {
  const range = place(write);
  return found(
    'control-requires',
    range,
    `${row.name} is 1 and needs ${missing.name} (bit ${missing.bit} of ${controlWords[missing.word].field}), which is 0. ${entryFails(row.word)} Set it, or clear ${row.name}.`,
    {
      sdm: row.sdm,
      ...doubt(write.word),
      ...(missing.word === write.word && {
        remedy: { title: `Set ${missing.name}`, range, value: write.value | (1n << BigInt(missing.bit)) },
      }),
    },
  );
}

function excludesFinding(row: Control, other: Control, write: ControlWrite): Finding {
  const range = place(write);
  return found(
    'control-excludes',
    range,
    `${row.name} and ${other.name} are both 1, which is not allowed. ${entryFails(row.word)} Clear one of them.`,
    {
      sdm: row.sdm,
      ...doubt(write.word),
      remedy: { title: `Clear ${other.name}`, range, value: write.value & ~(1n << BigInt(other.bit)) },
    },
  );
}

function sectionOf(word: ControlWord): string {
  return fieldSections.get(word) ?? '';
}

/** The section about a word is that of its controls, not the row of the field in appendix B. */
const fieldSections: ReadonlyMap<ControlWord, string> = new Map(
  vmxControls.map((row) => [row.word, row.sdm]),
);
