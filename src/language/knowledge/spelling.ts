/**
 * How a fact is written in the style of a file. The style is taken from a name that the file already uses; the spelling is made
 * from the row's own name by rule. Whether the file's headers really define it, the caller has to see.
 */
import { interruptionFormats } from '../../isa/interruption-formats';
import { registerFormats } from '../../isa/registers';
import type { Control } from '../../isa/vmx-controls';
import type { VmcsField } from '../../isa/vmcs-fields';
import type { EventBit, Fact } from './fact';

/** `plain` is the name of the row, as the views show it; `linux` is that with the prefixes of KVM's headers. */
export type SpellingStyle = 'plain' | 'linux' | 'vmcs' | 'bochs' | 'rust' | 'camel' | 'k-camel' | 'snake';

const styleMarks: readonly (readonly [RegExp, SpellingStyle])[] = [
  [/::/, 'rust'],
  [/^VMCS_(16|32|64)BIT_|^VMX_VMEXIT_/, 'bochs'],
  [/^VMCS_/, 'vmcs'],
  [/^(EXIT_REASON|CPU_BASED|PIN_BASED|SECONDARY_EXEC|TERTIARY_EXEC|X86|MSR|VMXERR)_/, 'linux'],
  [/^k[A-Z]/, 'k-camel'],
  [/[a-z][A-Z]|^[A-Z][a-z]/, 'camel'],
  [/^[a-z0-9_]+$/, 'snake'],
];

export function styleOf(word: string): SpellingStyle {
  return styleMarks.find(([mark]) => mark.test(word))?.[1] ?? 'plain';
}

const controlPrefix: Readonly<Record<Control['word'], string>> = {
  pin: 'PIN_BASED_',
  primary: 'CPU_BASED_',
  secondary: 'SECONDARY_EXEC_',
  tertiary: 'TERTIARY_EXEC_',
  // Rows of these words have the prefix in their names.
  exit: '',
  'secondary-exit': '',
  entry: '',
};

export function nameOf(fact: Fact, style: SpellingStyle = 'plain'): string {
  switch (style) {
    case 'plain':
      return plainName(fact);
    case 'vmcs':
      return fact.kind === 'field' ? `VMCS_${plainName(fact).replace(/^VMCS_/, '')}` : linuxName(fact);
    case 'bochs':
      return bochsName(fact);
    case 'rust':
      return fact.kind === 'field' ? rustName(fact.row, fact.high) : linuxName(fact);
    case 'camel':
      return camel(plainName(fact));
    case 'k-camel':
      return `k${camel(plainName(fact))}`;
    case 'snake':
      return plainName(fact).toLowerCase();
    default:
      return linuxName(fact);
  }
}

function plainName(fact: Fact): string {
  switch (fact.kind) {
    case 'field':
      return fact.row.name + (fact.high ? '_HIGH' : '');
    case 'qualification':
      return fact.format;
    case 'cpuid-leaf':
      return `CPUID leaf ${fact.leaf.toString(16).toUpperCase()}H`;
    case 'register':
      return registerFormats[fact.format].title;
    case 'register-bit':
      return `${fact.format.toUpperCase()}.${fact.range.name}`;
    case 'msr-bit':
      return `${fact.row.name}.${fact.range.name}`;
    case 'event-bit':
      return eventBitName(fact.places);
    case 'event-type':
      return `INTR_TYPE_${fact.row.name}`;
    case 'activity-state':
      return `GUEST_ACTIVITY_${fact.row.name}`;
    case 'exception':
      return fact.row.kind === 'interrupt' ? fact.row.name : `#${fact.row.name}`;
    default:
      return fact.row.name;
  }
}

function linuxName(fact: Fact): string {
  switch (fact.kind) {
    case 'exit-reason':
      return `EXIT_REASON_${fact.row.name}`;
    case 'control':
      return controlPrefix[fact.row.word] + fact.row.name;
    case 'msr':
      return fact.row.name.startsWith('MSR_') ? fact.row.name : `MSR_${fact.row.name}`;
    case 'vm-instruction-error':
      return `VMXERR_${fact.row.name}`;
    case 'cpuid-feature':
      return `X86_FEATURE_${fact.row.name}`;
    case 'register-bit':
      return `X86_${fact.format === 'rflags' ? 'EFLAGS' : fact.format.toUpperCase()}_${fact.range.name}`;
    case 'exception':
      return `X86_TRAP_${fact.row.name}`;
    default:
      return plainName(fact);
  }
}

const component: Readonly<Record<VmcsField['type'], string>> = {
  control: 'CONTROL',
  'guest-state': 'GUEST',
  'host-state': 'HOST',
  'read-only': 'RO',
};

/** `INTR_INFO` stands for all words that have the bit. */
function eventBitName(places: readonly EventBit[]): string {
  const [first] = places;
  if (!first) return '';
  return `${places.length === 1 ? interruptionFormats[first.format].field : 'INTR_INFO'}.${first.range.name}`;
}

/** Guest and host state have their component in the name already, most of it. */
function withoutComponent(row: VmcsField): string {
  return row.name.replace(/^(GUEST|HOST|VMCS)_/, '');
}

function bochsName(fact: Fact): string {
  if (fact.kind === 'exit-reason') return `VMX_VMEXIT_${fact.row.name}`;
  if (fact.kind !== 'field') return linuxName(fact);
  const { row } = fact;
  const width = row.width === 'natural' ? '' : `${row.width}BIT_`;
  const name =
    row.type === 'read-only'
      ? row.name.replace(/^VM_EXIT_/, 'VMEXIT_')
      : `${component[row.type]}_${withoutComponent(row)}`;
  return `VMCS_${width}${name}${fact.high ? '_HI' : ''}`;
}

function rustName(row: VmcsField, high: true | undefined): string {
  const suffix = row.high === undefined ? '' : high ? '_HIGH' : '_FULL';
  return `vmcs::${component[row.type].toLowerCase()}::${withoutComponent(row)}${suffix}`;
}

function camel(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('');
}
