/**
 * Rules about control words that a source writes together: a control of one that needs a control of another, and words that
 * nothing activates. Only where both writes certainly run, each once, with constants.
 */
import { controlWords, type Control, type ControlWord } from '../../isa/vmx-controls';
import { hex } from '../../decode/word';
import type { Operation, VmcsAccess } from '../source/operation';
import type { SourceFile } from '../source/source-file';
import { isSet } from './bit-words';
import {
  controlNamed,
  controlsSet,
  controlWordOf,
  controlWrite,
  requiresFinding,
  type ControlWrite,
} from './control-rules';
import { found, type Finding } from './finding';
import { blocksOf } from './straight-line';

type WordsTogether = ReadonlyMap<ControlWord, ControlWrite>;

export function controlPairFindings(file: SourceFile, operations: readonly Operation[]): Finding[] {
  const accesses = operations.filter(
    (operation): operation is VmcsAccess =>
      operation.kind === 'vmwrite' && controlWordOf(operation) !== undefined,
  );
  if (accesses.filter(controlWrite).length < 2) return [];
  return setsOf(file, accesses).flatMap((words) =>
    [...words.values()].flatMap((write) => pairs(write, words)),
  );
}

/** Constants by word, for each block that writes more than one. */
function setsOf(file: SourceFile, accesses: readonly VmcsAccess[]): WordsTogether[] {
  const lines = accesses.map(({ range }) => range.start.line);
  const blocks = blocksOf(file, Math.min(...lines), Math.max(...lines));
  const writes = new Map<string, number>();
  const key = (access: VmcsAccess): string =>
    `${blocks.routine(access.range.start)} ${controlWordOf(access)}`;
  for (const access of accesses) writes.set(key(access), (writes.get(key(access)) ?? 0) + 1);
  const sets = new Map<number, Map<ControlWord, ControlWrite>>();
  for (const access of accesses) {
    const block = blocks.certain(access.range.start);
    const write = controlWrite(access);
    if (block === undefined || !write || writes.get(key(access)) !== 1) continue;
    const set = sets.get(block) ?? new Map<ControlWord, ControlWrite>();
    sets.set(block, set.set(write.word, write));
  }
  return [...sets.values()].filter((set) => set.size > 1);
}

function pairs(write: ControlWrite, words: WordsTogether): Finding[] {
  const activator = activatorOf(write.word);
  const activating = activator && words.get(activator.word);
  const active = !activator || (activating && isSet(activating.value, activator.bit));
  if (activator && activating && !active) return write.value === 0n ? [] : [inactive(write, activator)];
  // Without knowing whether the word counts, what it needs is not known either.
  if (!active) return [];
  return controlsSet(write.word, write.value).flatMap((row) =>
    (row.requires ?? []).map(controlNamed).flatMap((other) => {
      const partner = other.word === write.word ? undefined : words.get(other.word);
      return partner && !isOn(other, partner, words) ? [requiresFinding(row, other, write)] : [];
    }),
  );
}

function activatorOf(word: ControlWord): Control | undefined {
  const row = controlWords[word];
  return 'activatedBy' in row ? controlNamed(row.activatedBy) : undefined;
}

/** A control of a word that is surely not activated counts as 0, and one of unknown activation as what is written. */
function isOn(row: Control, write: ControlWrite, words: WordsTogether): boolean {
  const activator = activatorOf(row.word);
  const activating = activator && words.get(activator.word);
  if (activator && activating && !isSet(activating.value, activator.bit)) return false;
  return isSet(write.value, row.bit);
}

function inactive(write: ControlWrite, activator: Control): Finding {
  const { field } = controlWords[write.word];
  return found(
    'control-inactive',
    write.access.value!.range,
    `${field} is ${hex(write.value)} and counts as 0, because ${activator.name} (bit ${activator.bit} of ${controlWords[activator.word].field}) is 0. Set it, or do not write the field.`,
    { sdm: activator.sdm },
  );
}
