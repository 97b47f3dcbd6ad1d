/** Which pages of RAM a snapshot or a hash has to look at. */
import type { PageMarks } from '../cpu/page-marks';
import type { Machine } from './machine';

/** Pages that may have changed since the marks were cleared. The processor writes to a current VMCS whenever it wants. */
export function writtenPages({ cpus, cpu }: Machine, marks: PageMarks): number[] {
  const vmcss = cpus.map(({ currentVmcs }) => currentVmcs).filter((at) => at < BigInt(cpu.ramBytes));
  return [...new Set([...marks.written(), ...vmcss.map((at) => Number(at >> 12n))])];
}
