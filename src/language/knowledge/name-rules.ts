/**
 * In what surroundings a word is the name of a row. Every kind has its own mark (`EXIT_REASON_`, `MSR_`, `VMCS_`); what is left
 * of the word behind the mark must then fit one row and no other.
 */
import { vmcsField, type FieldName, type VmcsField } from '../../isa/vmcs-fields';
import type { ControlWord } from '../../isa/vmx-controls';
import type { Fact } from './fact';
import { Names } from './names';

let names: Names | undefined;
/** Building takes some milliseconds, which a session that asks for no name does not pay. */
const all = (): Names => (names ??= new Names());

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }> | undefined;

/** A name in small letters is likely a variable. */
const isConstantLike = (word: string): boolean => /[A-Z]/.test(word);

/** A word that can only belong to VMX. */
const vmxWord = /^(VMCS|VMX|VM|EPT|EPTP|VPID|PML|GUEST|HOST|QUALIFICATION)$/;
/** A word that says "VMCS field" by itself; the enums of some projects are named only by what is in them. */
const vmcsMark = /vmcs|^EXI_|^ENT_/i;

export function fieldNamed(word: string): FactOf<'field'> {
  const { fields } = all();
  const parts =
    /^(.*?[a-z0-9])_?(?:HIGH|High|high|HI|Hi|hi)$/.exec(word) ??
    /^(.*[A-Z0-9])_?(?:HIGH|HI|High)$/.exec(word);
  const half = parts?.[1] === undefined ? undefined : fieldWithTokens(parts[1], fields.tokens(parts[1]));
  if (half && half.high !== undefined) return { kind: 'field', row: half, high: true };
  const row = fieldWithTokens(word, fields.tokens(word));
  return row && { kind: 'field', row };
}

function fieldWithTokens(word: string, tokens: readonly string[]): VmcsField | undefined {
  const { fields } = all();
  if (Object.hasOwn(vmcsField, word)) return vmcsField[word as FieldName];
  const marked = vmcsMark.test(word);
  if (marked) return fields.short(tokens);
  if (tokens.length < 2) return undefined;
  const row = fields.exact(tokens);
  if (!row) return undefined;
  // The link pointer is one only when VMCS is said.
  if (/VMCS/.test(row.name)) return undefined;
  return isConstantLike(word) ||
    all()
      .tokens(word)
      .some((token) => vmxWord.test(token))
    ? row
    : undefined;
}

/** Marks of exit reasons, on canonical tokens. What stands behind the mark is the reason. */
const reasonMarks: readonly RegExp[] = [
  /^(?:[A-Z0-9 ]* )?EXIT(?: BASIC)? REASONS?(?: BASIC)?(?: ERROR| EXECUTION)? (.+)$/,
  /^(?:BX )?VMX (?:VM )?EXIT (.+)$/,
  /^VMX REASON (.+)$/,
];
/** `EXIT_CPUID`, `VMX_CPUID`: short marks count for whole names only. */
const shortReasonMark = /^(?:EXIT|VM EXIT|VMX) (.+)$/;

export function reasonNamed(word: string): FactOf<'exit-reason'> {
  const { reasons } = all();
  const text = all().tokens(word).join(' ');
  for (const mark of reasonMarks) {
    const rest = mark.exec(text)?.[1];
    const row = rest === undefined ? undefined : reasons.only(reasons.tokens(rest));
    if (row) return { kind: 'exit-reason', row };
  }
  if (!isConstantLike(word) || /^VMEXIT_/.test(word)) return undefined;
  const rest = shortReasonMark.exec(text)?.[1] ?? (/^EPT /.test(text) ? text : undefined);
  const row = rest === undefined ? undefined : reasons.exact(reasons.tokens(rest));
  return row && { kind: 'exit-reason', row };
}

/** Marks of control bits, on canonical tokens. */
const controlMarks: readonly (readonly [RegExp, ControlWord | 'all'])[] = [
  [/^(?:VMX )?(?:VMCS )?(?:CONTROL )?PIN (?:(?:VM|EXECUTION|CONTROL) )*(.+)$/, 'pin'],
  [/^(?:VMX )?(?:VMCS )?(?:CONTROL )?(?:PROC|PRIMARY) (?:(?:VM|EXECUTION|CONTROL|1) )*(.+)$/, 'primary'],
  [/^(?:VMX )?(?:VMCS )?(?:CONTROL )?PROC (?:(?:VM|EXECUTION|CONTROL) )*2 (.+)$/, 'secondary'],
  [/^(?:VMX )?(?:VMCS )?(?:CONTROL )?SECONDARY (?:(?:VM|EXECUTION|CONTROL|PROC) )*(.+)$/, 'secondary'],
  [/^(?:VMX )?(?:VMCS )?(?:CONTROL )?PROC (?:(?:VM|EXECUTION|CONTROL) )*3 (.+)$/, 'tertiary'],
  [/^(?:VMX )?(?:VMCS )?(?:CONTROL )?TERTIARY (?:(?:VM|EXECUTION|CONTROL|PROC) )*(.+)$/, 'tertiary'],
  [/^VMX VM EXECUTION CONTROL 1 (.+)$/, 'primary'],
  [/^VMX VM EXECUTION CONTROL 2 (.+)$/, 'secondary'],
  [/^VMX VM EXECUTION CONTROL 3 (.+)$/, 'tertiary'],
  [/^(?:(?:VMX|VM|VMCS|CONTROL) )*EXIT (?:CONTROL )?(?:1 )?(.+)$/, 'exit'],
  [/^(?:(?:VMX|VM|VMCS|CONTROL) )*EXIT CONTROL 2 (.+)$/, 'secondary-exit'],
  [/^VM EXIT (.+)$/, 'secondary-exit'],
  [/^(?:(?:VMX|VM|VMCS|CONTROL) )*ENTRY (?:CONTROL )?(?:1 )?(.+)$/, 'entry'],
  [/^VMX FEATURE (.+)$/, 'all'],
];

export function controlNamed(word: string): FactOf<'control'> {
  if (!isConstantLike(word)) return undefined;
  const text = all()
    .tokens(word.replace(/^IA32_/, ''))
    .join(' ');
  for (const [mark, controlWord] of controlMarks) {
    const rest = mark.exec(text)?.[1];
    if (rest === undefined) continue;
    const index = all().controls(controlWord);
    const row = index.short(index.tokens(rest));
    if (row) return { kind: 'control', row };
  }
  return undefined;
}

const errorMark = /^(?:VMXERR|VMX ERROR|VMX INSTRUCTION(?: ERROR)?|(?:VM )?INSTRUCTION ERROR) (.+)$/;

export function errorNamed(word: string): FactOf<'vm-instruction-error'> {
  const rest = errorMark.exec(all().tokens(word).join(' '))?.[1];
  const row = rest === undefined ? undefined : all().errors.only(all().errors.tokens(rest));
  return row && { kind: 'vm-instruction-error', row };
}

export function msrNamed(word: string): FactOf<'msr'> {
  if (!/(?:^|[^A-Za-z])(?:MSR|IA32)_|[mM]sr(?:::)?k?Ia32|msr::/.test(word)) return undefined;
  const { msrs } = all();
  const row = msrs.exact(msrs.tokens(word).filter((token) => token !== 'MSR'));
  return row && { kind: 'msr', row };
}

export function featureNamed(word: string): FactOf<'cpuid-feature'> {
  const rest = /^(?:X86_FEATURE|CPUID_FEATURE)_(\w+)$/.exec(word)?.[1];
  const row = rest === undefined ? undefined : all().features.exact(all().features.tokens(rest));
  return row && { kind: 'cpuid-feature', row };
}

const exceptionForms: readonly RegExp[] = [
  /^#([A-Z]{2})$/,
  /^(?:X86_|BX_|TRAP_)*(?:TRAP|EXC|XCPT|EXCEPTION)_(\w+)$/,
  /^(\w+?)_(?:VECTOR|EXCEPTION)$/,
];

export function exceptionNamed(word: string): FactOf<'exception'> {
  for (const form of exceptionForms) {
    const rest = form.exec(word)?.[1];
    const row = rest === undefined ? undefined : all().exceptions.exact(all().exceptions.tokens(rest));
    if (row) return { kind: 'exception', row };
  }
  return undefined;
}
