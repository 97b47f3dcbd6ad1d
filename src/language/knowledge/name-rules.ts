/**
 * In what surroundings a word is the name of a row. Every kind has its own mark (`EXIT_REASON_`, `MSR_`, `VMCS_`); what is left
 * of the word behind the mark must then fit one row and no other.
 */
import { vmcsField, type FieldName, type VmcsField } from '../../isa/vmcs-fields';
import { exceptions } from '../../isa/exceptions';
import { cpuidFeatures } from '../../isa/cpuid-features';
import type { ControlWord } from '../../isa/vmx-controls';
import type { Fact } from './fact';
import { allNames as all, isConstantLike } from './names';

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }> | undefined;

/** A word that can only belong to VMX. */
const vmxWord = /^(VMCS|VMX|VM|EPT|EPTP|VPID|PML|GUEST|HOST|QUALIFICATION)$/;
/** A word that says "VMCS field" by itself; the enums of some projects are named only by what is in them. */
const vmcsMark = /[vV]mcs|VMCS|^EXI_|^ENT_/;

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
  if (marked) return fields.only(tokens, 3);
  if (tokens.length < 2) return undefined;
  const row = fields.exact(tokens);
  if (!row) return undefined;
  // What has VMCS or VM in its name (link pointer, exit controls) needs it in the word, and VMX in the word must be in the name.
  if (/VMCS/.test(row.name) || /^IA32_/.test(word)) return undefined;
  if (row.name.startsWith('VM_') && !/VM/i.test(word)) return undefined;
  if (/VMX/i.test(word) && !/VMX/.test(row.name)) return undefined;
  return isConstantLike(word) ||
    all()
      .tokens.of(word)
      .some((token) => vmxWord.test(token))
    ? row
    : undefined;
}

/** Marks of exit reasons, on canonical tokens. What stands behind the mark is the reason. */
const reasonMarks: readonly RegExp[] = [
  /^(?:[A-Z0-9 ]* )?EXIT(?: BASIC)? REASON(?: BASIC)?(?: ERROR| EXECUTION)? (.+)$/,
  /^(?:BX )?VMX (?:VM )?EXIT(?: ERROR)? (.+)$/,
  /^VMX REASON (.+)$/,
];
/** `EXIT_CPUID`: short marks count for whole names only. */
const shortReasonMark = /^(?:EXIT|VM EXIT) (.+)$/;

export function reasonNamed(word: string): FactOf<'exit-reason'> {
  const { reasons } = all();
  const text = all().tokens.of(word).join(' ');
  for (const mark of reasonMarks) {
    const rest = mark.exec(text)?.[1];
    const row = rest === undefined ? undefined : reasons.only(reasons.tokens(rest));
    if (row) return { kind: 'exit-reason', row };
  }
  // AMD's manual has `VMEXIT_CPUID`, with another number.
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

/** What a project may add to the name of a control without meaning another. */
const vagueInControls: ReadonlySet<string> = new Set(['ENABLE', 'USE', 'ACTIVATE', 'EXECUTION', 'MASK']);

const controlHint = /BASED|EXEC|CTR?LS?|CONTROLS|^VM_?EXIT_|^VM_?ENTRY_|^EXI_|^ENT_|^VMX_FEATURE_/i;

export function controlNamed(word: string): FactOf<'control'> {
  // `PIN_` and `SECONDARY_` begin many names; those of controls say what they are.
  if (!isConstantLike(word) || !controlHint.test(word)) return undefined;
  const text = all()
    .tokens.of(word.replace(/^IA32_/, ''))
    .join(' ');
  for (const [mark, controlWord] of controlMarks) {
    const rest = mark.exec(text)?.[1];
    if (rest === undefined) continue;
    const index = all().controls(controlWord);
    const tokens = index.tokens(rest);
    const certain = tokens.filter((token) => !vagueInControls.has(token));
    // `VM_EXIT_` begins other names too: only a complete name counts behind it.
    const weak = /^(?:exit|entry|secondary-exit)$/.test(controlWord) && !/CONTROL/.test(text);
    const row = weak ? index.short(tokens) : (index.only(tokens) ?? index.only(certain));
    if (row) return { kind: 'control', row };
  }
  return undefined;
}

const errorMark = /^(?:VMXERR|VMX ERROR|VMX INSTRUCTION(?: ERROR)?|(?:VM )?INSTRUCTION ERROR) (.+)$/;

export function errorNamed(word: string): FactOf<'vm-instruction-error'> {
  const rest = errorMark.exec(all().tokens.of(word).join(' '))?.[1];
  const row = rest === undefined ? undefined : all().errors.only(all().errors.tokens(rest));
  return row && { kind: 'vm-instruction-error', row };
}

/** Without `IA32` these names mean registers of old models at other numbers. */
const modelSpecific = /_MC\d_|_SMRR_/;

export function msrNamed(word: string): FactOf<'msr'> {
  if (!/(?:^|[^A-Za-z])(?:MSR|IA32)_|[mM]sr(?:::)?k?Ia32|msr::/.test(word)) return undefined;
  const { msrs } = all();
  // `MSR_MTRRcap` is not camel case.
  const plain = word.includes('_') ? word.toUpperCase() : word;
  // AMD's names of the MSRs that both have begin with the family.
  const tokens = msrs.tokens(plain.replace(/MSR_K[68]_/, 'MSR_')).filter((token) => token !== 'MSR');
  // `IA32_APIC_BASE_APIC_BASE` is the mask of bits of that name.
  const row = new Set(tokens).size === tokens.length ? msrs.exact(tokens) : undefined;
  if (!row || (modelSpecific.test(row.name) && !/IA32/i.test(word))) return undefined;
  return { kind: 'msr', row };
}

export function featureNamed(word: string): FactOf<'cpuid-feature'> {
  const name = /^(?:X86_FEATURE|CPUID_FEATURE)_(\w+)$/.exec(word)?.[1]?.replaceAll('_', '');
  const row = cpuidFeatures.find((feature) => feature.name.replaceAll('_', '') === name);
  return row && { kind: 'cpuid-feature', row };
}

const exceptionForms: readonly RegExp[] = [
  /^#([A-Z]{2})$/,
  /^(?:X86|BX|TRAP)_(?:TRAP|EXC|XCPT)_(\w+)$/,
  /^([A-Z]{2,3})_VECTOR$/,
  /^BX_([A-Z]{2})_EXCEPTION$/,
];

export function exceptionNamed(word: string): FactOf<'exception'> {
  const name = exceptionForms.map((form) => form.exec(word)?.[1]).find((rest) => rest !== undefined);
  const row = exceptions.find((exception) => exception.name === name);
  return row && { kind: 'exception', row };
}
