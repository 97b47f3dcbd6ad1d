/**
 * Data breakpoints: what is watched, by a text that names it in every session (`memory L1:0x1000 8`, `field vmcs12.GUEST_RIP`,
 * `register L1.cr3`), and when an access of it stops.
 */
import { vmcsField, type FieldName } from '../../isa/vmcs-fields';
import { strandPattern, type StrandName } from '../../machine/strand';
import type { WatchRequest, WatchTarget } from '../../machine/watch-request';
import { wordTarget } from '../level-registers';
import { spaceByName, spaceName } from '../memory-reference';
import { Condition, type ConditionTexts } from './condition';

export type DataAccess = 'read' | 'write' | 'readWrite';

/** What can be watched of one thing, as it is offered. */
export interface WatchOffer {
  readonly dataId: string;
  readonly description: string;
  readonly access: readonly DataAccess[];
}

export interface DataBreakpoint {
  readonly id: number;
  readonly dataId: string;
  readonly target: WatchTarget | undefined;
  readonly access: DataAccess;
  /** Stops at writes of the value that is there already, too. */
  readonly everyWrite: boolean;
  readonly condition: Condition | undefined;
  readonly problem?: string;
  readonly newValues?: boolean | undefined;
  readonly shown?: string | undefined;
}

export interface DataRequest {
  readonly dataId: string;
  readonly access: DataAccess;
  readonly texts: ConditionTexts;
  /** What the processor saves again as it was does not count. */
  readonly newValues?: boolean;
  /** What to call it, when it is watched by another name. */
  readonly shown?: string;
}

/** Bytes one breakpoint can watch: each page of them takes the slow path. */
export const MOST_BYTES = 4096;
/** The mode in which a write that changes nothing stops too. */
export const EVERY_WRITE = 'every-write';

const VMCSS = ['vmcs12', 'vmcs02', 'vmcs01'] as const;
const ALL: readonly DataAccess[] = ['read', 'write', 'readWrite'];

export function offer(target: WatchTarget, name: string, mode?: string): WatchOffer {
  const suffix = mode === EVERY_WRITE ? ` ${EVERY_WRITE}` : '';
  const access = target.kind === 'word' ? (['write'] as const) : ALL;
  return { dataId: idOf(target) + suffix, description: name, access };
}

function idOf(target: WatchTarget): string {
  switch (target.kind) {
    case 'memory':
      return `memory ${spaceName(target.space)}:0x${target.address.toString(16)} ${target.bytes}`;
    case 'field':
      return `field ${target.vmcs}.${target.field}`;
    case 'word':
      return `register ${target.level}.${target.name}`;
  }
}

const REGISTER = new RegExp(`^register (${strandPattern})\\.([\\w.]+)$`);

/** What an id names; undefined for a text that is none. */
function targetOf(id: string): WatchTarget | undefined {
  const memory = /^memory (\w+):(0x[0-9a-f]{1,16}) (\d{1,4})$/i.exec(id);
  if (memory) {
    const space = spaceByName(memory[1]!);
    const bytes = Number(memory[3]);
    if (!space || bytes < 1 || bytes > MOST_BYTES) return undefined;
    return { kind: 'memory', space, address: BigInt(memory[2]!), bytes };
  }
  const field = /^field (\w+)\.(\w+)$/.exec(id);
  if (field) {
    const vmcs = VMCSS.find((name) => name === field[1]);
    if (!vmcs || !Object.hasOwn(vmcsField, field[2]!)) return undefined;
    return { kind: 'field', vmcs, field: field[2] as FieldName };
  }
  const register = REGISTER.exec(id);
  return register ? wordTarget(register[1] as StrandName, register[2]!) : undefined;
}

/** Makes a breakpoint of a request; what is wrong with it is said in its `problem`. */
export function makeDataBreakpoint(
  id: number,
  { dataId, access, texts, newValues, shown }: DataRequest,
): DataBreakpoint {
  const everyWrite = dataId.endsWith(` ${EVERY_WRITE}`);
  const target = targetOf(everyWrite ? dataId.slice(0, -EVERY_WRITE.length - 1) : dataId);
  const condition = Condition.parse(texts);
  const plain = { id, dataId, access, everyWrite, newValues, shown };
  if (!target)
    return {
      ...plain,
      target: undefined,
      condition: undefined,
      problem: `"${dataId}" names nothing that can be watched.`,
    };
  if ('error' in condition)
    return { ...plain, target: undefined, condition: undefined, problem: condition.error };
  if (target.kind === 'word' && access !== 'write')
    return {
      ...plain,
      target: undefined,
      condition: undefined,
      problem: 'Of a register only changes can be watched.',
    };
  return { ...plain, target, condition };
}

export function watchRequest({ id, target, access }: DataBreakpoint & { target: WatchTarget }): WatchRequest {
  return { id, target, read: access !== 'write', write: access !== 'read' };
}

/** Name for people: `L1:0x1000, 8 bytes`, `vmcs12.GUEST_RIP`, `cr3 of L1`. */
export function targetName(target: WatchTarget): string {
  switch (target.kind) {
    case 'memory': {
      const bytes = target.bytes === 1 ? '1 byte' : `${target.bytes} bytes`;
      return `${spaceName(target.space)}:0x${target.address.toString(16)} (${bytes})`;
    }
    case 'field':
      return `${target.vmcs}.${target.field}`;
    case 'word':
      return `${target.name} of ${target.level}`;
  }
}
