/** Makes the core of a `CoreCpu` a processor that claims all features, under a system that turned their state on. */
import { Region } from '../../../src/abi/memory-map';
import { State } from '../../../src/abi/state-block';
import { CpuidTable } from '../../../src/abi/tables';
import type { Cpu } from '../../../src/cpu/cpu';
import { cpuidFeatures } from '../../../src/isa/cpuid-features';

const ALL = 0xffffffff;

const OSFXSR_OSXMMEXCPT_OSXSAVE = 0x40600n;
/** x87, SSE and AVX. */
const XCR0 = 7n;

export function claimEverything(cpu: Cpu): void {
  const leaves = [...new Set(cpuidFeatures.map(({ leaf }) => leaf))].filter((leaf) => leaf !== 0xd);
  const rows = [
    ...leaves.map((leaf) => [leaf, CpuidTable.ANY_SUBLEAF, ALL, ALL, ALL, ALL]),
    // XSAVE: user components, all its forms, place and size of the AVX state.
    [0xd, 0, Number(XCR0), 832, 832, 0],
    [0xd, 1, 0xf, 832, 0, 0],
    [0xd, 2, 256, 576, 0, 0],
  ];
  const table = new DataView(cpu.memory);
  table.setUint32(Region.CPUID + CpuidTable.COUNT, rows.length, true);
  rows.forEach((row, i) => {
    const at = Region.CPUID + CpuidTable.ROWS + i * CpuidTable.ROW_SIZE;
    row.forEach((value, k) => table.setUint32(at + 4 * k, value, true));
  });
  cpu.set64(State.CR4, cpu.get64(State.CR4) | OSFXSR_OSXMMEXCPT_OSXSAVE);
  cpu.set64(State.XCR0, XCR0);
  cpu.stateReplaced();
}
