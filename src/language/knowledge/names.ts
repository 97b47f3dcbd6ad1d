/**
 * What each kind of row is called, and in what surroundings a word counts as its name. Rules, not lists: a new row of isa is
 * found in every project's spelling at once. A word whose surroundings do not say what kind of thing it is, is no name.
 */
import { exitReasons } from '../../isa/exit-reasons';
import { msrs } from '../../isa/msrs';
import { vmInstructionErrors } from '../../isa/vm-instruction-errors';
import { vmcsFields, type VmcsField } from '../../isa/vmcs-fields';
import { vmxControls, type Control, type ControlWord } from '../../isa/vmx-controls';
import { NameIndex, titleNames, vocabularyOf, type Spelled } from './name-index';
import { tokensOf } from './tokens';

/** The component a field belongs to, as projects write it into the name: `VMCS_CTRL_...`, `vmcs::ro::...`. */
const componentWords = {
  control: ['CONTROL'],
  'read-only': ['READ ONLY', 'EXIT'],
  'guest-state': ['GUEST'],
  'host-state': ['HOST'],
} as const satisfies Record<VmcsField['type'], readonly string[]>;

function fieldSpellings(row: VmcsField): string[] {
  const names = [row.name, ...titleNames(row.title)];
  const named = [
    ...names,
    ...componentWords[row.type].flatMap((word) => names.map((name) => `${word} ${name}`)),
  ];
  // "MSR bitmap" and "address of the MSR bitmap" are the same field.
  return row.format === 'address' ? [...named, ...named.map((name) => `${name} ADDRESS`)] : named;
}

/** The name of an exit or entry control without the name of its word. */
function controlName(row: Control, name: string): string {
  return row.word === 'exit' || row.word === 'secondary-exit'
    ? name.replace(/^VM_EXIT_/, '')
    : row.word === 'entry'
      ? name.replace(/^VM_ENTRY_/, '')
      : name;
}

function controlSpellings(row: Control): string[] {
  const linux = row.kvmName === undefined ? [] : [controlName(row, row.kvmName)];
  const names = [controlName(row, row.name), ...titleNames(row.title), ...linux];
  // An exit saves guest state and loads host state, an entry loads guest state; some projects say so.
  if (row.word === 'exit' || row.word === 'entry') {
    const loaded = row.word === 'exit' ? 'HOST' : 'GUEST';
    const owned = names.map((name) =>
      name.replace(/^load\b|^LOAD_/i, `LOAD ${loaded} `).replace(/^save\b|^SAVE_/i, 'SAVE GUEST '),
    );
    names.push(
      ...owned,
      ...[...names, ...owned].filter((name) => /IA32_/.test(name)).map((name) => `${name} MSR`),
    );
  }
  return names;
}

const named = <Row extends { name: string; title: string }>(row: Row): Spelled<Row> => ({
  row,
  spellings: [row.name, ...titleNames(row.title)],
});

const executionWords: ReadonlySet<ControlWord> = new Set(['pin', 'primary', 'secondary', 'tertiary']);

/** All indexes, made once when the first name is looked up. */
export class Names {
  private readonly vocabulary = vocabularyOf(
    [...vmcsFields, ...exitReasons, ...vmxControls, ...msrs, ...vmInstructionErrors].flatMap((row) => [
      row.name,
      row.title,
    ]),
  );

  readonly fields = this.index(
    vmcsFields.map((row) => ({ row, spellings: fieldSpellings(row) })),
    ['GUEST', 'HOST', 'EXECUTION', 'VALUE', 'ADDRESS', 'INFO', 'CODE', 'STATE', 'VIRTUAL'],
  );

  readonly reasons = this.index(exitReasons.map(named), ['INSTRUCTION', 'ACCESS', 'SIGNAL', 'TIMER']);
  readonly msrs = this.index(
    msrs.map((row) => ({ row, spellings: [row.name.replace(/^MSR_/, '')] })),
    [],
    ['VMX'],
  );
  readonly errors = this.index(vmInstructionErrors.map(named));

  private readonly controlsOf = new Map<ControlWord | 'all', NameIndex<Control>>();

  /** Controls of one word, or all execution controls, which are also named without their word (`VMX_FEATURE_EPT`). */
  controls(word: ControlWord | 'all'): NameIndex<Control> {
    let index = this.controlsOf.get(word);
    if (!index) {
      const rows = vmxControls.filter((row) =>
        word === 'all' ? executionWords.has(row.word) : row.word === word,
      );
      index = this.index(
        rows.map((row) => ({ row, spellings: controlSpellings(row) })),
        ['EXIT', 'ENABLE', 'USE', 'ACTIVATE', 'CONTROL', 'GUEST', 'HOST'],
      );
      this.controlsOf.set(word, index);
    }
    return index;
  }

  /** The canonical tokens of a word, noise included, in order. */
  tokens(word: string): string[] {
    return tokensOf(word, this.vocabulary);
  }

  private index<Row>(
    entries: readonly Spelled<Row>[],
    optional: readonly string[] = [],
    significant: readonly string[] = [],
  ): NameIndex<Row> {
    return new NameIndex(entries, this.vocabulary, optional, significant);
  }
}
