/**
 * From what a user points at to what can be watched: the result of an expression, or an address.
 */
import type { WatchTarget } from '../../machine/watch-request';
import type { Evaluated } from '../expression/evaluator';
import type { ExpressionScope } from '../expression/scope';
import { POINTER_BYTES } from '../expression/named-type';
import { MOST_BYTES } from './data-breakpoint';

export type TargetResult = WatchTarget | { readonly problem: string };

/** @param bytes how many, where the result does not say it */
export function targetOfResult(result: Evaluated, scope: ExpressionScope, bytes?: number): TargetResult {
  if (result.kind === 'variable') {
    const { address, size, name, place } = result.value;
    if (address === undefined)
      return { problem: `${name} is not in memory (${place}): watch the register instead.` };
    return memory(result.space ?? scope.space, address, bytes ?? size ?? POINTER_BYTES);
  }
  if (result.kind === 'number' && result.place?.kind === 'cell') {
    const { cell, name } = result.place;
    return cell.watch ?? { problem: `${name} cannot be watched.` };
  }
  if (result.kind === 'number' && result.place?.kind === 'memory')
    return memory(result.place.space, result.place.address, bytes ?? result.place.type.bytes);
  if (result.kind === 'number' && (result.space || bytes !== undefined))
    return memory(result.space ?? scope.space, result.value, bytes ?? POINTER_BYTES);
  return { problem: 'Only memory, registers, MSRs and VMCS fields can be watched.' };
}

function memory(
  space: (WatchTarget & { kind: 'memory' })['space'],
  address: bigint,
  bytes: number,
): TargetResult {
  if (bytes < 1 || bytes > MOST_BYTES)
    return { problem: `From 1 to ${MOST_BYTES} bytes can be watched, not ${bytes}: choose a part of it.` };
  if (address < 0n) return { problem: 'This is not an address.' };
  return { kind: 'memory', space, address: BigInt.asUintN(64, address), bytes };
}
