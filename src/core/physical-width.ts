// MAXPHYADDR, the width of physical addresses: CPUID.80000008H:EAX[7:0] (SDM Vol. 3, 4.1.4). The one place that reads it;
// walks ask in every step, so it is remembered as a mask.
import { CpuidTable } from '../abi/tables';
import { cpuidRegister } from './cpuid-table';
import { Private } from './layout';
import { S } from './state';

const ADDRESS_SIZES_LEAF: u32 = 0x80000008;
/** Without the leaf. */
const DEFAULT_WIDTH: u32 = 36;

/** Width in bits. */
export function physicalAddressWidth(): u32 {
  const width = cpuidRegister(ADDRESS_SIZES_LEAF, 0, CpuidTable.EAX) & 0xff;
  return width != 0 ? width : DEFAULT_WIDTH;
}

export function maskOfWidth(width: u32): u64 {
  return ((<u64>1) << (<u64>width)) - 1;
}

/** Ones in every physical-address bit the chip has. */
export function physicalMask(): u64 {
  const known = load<u64>(S + Private.PHYSICAL_MASK);
  if (known != 0) return known;
  const mask = maskOfWidth(physicalAddressWidth());
  store<u64>(S + Private.PHYSICAL_MASK, mask);
  return mask;
}

/** Forgets the width: the embedder may have written another CPUID table. */
export function forgetPhysicalMask(): void {
  store<u64>(S + Private.PHYSICAL_MASK, 0);
}
