// CPUID from the profile's table, with the bits that follow the processor's state (SDM 2A CPUID).
import { Gpr, Mode, State } from '../../abi/state-block';
import { CpuidTable } from '../../abi/tables';
import { featureBit } from '../claims';
import { cpuidRegister, findRow } from '../cpuid-table';
import { Cr4, Ia32ApicBase, Ia32MiscEnable } from '../gen/constants';
import { Feature } from '../gen/features';
import { get32, get64, gpr, setGpr } from '../state';
import { Next } from '../uop';
import { inNonRoot, interceptCpuid } from '../vmx/hooks';
import { COMPACTED, areaSize, compacting, enabledComponents } from './xsave-layout';

const EXTENDED: u32 = 0x80000000;

/** Highest basic leaf while IA32_MISC_ENABLE.LIMIT_CPUID is set (SDM volume 4, table 2-2). */
const LIMITED_LEAVES: u32 = 2;

function miscEnabled(bits: u64): bool {
  return (get64(State.MSR_MISC_ENABLE) & bits) != 0;
}

/** Highest basic leaf: what leaf 0 answers in EAX. */
function basicLeaves(): u32 {
  const claimed = cpuidRegister(0, 0, CpuidTable.EAX);
  return miscEnabled(Ia32MiscEnable.LIMIT_CPUID) ? min(claimed, LIMITED_LEAVES) : claimed;
}

/** Leaves beyond the maximum of their range answer with the highest basic leaf (SDM CPUID). */
function answeringLeaf(leaf: u32): u32 {
  const basic = basicLeaves();
  if (leaf <= basic) return leaf;
  if (leaf >= EXTENDED && leaf <= cpuidRegister(EXTENDED, 0, CpuidTable.EAX)) return leaf;
  return leaf > cpuidRegister(0, 0, CpuidTable.EAX) && findRow(leaf, 0) != 0 ? leaf : basic;
}

/** The feature's bit in its register follows the processor's state. */
function withFeature(value: u32, feature: u32, on: bool): u32 {
  const mask: u32 = 1 << featureBit(feature);
  return on ? value | mask : value & ~mask;
}

function withoutFeature(value: u32, feature: u32): u32 {
  return value & ~(1 << featureBit(feature));
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
      ebx = (ebx & 0x00ffffff) | (get32(State.CPU) << 24);
      ecx = withFeature(ecx, Feature.OSXSAVE, (cr4 & Cr4.OSXSAVE) != 0);
      if ((get64(State.MSR_APIC_BASE) & Ia32ApicBase.EN) == 0) edx = withoutFeature(edx, Feature.APIC);
      if (!miscEnabled(Ia32MiscEnable.MONITOR)) ecx = withoutFeature(ecx, Feature.MONITOR);
    } else if (leaf == 7 && subleaf == 0) {
      ecx = withFeature(ecx, Feature.OSPKE, (cr4 & Cr4.PKE) != 0);
    } else if (leaf == 0xb) {
      edx = get32(State.CPU);
    } else if (leaf == 0xd && subleaf == 0) {
      ebx = areaSize(enabledComponents(false), 0);
    } else if (leaf == 0xd && subleaf == 1) {
      // With XSAVEC or XSAVES: the area of the enabled components, compacted.
      if (compacting()) ebx = areaSize(enabledComponents(true), COMPACTED | enabledComponents(true));
    } else if (leaf == 0x80000001) {
      if (get32(State.MODE) != Mode.LONG_64) edx = withoutFeature(edx, Feature.SYSCALL);
      if (miscEnabled(Ia32MiscEnable.XD_DISABLE)) edx = withoutFeature(edx, Feature.NX);
    } else if (leaf == 0) {
      eax = basicLeaves();
    }
  }
  setGpr(Gpr.RAX, eax);
  setGpr(Gpr.RBX, ebx);
  setGpr(Gpr.RCX, ecx);
  setGpr(Gpr.RDX, edx);
  return Next.DONE;
}
