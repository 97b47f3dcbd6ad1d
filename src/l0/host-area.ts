/**
 * L0 as the host of the chip: the state the chip is in while L0 runs, and the same state as the host area
 * of vmcs01 and vmcs02. No code of L0 runs on the chip, so RIP, RSP and tables only have to satisfy the
 * entry checks (SDM 26.2.2).
 */
import { Seg, State } from '../abi/state-block';
import { access_rights, cr0 as CR0, cr4 as CR4, efer as EFER, PAT_RESET } from './register-bits';
import type { Vcpu } from './vcpu';

const HOST_CS = 0x10;
const HOST_DS = 0x18;
const HOST_TR = 0x40;
export const HOST_CR0 = CR0.PE | CR0.ET | CR0.NE | CR0.WP | CR0.PG;
export const HOST_CR4 = CR4.PAE | CR4.VMXE;
export const HOST_EFER = EFER.SCE | EFER.LME | EFER.LMA | EFER.NXE;

/** Segment types an exit loads (SDM 27.5.2): accessed readable code, accessed writable data, busy TSS. */
export const CODE = 11;
export const DATA = 3;
export const BUSY_TSS = 11;
/** Limit of the TSS after an exit. */
export const TSS_LIMIT = 0x67;

/** Access rights of a flat segment of this type; `long`: 64-bit code. */
export function flat_rights(type: number, long: boolean): number {
  const size = long ? access_rights.L : access_rights.DB;
  return type | access_rights.S | access_rights.P | size | access_rights.G;
}

/** Brings the chip into 64-bit mode, as an operating system below KVM would. */
export function enter_host_mode(vcpu: Vcpu): void {
  const cpu = vcpu.cpu;
  const code = flat_rights(CODE, true);
  const data = flat_rights(DATA, false);
  cpu.setSegment(Seg.CS, { selector: HOST_CS, base: 0n, limit: 0xffffffff, access: code });
  for (const index of [Seg.ES, Seg.SS, Seg.DS, Seg.FS, Seg.GS])
    cpu.setSegment(index, { selector: HOST_DS, base: 0n, limit: 0xffffffff, access: data });
  cpu.setSegment(Seg.TR, {
    selector: HOST_TR,
    base: 0n,
    limit: TSS_LIMIT,
    access: BUSY_TSS | access_rights.P,
  });
  cpu.set64(State.EFER, HOST_EFER);
  cpu.set64(State.CR0, HOST_CR0);
  cpu.set64(State.CR4, HOST_CR4);
  cpu.stateReplaced();
}

/** KVM: vmx_set_constant_host_state. The VMCS must be current. */
export function write_constant_host_state(vcpu: Vcpu): void {
  const cpu = vcpu.cpu;
  cpu.vmwrite('HOST_CR0', HOST_CR0);
  cpu.vmwrite('HOST_CR3', 0n);
  cpu.vmwrite('HOST_CR4', HOST_CR4);
  cpu.vmwrite('HOST_CS_SELECTOR', HOST_CS);
  for (const name of ['ES', 'SS', 'DS', 'FS', 'GS'] as const) cpu.vmwrite(`HOST_${name}_SELECTOR`, HOST_DS);
  cpu.vmwrite('HOST_TR_SELECTOR', HOST_TR);
  cpu.vmwrite('HOST_IA32_EFER', HOST_EFER);
  cpu.vmwrite('HOST_IA32_PAT', PAT_RESET);
  cpu.vmwrite('HOST_RIP', 0n);
  cpu.vmwrite('HOST_RSP', 0n);
}
