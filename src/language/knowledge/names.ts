/**
 * What each kind of row is called, and in what surroundings a word counts as its name. Rules, not lists: a new row of isa is
 * found in every project's spelling at once. A word whose surroundings do not say what kind of thing it is, is no name.
 */
import { exitReasons } from '../../isa/exit-reasons';
import { msrs } from '../../isa/msrs';
import { vmInstructionErrors } from '../../isa/vm-instruction-errors';
import { vmcsFields, type VmcsField } from '../../isa/vmcs-fields';
import { vmxControls, type Control, type ControlWord } from '../../isa/vmx-controls';
import { NameIndex, titleNames, type Spelled, type Spelling } from './name-index';
import { Tokens } from './tokens';

/** The component a field belongs to, as projects write it into the name: `VMCS_CTRL_...`, `vmcs::ro::...`. */
const componentWords = {
  control: ['CONTROL'],
  'read-only': ['READ ONLY', 'EXIT'],
  'guest-state': ['GUEST'],
  'host-state': ['HOST'],
} as const satisfies Record<VmcsField['type'], readonly string[]>;

function fieldSpellings(row: VmcsField): Spelling[] {
  const names = [row.name, ...titleNames(row.title), ...(row.otherNames ?? [])];
  // Bochs calls the copy of an MSR by that.
  const own: Spelling[] = [
    ...names.map((name) => [name]),
    ...(row.title.includes('IA32_') ? [[row.name, 'MSR']] : []),
  ];
  const all = [...own, ...componentWords[row.type].flatMap((word) => own.map((parts) => [word, ...parts]))];
  // "MSR bitmap" and "address of the MSR bitmap" are the same field.
  return row.format === 'address' ? [...all, ...all.map((parts) => [...parts, 'ADDRESS'])] : all;
}

/** The name of an exit or entry control without the name of its word. */
function controlName(row: Control, name: string): string {
  return row.word === 'exit' || row.word === 'secondary-exit'
    ? name.replace(/^VM_EXIT_/, '')
    : row.word === 'entry'
      ? name.replace(/^VM_ENTRY_/, '')
      : name;
}

function controlSpellings(row: Control): Spelling[] {
  const linux = row.kvmName === undefined ? [] : [controlName(row, row.kvmName)];
  const names = [controlName(row, row.name), ...titleNames(row.title), ...linux, ...(row.otherNames ?? [])];
  const own = names.map((name) => [name]);
  if (row.word !== 'exit' && row.word !== 'entry') return own;
  // An exit saves guest state and loads host state, an entry loads guest state; some projects say so.
  const owner = row.word === 'entry' || /^save/i.test(row.title) ? 'GUEST' : 'HOST';
  const owned = /^(load|save)/i.test(row.title) ? own.map((parts) => [...parts, owner]) : [];
  const all = [...own, ...owned];
  return row.title.includes('IA32_') ? [...all, ...all.map((parts) => [...parts, 'MSR'])] : all;
}

/** What a row may be called that stands for itself. */
const named = <Row extends { name: string; title: string; otherNames?: readonly string[] }>(
  row: Row,
): Spelled<Row> => ({
  row,
  spellings: [row.name, ...titleNames(row.title), ...(row.otherNames ?? [])].map((name) => [name]),
});

const executionWords: ReadonlySet<ControlWord> = new Set(['pin', 'primary', 'secondary', 'tertiary']);

/** All indexes, made once when the first name is looked up. */
export class Names {
  readonly tokens = new Tokens(
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
    msrs.map((row) => ({
      row,
      spellings: [row.name.replace(/^MSR_/, ''), ...(row.otherNames ?? [])].map((name) => [name]),
    })),
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

  private index<Row>(
    entries: readonly Spelled<Row>[],
    optional: readonly string[] = [],
    significant: readonly string[] = [],
  ): NameIndex<Row> {
    return new NameIndex(entries, this.tokens, optional, significant);
  }
}

let names: Names | undefined;

/** Building takes some milliseconds, which a session that asks for no name does not pay. */
export function allNames(): Names {
  return (names ??= new Names());
}

/** A name in small letters is likely a variable. `Exit_reason` is the beginning of a sentence. */
export function isConstantLike(word: string): boolean {
  return /^[A-Z0-9_]+$/.test(word) || /::/.test(word) || (/[A-Z]/.test(word) && !word.includes('_'));
}
