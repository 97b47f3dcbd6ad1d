/**
 * A breakpoint, resolved to places: linear addresses of levels, or statements of L0. The core knows addresses only; which level
 * an address means, and every condition, is decided here.
 */
import type { StrandName } from '../../machine/strand';
import type { LoadedProgram } from '../programs';
import { Condition, type ConditionTexts } from './condition';

export type BreakpointKind = 'source' | 'function' | 'instruction';

export interface GuestPlace {
  readonly address: bigint;
  /** The level it is meant in; undefined: wherever `program` speaks for the address. */
  readonly level: StrandName | undefined;
  readonly program: LoadedProgram | undefined;
}

/** A line of L0's source, or the first statement of a function of L0. */
export type L0Place = { readonly file: string; readonly line: number } | { readonly functionName: string };

/** Where a request for a breakpoint leads. */
export interface Resolution {
  readonly guest: readonly GuestPlace[];
  readonly l0: readonly L0Place[];
  /** Where it really stands, on this machine. */
  readonly source?: { readonly path: string; readonly line: number; readonly column?: number };
  /** Why it is not verified; what to do. */
  readonly problem?: string;
}

export interface Breakpoint extends Resolution {
  /** Unique in the session; the same breakpoint keeps it when its list is sent again. */
  readonly id: number;
  readonly kind: BreakpointKind;
  readonly condition: Condition | undefined;
  readonly verified: boolean;
  /** What makes it the same breakpoint when its list is sent again. */
  readonly key: string;
}

/** Makes a breakpoint of a resolution; a wrong condition makes it an unverified one. */
export function makeBreakpoint(
  id: number,
  kind: BreakpointKind,
  key: string,
  resolution: Resolution,
  texts: ConditionTexts,
): Breakpoint {
  const condition = Condition.parse(texts);
  const places = resolution.guest.length + resolution.l0.length;
  if ('error' in condition)
    return { ...resolution, id, kind, key, condition: undefined, verified: false, problem: condition.error };
  return { ...resolution, id, kind, key, condition, verified: places > 0 };
}
