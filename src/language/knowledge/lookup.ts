/**
 * Which facts a word of a source names, and which fact a number is. Silence is the normal answer: a word is a name only where
 * its own letters say so.
 */
import { cpuidFeatures, cpuidNumbers } from '../../isa/cpuid-features';
import { cpuidLeafByNumber } from '../../isa/cpuid-leaves';
import { exceptionByVector } from '../../isa/exceptions';
import { exitReasonByNumber } from '../../isa/exit-reasons';
import { msrByNumber } from '../../isa/msrs';
import { vmInstructionErrorByNumber } from '../../isa/vm-instruction-errors';
import { vmcsFieldByEncoding, vmcsFields, type VmcsField } from '../../isa/vmcs-fields';
import type { Fact } from './fact';
import {
  controlNamed,
  exceptionNamed,
  featureNamed,
  msrNamed,
  reasonNamed,
  errorNamed,
  fieldNamed,
} from './name-rules';
import { activityStateNamed, eventBitNamed, eventTypeNamed } from './event-names';
import { msrBitNamed } from './msr-bit-names';
import { registerBitNamed } from './register-names';

/** Words are looked up again and again while one types; most of them are nothing. */
const remembered = new Map<string, readonly Fact[]>();
const REMEMBERED = 20_000;

/** Facts that a name means, at most one of each kind. `vmcs::guest::RIP` may be given with its path. */
export function factsNamed(word: string): readonly Fact[] {
  const known = remembered.get(word);
  if (known) return known;
  const facts = find(word);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(word, facts);
  return facts;
}

function find(word: string): readonly Fact[] {
  // Names have a few words; whatever is longer is data.
  if (word.length < 3 || word.length > 100 || !/[A-Za-z]/.test(word)) return [];
  // AMD's exits and VMCB have the same words and other numbers.
  if (/svm|vmcb/i.test(word)) return [];
  const facts = [
    fieldNamed(word),
    reasonNamed(word),
    controlNamed(word),
    errorNamed(word),
    msrNamed(word) ?? registerBitNamed(word) ?? msrBitNamed(word),
    featureNamed(word),
    exceptionNamed(word),
    eventBitNamed(word),
    eventTypeNamed(word),
    activityStateNamed(word),
  ];
  return facts.filter((fact) => fact !== undefined);
}

let highHalves: ReadonlyMap<number, VmcsField> | undefined;

/** The fact with a number, of a kind that the surroundings tell. */
export function factNumbered(kind: Fact['kind'], value: bigint | number): Fact | undefined {
  const number = Number(value);
  switch (kind) {
    case 'field': {
      const row = vmcsFieldByEncoding.get(number);
      if (row) return { kind, row };
      highHalves ??= new Map(
        vmcsFields.flatMap((field) => (field.high === undefined ? [] : [[field.high, field]])),
      );
      const half = highHalves.get(number);
      return half && { kind, row: half, high: true };
    }
    case 'exit-reason': {
      const row = exitReasonByNumber.get(number);
      return row && { kind, row };
    }
    case 'msr': {
      const row = msrByNumber.get(number);
      return row && { kind, row };
    }
    case 'vm-instruction-error': {
      const row = vmInstructionErrorByNumber.get(number);
      return row && { kind, row };
    }
    case 'exception': {
      const row = exceptionByVector.get(number);
      return row && { kind, row };
    }
    case 'cpuid-leaf':
      return knownLeaf(number) ? { kind, leaf: number } : undefined;
    default:
      return undefined;
  }
}

function knownLeaf(leaf: number): boolean {
  return (
    cpuidLeafByNumber.has(leaf) ||
    [...cpuidFeatures, ...Object.values(cpuidNumbers)].some((row) => row.leaf === leaf)
  );
}
