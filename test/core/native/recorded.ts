/**
 * What real CPUs did with the random sequences, recorded by record.ts for hosts that cannot run them: some kernels enter no
 * 16- or 32-bit code segments. An answer is a few bytes, enough to tell a right outcome from a wrong one: the vector, where
 * the case ended, and short hashes of registers and of memory, without what is undefined there.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, Outcome } from './native-cpu';
import { alternatives, compared, undefinedFlags } from './outcomes';
import type { Sequence, SequenceSet } from './sequences';

export const RECORDED_FILE = join(__dirname, '../../golden/native-sequences.json');

export interface Recorded {
  /** Who answered. */
  answeredBy: string;
  sets: RecordedSet[];
}

export interface RecordedSet extends SequenceSet {
  /** Cases recorded: the first so many of the set. */
  count: number;
  /** Hash of these cases: answers to other cases say nothing. */
  cases: string;
  /** Base64, ANSWER bytes a case. */
  answers: string;
}

/** Vector, low half of RIP, hash of exception, registers and flags, hash of code, data and stack. */
const ANSWER = 1 + 2 + 3 + 3;

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(RECORDED_FILE, 'utf8')) as Recorded;
}

export function recordedSet({ mode, length }: SequenceSet, from = readRecorded()): RecordedSet {
  const found = from.sets.find((set) => set.mode === mode && set.length === length);
  if (!found) throw new Error(`no recorded answers of ${mode}-bit sequences of ${length}: ${RECORD_ANEW}`);
  return found;
}

const RECORD_ANEW = 'record anew with `npm run record:native` on a host that runs 16- and 32-bit code';

/** Why answers are not for these cases, if they are not. */
export function notTheseCases(set: RecordedSet, cases: readonly Sequence[]): string | undefined {
  if (hashOfCases(cases.slice(0, set.count)) === set.cases) return undefined;
  return (
    `the generator makes other ${set.mode}-bit sequences of ${set.length} than were recorded; ` +
    `this says nothing about the core: ${RECORD_ANEW}`
  );
}

export function hashOfCases(cases: readonly Sequence[]): string {
  const hash = createHash('sha256');
  for (const one of cases) {
    const numbers = [one.mode, one.start, ...one.registers, one.flags, ...[...one.undefinedAt].flat()];
    hash.update(`${numbers.join()};`).update(one.code).update(one.data);
  }
  return hash.digest('hex').slice(0, 32);
}

export function encodeAnswers(cases: readonly Sequence[], outcomes: readonly Outcome[]): string {
  return Buffer.concat(cases.map((one, i) => answer(one, outcomes[i]!))).toString('base64');
}

function answer(one: Sequence, outcome: Outcome): Buffer {
  return Buffer.concat([head(outcome), stateHash(one, outcome), memoryHash(outcome)]);
}

function head({ vector, rip }: Outcome): Buffer {
  return Buffer.of(vector, Number(rip & 0xffn), Number((rip >> 8n) & 0xffn));
}

function stateHash(one: Sequence, outcome: Outcome): Buffer {
  const state = compared(one, outcome, undefinedFlags(one, outcome));
  const numbers = [state.error, state.cr2, state.rip, ...state.registers, state.flags];
  return createHash('sha256').update(numbers.join()).digest().subarray(0, 3);
}

function memoryHash({ code, data, stack }: Outcome): Buffer {
  return createHash('sha256').update(code).update(data).update(stack).digest().subarray(0, 3);
}

/** What an outcome differs in from the recorded answer to case `index`; empty when it equals it. */
export function differencesFromRecorded(
  set: RecordedSet,
  index: number,
  one: Sequence,
  outcome: Outcome,
): string[] {
  const recorded = Buffer.from(set.answers, 'base64').subarray(index * ANSWER, (index + 1) * ANSWER);
  const mine = answer(one, outcome);
  if (mine.equals(recorded)) return [];
  if (alternatives(one, outcome).some((other) => answer(one, other).equals(recorded))) return [];
  const found: string[] = [];
  const part = (what: string, from: number, to: number, shown: string) => {
    if (!mine.subarray(from, to).equals(recorded.subarray(from, to))) found.push(`${what}: ${shown}`);
  };
  part('vector', 0, 1, `${outcome.vector}, recorded ${recorded[0]}`);
  part('rip', 1, 3, `${low(mine)}, recorded ${low(recorded)} (low 16 bits)`);
  part('exception, registers or flags', 3, 6, describeState(one, outcome));
  part('code, data or stack', 6, 9, describeMemory(one, outcome));
  return found;
}

function low(bytes: Buffer): string {
  return bytes.readUInt16LE(1).toString(16);
}

function describeState(one: Sequence, outcome: Outcome): string {
  const state = compared(one, outcome, undefinedFlags(one, outcome));
  const registers = state.registers.map((value, i) => `r${i}=${value.toString(16)}`).join(' ');
  return `error=${state.error.toString(16)} cr2=${state.cr2.toString(16)} ${registers} flags=${state.flags.toString(16)}`;
}

/** Bytes of the data and the stack that the case changed. */
function describeMemory(one: Case, { data, stack }: Outcome): string {
  const changed: string[] = [];
  data.forEach((byte, i) => {
    if (byte !== one.data[i]) changed.push(`data[${i.toString(16)}]=${byte.toString(16)}`);
  });
  stack.forEach((byte, i) => {
    if (byte) changed.push(`stack[${i.toString(16)}]=${byte.toString(16)}`);
  });
  return changed.slice(0, 60).join(' ') || 'nothing changed';
}
