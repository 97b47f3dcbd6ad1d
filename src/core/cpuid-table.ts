// What the processor claims: the table the embedder filled at Region.CPUID, without the bits that follow the processor's state
// (exec/cpuid.ts adds them).
import { Region } from '../abi/memory-map';
import { CpuidTable } from '../abi/tables';

/** Row of a leaf, 0 when there is none. A leaf with rows for other subleaves only has no row. */
export function findRow(leaf: u32, subleaf: u32): usize {
  const count = load<u32>(Region.CPUID + CpuidTable.COUNT);
  let row: usize = Region.CPUID + CpuidTable.ROWS;
  for (let i: u32 = 0; i < count; i++, row += CpuidTable.ROW_SIZE) {
    if (load<u32>(row + CpuidTable.LEAF) != leaf) continue;
    const own = load<u32>(row + CpuidTable.SUBLEAF);
    if (own == subleaf || own == <u32>CpuidTable.ANY_SUBLEAF) return row;
  }
  return 0;
}

/** A register (CpuidTable.EAX ...) of a leaf as the profile has it; 0 without a row. */
export function cpuidRegister(leaf: u32, subleaf: u32, register: usize): u32 {
  const row = findRow(leaf, subleaf);
  return row == 0 ? 0 : load<u32>(row + register);
}
