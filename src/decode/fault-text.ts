/**
 * Faults in words: an exception with its error code, the rule that raised it with its values, and the chain of exceptions that ends in
 * a triple fault.
 */
import { cpuidFeatures } from '../isa/cpuid-features';
import { exceptionByVector } from '../isa/exceptions';
import {
  faultReasonById,
  type FaultCause,
  type FaultChain,
  type FaultLink,
  type FaultReasonId,
} from '../isa/fault-reasons';
import { eventTypes } from '../isa/interruption-formats';
import { msrs } from '../isa/msrs';
import { registerFormats, type RegisterFormat } from '../isa/registers';
import { vmcsFields } from '../isa/vmcs-fields';
import { extract, hex, vectorText } from './word';

/** `#GP(0x6a)`, `#UD`. */
export function faultName(vector: number, error?: number): string {
  const name = exceptionByVector.get(vector)?.name ?? `vector ${vector}`;
  return `#${name}${error === undefined ? '' : `(${error === 0 ? '0' : hex(error)})`}`;
}

/** PML4E, PDPTE, PDE, PTE. */
export function tableEntryName(level: number, prefix = ''): string {
  return `${prefix}${['', 'PTE', 'PDE', 'PDPTE', 'PML4E', 'PML5E'][level] ?? `level-${level} entry`}`;
}

/** The sentence of the rule, with the values it looked at. */
export function causeText(cause: FaultCause): string {
  const row = faultReasonById.get(cause.reason)!;
  return row.text.replace(/\{(\w+)(?::([\w-]+))?\}/g, (_, name: string, format?: string) => {
    if (name === 'level') return tableEntryName(cause.level ?? 0, isEpt(cause.reason) ? 'EPT ' : '');
    const value = name === 'a' ? cause.a : name === 'b' ? cause.b : (cause.data ?? 0n);
    return format === undefined ? hex(value) : (formats[format]?.(value) ?? setBits(format, value));
  });
}

/** `IA32_LSTAR (0xc0000082)`. */
export function msrText(index: bigint): string {
  const row = msrs.find(({ number }) => BigInt(number) === index);
  return row ? `${row.name} (${hex(index)})` : hex(index);
}

function isEpt(reason: FaultReasonId): boolean {
  return reason.startsWith('EPT_');
}

const formats: Readonly<Record<string, (value: bigint) => string>> = {
  decimal: (value) => value.toString(),
  vector: (value) => vectorText(Number(value)),
  gate: (value) => hex(value, 64),
  msr: msrText,
  feature: (value) => {
    const row = cpuidFeatures[Number(value)];
    return row
      ? `${row.title} (CPUID ${hex(row.leaf)}, ${row.register.toUpperCase()} bit ${row.bit})`
      : hex(value);
  },
  field: (value) => {
    const row = vmcsFields.find(
      ({ encoding, high }) => BigInt(encoding) === value || BigInt(high ?? -1) === value,
    );
    return row ? `${row.name} (${hex(value)})` : `field ${hex(value)}`;
  },
};

/** Names of the bits of a register that are set, hex for those without a name. */
function setBits(format: string, value: bigint): string {
  const { ranges } = registerFormats[format as RegisterFormat];
  const names = ranges.filter((range) => range.high === range.low && extract(value, range) === 1n);
  const named = names.reduce((bits, range) => bits | (1n << BigInt(range.low)), 0n);
  const rest = value & ~named;
  return [...names.map(({ name }) => name), ...(rest === 0n ? [] : [hex(rest)])].join(', ');
}

const HARDWARE_EXCEPTION = eventTypes.find(({ name }) => name === 'HARDWARE_EXCEPTION')!.number;

/** `#GP(0)`, or what else was being delivered: `interrupt 0x20`. */
function linkName(link: FaultLink): string {
  if (link.type === HARDWARE_EXCEPTION) return faultName(link.vector, link.error);
  const type = eventTypes.find(({ number }) => number === link.type);
  return `${type?.title ?? 'event'} ${vectorText(link.vector)}`.toLowerCase();
}

function because(link: FaultLink): string {
  return link.cause ? `: ${causeText(link.cause)}` : '.';
}

/** The exception it began with, in one line. */
export function firstFaultText(chain: FaultChain, level: string): string {
  const [first] = chain.links;
  if (!first) return `${level} at RIP ${hex(chain.rip)}, CPL ${chain.cpl}.`;
  return `${linkName(first)} in ${level} at RIP ${hex(chain.rip)}, CPL ${chain.cpl}${because(first)}`;
}

const DOUBLE_FAULT = 8;

/** One line for each exception: the first, then why the delivery of each before it failed. */
export function chainLines(chain: FaultChain, level: string): string[] {
  const [, ...later] = chain.links;
  const last = later.length - 1;
  return [
    `First ${firstFaultText(chain, level)}`,
    ...later.map((link, index) => {
      // What could not be delivered: the exception before, or the double fault that the last two made.
      const before = index === last && index > 0 ? faultName(DOUBLE_FAULT, 0) : linkName(chain.links[index]!);
      return `${before} could not be delivered: ${linkName(link)}${because(link)}`;
    }),
  ];
}
