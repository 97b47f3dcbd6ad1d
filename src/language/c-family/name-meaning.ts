/** What an identifier tells by its own letters. Computed once for each name, because a file has few names and many words. */
import type { Comparison } from '../source/operation';
import { callIdiom, type CallIdiom } from './call-idiom';

export interface NameMeaning {
  /** What a call of it does. */
  readonly call?: CallIdiom;
  /** What a variable of this name holds. */
  readonly subject?: Subject;
  /** The name is of VMX: a file without any such name has other things called `exit_reason`. */
  readonly vmx?: true;
  /** The name is of AMD's SVM, or of an interface above a hypervisor: its exits have other numbers. */
  readonly foreign?: true;
}

export interface Subject {
  readonly about: Comparison['with'];
  /** The name says so only in functions about this. */
  readonly within?: 'msr' | 'msr-access' | 'vmcs' | 'cpuid' | 'exit';
  /** Too common a name for a mere comparison. */
  readonly switchOnly?: true;
}

/** Names that can mean something have one of these in them. */
const CANDIDATE =
  /vm|msr|cpuid|cr\d|dr\d|flags|xsetbv|xcr|reason|error|leaf|func|field|encoding|index|[er]cx|[er]ax|^op$|^new$|^read|^write|svm|ept|exit|whv|ghcb|sie_|run$/i;
const VMX = /vmx|vmcs|(?:^|[^k])vm_?exit|vmread|vmwrite|vmlaunch|(?:^|[^k])vm_?entry|vpid|(?:^|_)ept(?:_|$)/i;
const VMX_CONSTANT = /^EXIT_REASON_/;
const FOREIGN =
  /svm|vmcb|ghcb|^KVM_EXIT_|^KVM_SYSTEM_EVENT|^(?:SVM_)?VMEXIT_|^SVM_EXIT_|^EXIT_REASON_EL\d|^WHv|^HV_EXIT_|^kvm_run$|^run$|sie_/;

const EXIT_REASON = /^(?:\w+_)?(?:vm_?)?exit_reason(?:_(?:basic|full|raw|code|number|num|no|low))?$/;
const INSTRUCTION_ERROR = /^(?:(?:vm|vmx|vmcs)_)*(?:instruction|instr|insn)_error(?:_(?:number|code|no))?$/;

const subjects: Readonly<Record<string, Subject>> = {
  reason: { about: 'exit-reason', within: 'exit' },
  basic_reason: { about: 'exit-reason', within: 'exit' },
  msr: { about: 'msr', within: 'msr' },
  msr_index: { about: 'msr' },
  msr_id: { about: 'msr', within: 'msr' },
  msr_num: { about: 'msr', within: 'msr' },
  msr_number: { about: 'msr', within: 'msr' },
  msr_no: { about: 'msr', within: 'msr' },
  msr_nr: { about: 'msr', within: 'msr' },
  msr_addr: { about: 'msr', within: 'msr' },
  msr_address: { about: 'msr', within: 'msr' },
  index: { about: 'msr', within: 'msr-access', switchOnly: true },
  ecx: { about: 'msr', within: 'msr-access', switchOnly: true },
  rcx: { about: 'msr', within: 'msr-access', switchOnly: true },
  field: { about: 'vmcs-field', within: 'vmcs' },
  encoding: { about: 'vmcs-field', within: 'vmcs' },
  vmcs_field: { about: 'vmcs-field' },
  vmcs_encoding: { about: 'vmcs-field' },
  field_encoding: { about: 'vmcs-field', within: 'vmcs' },
  leaf: { about: 'cpuid-leaf', within: 'cpuid' },
  cpuid_leaf: { about: 'cpuid-leaf' },
  function: { about: 'cpuid-leaf', within: 'cpuid' },
  func: { about: 'cpuid-leaf', within: 'cpuid' },
  op: { about: 'cpuid-leaf', within: 'cpuid', switchOnly: true },
  eax: { about: 'cpuid-leaf', within: 'cpuid', switchOnly: true },
  rax: { about: 'cpuid-leaf', within: 'cpuid', switchOnly: true },
};

const known = new Map<string, NameMeaning | undefined>();
const REMEMBERED = 50_000;

export function meaningOf(name: string): NameMeaning | undefined {
  const found = known.get(name);
  if (found !== undefined || known.has(name)) return found;
  if (known.size >= REMEMBERED) known.clear();
  const meaning = name.length <= 100 && CANDIDATE.test(name) ? read(name) : undefined;
  // A piece of a line would keep the whole line alive.
  known.set(Buffer.from(name).toString(), meaning);
  return meaning;
}

function read(name: string): NameMeaning | undefined {
  const call = callIdiom(name.toLowerCase().replaceAll('_', ''));
  const subject = subjectOf(name);
  const vmx = VMX.test(name) || VMX_CONSTANT.test(name);
  const foreign = FOREIGN.test(name);
  if (!call && !subject && !vmx && !foreign) return undefined;
  return {
    ...(call && { call }),
    ...(subject && { subject }),
    ...(vmx && { vmx }),
    ...(foreign && { foreign }),
  };
}

function subjectOf(name: string): Subject | undefined {
  // Names in capitals are constants: EXIT_REASON is a field of the VMCS, not its value.
  if (!/[a-z]/.test(name)) return undefined;
  const words = snake(name);
  if (Object.hasOwn(subjects, words)) return subjects[words];
  if (EXIT_REASON.test(words)) return { about: 'exit-reason' };
  return INSTRUCTION_ERROR.test(words) ? { about: 'vm-instruction-error' } : undefined;
}

/** `VmExitReason`, `exitReason` and `exit_reason` are one name. */
export function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/^_+|_+$/g, '');
}
