/**
 * The walk of ept12, the EPT that L1 built for L2: L2's guest-physical address to L1's, with the exact
 * rights. SDM 28.2; KVM: FNAME(walk_addr_generic) for PTTYPE_EPT. The walk itself is the chip's (cpu.walkEpt): it
 * reads L1's memory and sets accessed and dirty bits there when ept12 has them enabled. Here stands whose
 * memory it is and which capabilities L1 was offered; nothing is decided.
 */
import type { WalkedSpace } from '../../cpu/walk-space';
import type { FaultCause } from '../../isa/fault-reasons';
import { ept_qualification } from '../qualification-bits';
import { ept_entry, eptp_bits, placed, WRITE_BACK } from '../register-bits';
import { secondary } from '../control-masks';
import type { Vcpu } from '../vcpu';
import { get_vmcs12 } from './current-vmcs12';
import { nested_cpu_has2 } from './vmcs12-controls';

/** Access bits, as in an EPT-violation qualification; R, W and X of an EPT entry lie at the same places. */
export const EPT_READ = Number(ept_qualification.READ);
export const EPT_WRITE = Number(ept_qualification.WRITE);
export const EPT_FETCH = Number(ept_qualification.FETCH);

/** Bits of an EPT entry (SDM 28.2.2). */
export const EPTE = {
  RWX: ept_entry.R | ept_entry.W | ept_entry.X,
  MEMORY_TYPE: ept_entry.MEMORY_TYPE,
  IGNORE_PAT: ept_entry.IPAT,
  LARGE: ept_entry.PAGE,
  ACCESSED: ept_entry.A,
  DIRTY: ept_entry.D,
} as const;

/** EPTP bit that enables accessed and dirty flags (SDM 24.6.11). */
export const EPTP_AD_ENABLE = eptp_bits.AD;
/** What every EPTP of L0 has: write-back, walk length 4 (held minus 1). */
export const EPTP_WALK_4_WRITE_BACK =
  placed(WRITE_BACK, eptp_bits.MEMORY_TYPE) | placed(3n, eptp_bits.WALK_LENGTH);

export type Ept12Walk =
  | {
      kind: 'mapped';
      /** L1's guest-physical address. */
      gpa: bigint;
      /** Rights of the whole walk, bits as in an entry: read 1, write 2, execute 4. */
      rights: number;
      /** Level of the leaf: 1 = 4 KByte, 2 = 2 MByte, 3 = 1 GByte. */
      level: number;
      /** False when writes must still be caught to set the dirty bit. */
      dirty: boolean;
      memory_type: bigint;
    }
  | Ept12Refusal;

/** The walk ended without an address, at an entry of ept12. */
export type Ept12Refusal =
  | { kind: 'violation'; rights: number; cause: FaultCause }
  | { kind: 'misconfig'; cause: FaultCause }
  /** A dirty bit was to be set, and L1's page-modification log is full. */
  | { kind: 'log-full' };

/** Physical-address bits of L1's processor, from its CPUID leaf 80000008H (36 when it has none). */
export function maxphyaddr(vcpu: Vcpu): number {
  const row = vcpu.config.cpuid.find((candidate) => candidate.leaf === 0x80000008);
  return row ? row.eax & 0xff : 36;
}

/** L1's physical memory: RAM at its place in host memory, addresses as wide as L1's processor has them. */
export function l1_space(vcpu: Vcpu): WalkedSpace {
  return {
    physicalBits: maxphyaddr(vcpu),
    base: vcpu.config.l1Base,
    size: BigInt(vcpu.config.l1RamBytes),
  };
}

/** L2's physical memory: what an EPT pointer of L1 makes of L1's, by the capabilities that L0 offers. */
export function ept12_space(vcpu: Vcpu, eptp: bigint): WalkedSpace {
  const capabilities = BigInt(vcpu.nested.msrs.ept_caps >>> 0);
  const space = { ...l1_space(vcpu), ept: { pointer: eptp, capabilities } };
  const vmcs12 = get_vmcs12(vcpu);
  if (!nested_cpu_has2(vmcs12, secondary.ENABLE_PML)) return space;
  return { ...space, log: { address: vmcs12.PML_ADDRESS, index: vmcs12.GUEST_PML_INDEX } };
}

/** KVM: the index that nested_vmx_write_pml_buffer leaves. After each walk of `ept12_space` that may set dirty bits. */
export function keep_log_index(vcpu: Vcpu, space: WalkedSpace): void {
  if (space.log) get_vmcs12(vcpu).GUEST_PML_INDEX = vcpu.cpu.walkedLogIndex;
}

/**
 * Walks ept12 for one access.
 * @param eptp EPT pointer of vmcs12
 * @param gpa L2's guest-physical address
 * @param access EPT_READ, EPT_WRITE, EPT_FETCH; 0 asks for the translation only and changes nothing
 */
export function walk_ept12(vcpu: Vcpu, eptp: bigint, gpa: bigint, access: number): Ept12Walk {
  const space = ept12_space(vcpu, eptp);
  const walk = vcpu.cpu.walkEpt(space, gpa, access);
  keep_log_index(vcpu, space);
  if (walk.kind === 'violation' || walk.kind === 'log-full') return walk;
  if (walk.kind === 'misconfiguration') return { kind: 'misconfig', cause: walk.cause };
  const keeps_flags = (eptp & EPTP_AD_ENABLE) !== 0n;
  const is_dirty = !keeps_flags || (access & EPT_WRITE) !== 0 || (walk.leaf & EPTE.DIRTY) !== 0n;
  const memory_type = walk.leaf & (EPTE.MEMORY_TYPE | EPTE.IGNORE_PAT);
  return {
    kind: 'mapped',
    gpa: walk.physical,
    rights: walk.rights,
    level: walk.level,
    dirty: is_dirty,
    memory_type,
  };
}
