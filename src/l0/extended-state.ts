/**
 * What L1's CPUID offers of XSAVE (leaf DH), and the sizes that follow from XCR0 and IA32_XSS. Both registers are the chip's
 * own while L1 and L2 run: L0 saves no vectors, so it has no values of its own to load. SDM volume 1, 13.2; KVM: xstate.c.
 */
import { State } from '../abi/state-block';
import { cpuidFeature, type CpuidFeatureName } from '../isa/cpuid-features';
import type { CpuidRow } from './config';
import type { Vcpu } from './vcpu';

const XSTATE_LEAF = 0xd;
/** XSAVE area without extended components: legacy region and header. */
const XSTATE_BASE = 576;
/** The first component behind the header, and the highest bit that may stand for one. */
const FIRST_EXTENDED = 2;
const LAST = 62;
/** CPUID.DH ECX bit 1: aligned to 64 bytes in the compacted format. */
const ALIGNED = 2;

function leaf_row(vcpu: Vcpu, leaf: number, subleaf: number): CpuidRow | undefined {
  return vcpu.config.cpuid.find(
    (row) => row.leaf === leaf && (row.subleaf === undefined || row.subleaf === subleaf),
  );
}

/** KVM: guest_cpuid_has. */
export function guest_cpuid_has(vcpu: Vcpu, name: CpuidFeatureName): boolean {
  const { leaf, subleaf, register, bit } = cpuidFeature[name];
  return (((leaf_row(vcpu, leaf, subleaf)?.[register] ?? 0) >>> bit) & 1) !== 0;
}

function wide(high: number | undefined, low: number | undefined): bigint {
  return (BigInt(high ?? 0) << 32n) | BigInt(low ?? 0);
}

/** KVM: cpuid_get_supported_xcr0. */
export function guest_supported_xcr0(vcpu: Vcpu): bigint {
  const row = leaf_row(vcpu, XSTATE_LEAF, 0);
  return wide(row?.edx, row?.eax);
}

/** KVM: cpuid_get_supported_xss. */
export function guest_supported_xss(vcpu: Vcpu): bigint {
  const row = leaf_row(vcpu, XSTATE_LEAF, 1);
  return wide(row?.edx, row?.ecx);
}

/** KVM: xstate_required_size. */
function xstate_required_size(vcpu: Vcpu, components: bigint, compacted: boolean): number {
  let end = XSTATE_BASE;
  for (let index = FIRST_EXTENDED; index <= LAST; index++) {
    const row = leaf_row(vcpu, XSTATE_LEAF, index);
    if (((components >> BigInt(index)) & 1n) === 0n || !row) continue;
    const aligned = row.ecx & ALIGNED ? Math.ceil(end / 64) * 64 : end;
    const offset = compacted ? aligned : row.ebx;
    end = Math.max(end, offset + row.eax);
  }
  return end;
}

/** EBX of leaf DH: the area of what is enabled now. KVM: kvm_update_cpuid_runtime. */
export function xstate_size_now(vcpu: Vcpu, subleaf: number, row: CpuidRow): number {
  const xcr0 = vcpu.cpu.get64(State.XCR0);
  if (subleaf === 0) return xstate_required_size(vcpu, xcr0, false);
  const compacts = guest_cpuid_has(vcpu, 'XSAVES') || guest_cpuid_has(vcpu, 'XSAVEC');
  if (subleaf !== 1 || !compacts) return row.ebx;
  return xstate_required_size(vcpu, xcr0 | vcpu.cpu.get64(State.MSR_XSS), true);
}
