/**
 * What to watch for the last write of something. Of memory it is the bytes that stand there now, by their host-physical address: before,
 * the tables may have led elsewhere, and epochs in which nobody wrote to their pages need not be looked at.
 */
import type { Machine } from '../../machine/machine';
import {
  EVERY_WRITE,
  makeDataBreakpoint,
  offer,
  targetName,
  type DataBreakpoint,
  type DataRequest,
} from './data-breakpoint';

const PAGE_SHIFT = 12n;

export interface LastWrite {
  readonly watch: DataRequest;
  /** Pages of RAM that hold it, where that is known. */
  readonly pages?: readonly number[];
}

/** @param dataId as of a data breakpoint */
export function lastWriteOf(machine: Machine, dataId: string): LastWrite | { readonly problem: string } {
  const watch = { dataId: `${dataId} ${EVERY_WRITE}`, access: 'write', texts: {} } as const;
  const { target, problem }: DataBreakpoint = makeDataBreakpoint(0, watch);
  if (!target) return { problem: problem! };
  if (target.kind !== 'memory') return { watch };
  const { space, address, bytes } = target;
  const host = machine.driver.translate(space, address);
  const last = machine.driver.translate(space, BigInt.asUintN(64, address + BigInt(bytes) - 1n));
  if (host === undefined || last !== host + BigInt(bytes) - 1n) return { watch };
  const there = offer({ ...target, space: { kind: 'host' }, address: host }, '', EVERY_WRITE);
  const pages = [...new Set([Number(host >> PAGE_SHIFT), Number(last >> PAGE_SHIFT)])];
  return { watch: { ...watch, dataId: there.dataId, shown: targetName(target) }, pages };
}
