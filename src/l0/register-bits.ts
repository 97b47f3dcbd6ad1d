/**
 * Bits of registers, paging entries and CPUID, exception vectors, exit reasons and VM-instruction error
 * numbers under their manual names, made from the rows of isa. Immutable; what a bit means to L0 stands
 * where L0 uses it.
 */
import { exceptions, type ExceptionName } from '../isa/exceptions';
import { cpuidFeature, type CpuidFeatureName } from '../isa/cpuid-features';
import { exitReasonFlag, exitReasons, type ExitReasonName } from '../isa/exit-reasons';
import { msr, type MsrName } from '../isa/msrs';
import { registerFormats, type RegisterFormat } from '../isa/registers';
import { vmInstructionErrors, vmxAborts, type VmInstructionErrorName } from '../isa/vm-instruction-errors';

type RangeName<F extends RegisterFormat> = (typeof registerFormats)[F]['ranges'][number]['name'];
type Wide<F extends RegisterFormat> = Readonly<Record<RangeName<F>, bigint>>;
type Narrow<F extends RegisterFormat> = Readonly<Record<RangeName<F>, number>>;

/** Name and mask of a bit range. */
export const wide = (range: { high: number; low: number; name: string }): [string, bigint] => [
  range.name,
  ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low),
];
const narrow = (range: { high: number; low: number; name: string }): [string, number] => [
  range.name,
  Number(((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low)),
];

/** Value of the field of `word` that `mask` covers, shifted to bit 0; at most 53 bits. */
export const field_of = (word: bigint, mask: bigint): number => Number((word & mask) / (mask & -mask));
/** `value` at the place that `mask` covers. */
export const placed = (value: bigint, mask: bigint): bigint => value * (mask & -mask);

export const cr0 = Object.fromEntries(registerFormats.cr0.ranges.map(wide)) as Wide<'cr0'>;
/** CR0 bits that LMSW writes; PE it can set but not clear. */
export const LMSW_REPLACES = cr0.MP | cr0.EM | cr0.TS;
export const cr4 = Object.fromEntries(registerFormats.cr4.ranges.map(wide)) as Wide<'cr4'>;
export const xcr0 = Object.fromEntries(registerFormats.xcr0.ranges.map(wide)) as Wide<'xcr0'>;
export const efer = Object.fromEntries(registerFormats.efer.ranges.map(wide)) as Wide<'efer'>;
export const rflags = Object.fromEntries(registerFormats.rflags.ranges.map(wide)) as Wide<'rflags'>;
export const dr6 = Object.fromEntries(registerFormats.dr6.ranges.map(wide)) as Wide<'dr6'>;
export const dr7 = Object.fromEntries(registerFormats.dr7.ranges.map(wide)) as Wide<'dr7'>;
export const debugctl = Object.fromEntries(registerFormats.debugctl.ranges.map(wide)) as Wide<'debugctl'>;
export const access_rights = Object.fromEntries(
  registerFormats['access-rights'].ranges.map(narrow),
) as Narrow<'access-rights'>;

export const page_entry = Object.fromEntries(
  registerFormats['page-entry'].ranges.map(wide),
) as Wide<'page-entry'>;
export const ept_entry = Object.fromEntries(
  registerFormats['ept-entry'].ranges.map(wide),
) as Wide<'ept-entry'>;
export const eptp_bits = Object.fromEntries(registerFormats.eptp.ranges.map(wide)) as Wide<'eptp'>;
/** Memory type write-back (SDM 11.12). */
export const WRITE_BACK = 6n;
/** Page-fault error code. */
export const page_fault_error = Object.fromEntries(
  registerFormats['page-fault-error-code'].ranges.map(narrow),
) as Narrow<'page-fault-error-code'>;

/**
 * Mask of a named bit range of an MSR.
 * @throws Error when isa has no such range: a spelling mistake of ours, found when the module is loaded
 */
export function msr_bits(name: MsrName, range_name: string): bigint {
  const range = msr[name].ranges?.find((candidate) => candidate.name === range_name);
  if (!range) throw new Error(`isa/msrs has no ${range_name} in ${name}`);
  return ((1n << BigInt(range.high - range.low + 1)) - 1n) << BigInt(range.low);
}

/** IA32_FEATURE_CONTROL. */
export const feature_control = {
  LOCK: msr_bits('IA32_FEATURE_CONTROL', 'LOCK'),
  VMX_OUTSIDE_SMX: msr_bits('IA32_FEATURE_CONTROL', 'VMX_OUTSIDE_SMX'),
};

/** Exception vectors by mnemonic without the number sign. */
export const vectors = Object.fromEntries(exceptions.map((row) => [row.name, row.vector])) as Readonly<
  Record<ExceptionName, number>
>;

/** VM-instruction error numbers. */
export const vmx_errors = Object.fromEntries(
  vmInstructionErrors.map((row) => [row.name, row.number]),
) as Readonly<Record<VmInstructionErrorName, number>>;

/** VMX-abort indicators. */
export const vmx_aborts = Object.fromEntries(vmxAborts.map((row) => [row.name, row.number])) as Readonly<
  Record<(typeof vmxAborts)[number]['name'], number>
>;

/** Basic exit reason numbers. */
export const exit_reasons = Object.fromEntries(exitReasons.map((row) => [row.name, row.number])) as Readonly<
  Record<ExitReasonName, number>
>;

/** The bit of EXIT_REASON that says: the VM entry failed. */
export const FAILED_VMENTRY = (1 << exitReasonFlag.ENTRY_FAILURE.bit) >>> 0;

/** Mask of a feature bit in its CPUID register. */
export function cpuid_bit(name: CpuidFeatureName): number {
  return (1 << cpuidFeature[name].bit) >>> 0;
}

/** DR6 bits that read as 1 when no condition is reported, and are 0 in an exit qualification (SDM 17.2.3). */
export const DR6_ACTIVE_LOW = 0xffff0ff0n;
/** IA32_PAT after reset (SDM 11.12.4). */
export const PAT_RESET = 0x0007040600070406n;
/** DR7 after reset. */
export const DR7_FIXED_1 = dr7.FIXED;
