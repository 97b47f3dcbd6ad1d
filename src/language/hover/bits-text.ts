/** What a hover says of MSRs, registers with named bits, single bits, CPUID, exceptions and VM-instruction errors. */
import type { BitRange } from '../../isa/bit-ranges';
import { cpuidFeatures, cpuidNumbers, type CpuidFeature, type CpuidRegister } from '../../isa/cpuid-features';
import { cpuidLeafByNumber, hypervisorLeaves } from '../../isa/cpuid-leaves';
import type { ExceptionRow } from '../../isa/exceptions';
import type { Msr } from '../../isa/msrs';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { VmInstructionError } from '../../isa/vm-instruction-errors';
import { errors } from '../../kvm/6.12/errors';
import { hex, maskOf } from '../../decode/word';
import { bitsText, bullets, heading, layoutTable, manual, page, sentence, table } from './markdown';

export function msrText(row: Msr): string {
  return page(
    heading(row.name, `MSR ${hex(row.number)}`, row.access),
    sentence(row.name, row.title, row.summary),
    layoutTable(row.format ? registerFormats[row.format].ranges : (row.ranges ?? [])),
    manual(row.sdm),
  );
}

/** `more` is said between the summary and the bits. */
export function registerFormatText(format: RegisterFormat, more?: string): string {
  const row = registerFormats[format];
  return page(heading(row.title), row.summary, more, layoutTable(row.ranges), manual(row.sdm));
}

export function registerBitText(format: RegisterFormat, range: BitRange): string {
  const row = registerFormats[format];
  return bitText(row.title, range, row.sdm);
}

export function msrBitText(row: Msr, range: BitRange): string {
  return bitText(row.name, range, row.sdm, `MSR ${hex(row.number)}`);
}

/** `word` is what the bits are part of. */
function bitText(word: string, range: BitRange, sdm: string, more?: string): string {
  return page(
    heading(`${word}.${range.name}`, bitsText(range), hex(maskOf(range)), more),
    range.summary === undefined ? `${range.title}.` : sentence(range.name, range.title, range.summary),
    range.values && table(['Value', 'Meaning'], Object.entries(range.values)),
    manual(sdm),
  );
}

/** Hexadecimal as the manual writes leaves: `80000008H`. */
const leafText = (leaf: number): string => `${leaf.toString(16).toUpperCase()}H`;

export function cpuidFeatureText(row: CpuidFeature): string {
  return page(
    heading(row.name, 'CPUID feature'),
    `${row.title}.`,
    bullets([
      `CPUID leaf ${leafText(row.leaf)}${row.subleaf ? `, subleaf ${row.subleaf}` : ''}: ${row.register.toUpperCase()} bit ${row.bit}`,
    ]),
    manual('volume 2, CPUID'),
  );
}

const registers: readonly CpuidRegister[] = ['eax', 'ebx', 'ecx', 'edx'];

/** What the leaf is about, then what each of its registers has, as far as there are rows. */
export function cpuidLeafText(leaf: number): string {
  const features = cpuidFeatures.filter((row) => row.leaf === leaf);
  const numbers = Object.values(cpuidNumbers).filter((row) => row.leaf === leaf);
  const subleaves = [...new Set([...features, ...numbers].map((row) => row.subleaf))].sort((a, b) => a - b);
  const line = (subleaf: number, register: CpuidRegister): string | undefined => {
    const here = { subleaf, register };
    const parts = [
      ...numbers.filter((row) => at(row, here)).map((row) => `${row.title} (${bitsText(row)})`),
      ...features.filter((row) => at(row, here)).map((row) => `${row.name} (${row.bit})`),
    ];
    const name = `${register.toUpperCase()}${subleaves.some((each) => each > 0) ? ` with ECX = ${subleaf}` : ''}`;
    return parts.length > 0 ? `${name}: ${parts.join(', ')}` : undefined;
  };
  const row = cpuidLeafByNumber.get(leaf);
  const rest = registers.flatMap((register) => {
    const answer = row?.answers?.[register];
    return answer === undefined ? [] : [`${register.toUpperCase()}: ${answer}`];
  });
  return page(
    heading(`CPUID leaf ${leafText(leaf)}`, row?.title),
    bullets([
      ...subleaves.flatMap((subleaf) => registers.map((register) => line(subleaf, register))),
      ...rest,
    ]),
    isOfHypervisor(leaf) ? 'Processors leave these leaves to hypervisors.' : manual('volume 2, CPUID'),
  );
}

/** Real processors have no leaves there; hypervisors answer by convention. */
function isOfHypervisor(leaf: number): boolean {
  return leaf >= hypervisorLeaves.first && leaf <= hypervisorLeaves.last;
}

function at(
  row: { subleaf: number; register: string },
  place: { subleaf: number; register: string },
): boolean {
  return row.subleaf === place.subleaf && row.register === place.register;
}

/** Which control makes it exit. A page fault's error code decides too (SDM 25.2). */
function exitOf(row: ExceptionRow): string {
  if (row.kind === 'interrupt') return 'Exits when NMI_EXITING is 1';
  if (row.class !== 'page-fault') return `Exits when bit ${row.vector} of EXCEPTION_BITMAP is 1`;
  const same = 'error code & PAGE_FAULT_ERROR_CODE_MASK = PAGE_FAULT_ERROR_CODE_MATCH';
  return `Exits when bit ${row.vector} of EXCEPTION_BITMAP is 1 and ${same}, or when neither holds`;
}

export function exceptionText(row: ExceptionRow): string {
  return page(
    heading(row.kind === 'interrupt' ? row.name : `#${row.name}`, `vector ${row.vector}`, row.kind),
    `${row.title}. ${row.errorCode ? 'Pushes an error code.' : 'Pushes no error code.'}`,
    bullets([
      row.class === 'benign' ? undefined : `Class for the double-fault rule: ${row.class.replace('-', ' ')}`,
      exitOf(row),
    ]),
    manual('6.15'),
  );
}

export function vmInstructionErrorText(row: VmInstructionError): string {
  return page(
    heading(row.name, `VM-instruction error ${row.number}`),
    sentence(row.name, row.title, row.summary),
    bullets([errors[row.name] ? 'KVM 6.12 raises it for L1' : 'KVM 6.12 never raises it for L1']),
    manual('30.4, table 30-1'),
  );
}
