/**
 * What `vCont` and the older packets ask the machine to do, and the motion that does it. Exactly one level of a CPU runs, so a thread
 * that steps takes the others with it: into the guest at a VM entry, out to the handler at an exit.
 *
 * `alone` is a step in which no other thread takes part: under `set scheduler-locking`, and whenever gdb steps off a breakpoint to go
 * on. It stays in its level: what runs in between runs to its end or to a breakpoint, so that gdb goes on without a stop of its own.
 */
import type { DebugSession } from '../debugger/session';
import { GuestStep } from '../debugger/stepping/guest-step';
import { CONTINUE, type Motion } from '../debugger/stepping/motion';
import { RangeStep } from '../debugger/stepping/range-step';
import type { StrandName } from '../machine/strand';
import { numberOf } from './hex';

export type Resumption =
  | { readonly kind: 'continue' }
  | { readonly kind: 'step'; readonly thread: string | undefined; readonly alone: boolean }
  | {
      readonly kind: 'range';
      readonly thread: string | undefined;
      readonly start: bigint;
      readonly end: bigint;
      readonly alone: boolean;
    };

/** Actions of vCont that are understood, as its question is answered. */
export const VCONT_ACTIONS = 'vCont;c;C;s;S;r';

/** Reads what follows `vCont`; undefined for what makes no sense. */
export function parseVCont(text: string): Resumption | undefined {
  const actions = text
    .split(';')
    .slice(1)
    .map((action) => action.split(':'));
  const [first] = actions;
  if (!first || actions.some(([what]) => !/^[cCsSr]/.test(what ?? ''))) return undefined;
  const othersToo = actions.some(([what, thread]) => /^[cC]/.test(what!) && isAll(thread));
  const stepping = actions.find(([what]) => /^[sSr]/.test(what!));
  if (!stepping) return { kind: 'continue' };
  const [what, thread] = stepping as [string, string | undefined];
  const owner = isAll(thread) ? undefined : thread;
  const alone = owner !== undefined && !othersToo;
  if (!what.startsWith('r')) return { kind: 'step', thread: owner, alone };
  const [start, end] = what.slice(1).split(',').map(numberOf);
  if (start === undefined || end === undefined) return undefined;
  return { kind: 'range', thread: owner, start, end, alone };
}

function isAll(thread: string | undefined): boolean {
  return thread === undefined || thread === '-1' || thread === '0';
}

export function motionOf({ ground }: DebugSession, strand: StrandName, what: Resumption): Motion {
  if (what.kind === 'continue') return CONTINUE;
  // A call is gone into in any case: what "over" would pass is the guest.
  const calls = () => {
    const place = ground.place(strand);
    return place !== undefined && ground.instruction(strand, place.rip)?.flow === 'call';
  };
  const one = () => new GuestStep(ground, strand, { into: !what.alone || calls(), byInstruction: true });
  return what.kind === 'step' ? one() : new RangeStep(ground, strand, what, one);
}
