// CPUID from the profile's table, with the bits that follow the processor's state (SDM 2A CPUID).
import { Gpr, Mode, State } from '../../abi/state-block';
import { CpuidTable } from '../../abi/tables';
import { cpuidRegister, findRow } from '../cpuid-table';
import { Cr4, Ia32ApicBase, Ia32MiscEnable } from '../gen/constants';
import { get32, get64, gpr, setGpr } from '../state';
import { Next } from '../uop';
import { inNonRoot, interceptCpuid } from '../vmx/hooks';
import { COMPACTED, areaSize, compacting, enabledComponents } from './xsave-layout';

export { claimed, cpuidRegister } from '../cpuid-table';

const EXTENDED: u32 = 0x80000000;

/** Leaves beyond the maximum of their range answer with the highest basic leaf (SDM CPUID). */
function answeringLeaf(leaf: u32): u32 {
  const basic = cpuidRegister(0, 0, CpuidTable.EAX);
  if (leaf <= basic) return leaf;
  if (leaf >= EXTENDED && leaf <= cpuidRegister(EXTENDED, 0, CpuidTable.EAX)) return leaf;
  return findRow(leaf, 0) != 0 ? leaf : basic;
}

function withBit(value: u32, bit: u32, on: bool): u32 {
  const mask: u32 = 1 << bit;
  return on ? value | mask : value & ~mask;
}

export function execCpuid(u: usize): i32 {
  if (inNonRoot() && interceptCpuid(u)) return Next.EXITED;
  const leaf = answeringLeaf(<u32>gpr(Gpr.RAX));
  const subleaf = <u32>gpr(Gpr.RCX);
  const row = findRow(leaf, subleaf);
  let ebx: u32 = 0;
  let ecx: u32 = 0;
  let edx: u32 = 0;
  let eax: u32 = 0;
  if (row != 0) {
    eax = load<u32>(row + CpuidTable.EAX);
    ebx = load<u32>(row + CpuidTable.EBX);
    ecx = load<u32>(row + CpuidTable.ECX);
    edx = load<u32>(row + CpuidTable.EDX);
    const cr4 = get64(State.CR4);
    if (leaf == 1) {
      ecx = withBit(ecx, 27, (cr4 & Cr4.OSXSAVE) != 0);
      if ((get64(State.MSR_APIC_BASE) & Ia32ApicBase.EN) == 0) edx = withBit(edx, 9, false);
      if ((get64(State.MSR_MISC_ENABLE) & Ia32MiscEnable.MONITOR) == 0) ecx = withBit(ecx, 3, false);
    } else if (leaf == 7 && subleaf == 0) {
      ecx = withBit(ecx, 4, (cr4 & Cr4.PKE) != 0);
    } else if (leaf == 0xd && subleaf == 0) {
      ebx = areaSize(enabledComponents(false), 0);
    } else if (leaf == 0xd && subleaf == 1) {
      // With XSAVEC or XSAVES: the area of the enabled components, compacted.
      if (compacting()) ebx = areaSize(enabledComponents(true), COMPACTED | enabledComponents(true));
    } else if (leaf == 0x80000001 && get32(State.MODE) != Mode.LONG_64) {
      edx = withBit(edx, 11, false);
    }
  }
  setGpr(Gpr.RAX, eax);
  setGpr(Gpr.RBX, ebx);
  setGpr(Gpr.RCX, ecx);
  setGpr(Gpr.RDX, edx);
  return Next.DONE;
}
