/**
 * Guest and host areas of a VMCS as registers: what a level that is not running will go on with. Works on any reader of
 * fields, so that a hardware VMCS and L0's cached vmcs12 are read by the same code.
 */
import { Gpr } from '../abi/state-block';
import { registerMask } from '../cpu/register-bits';
import type { FieldName } from '../isa/vmcs-fields';
import type { Cpu, SegmentRegister } from '../cpu/cpu';
import { control } from '../isa/vmx-controls';
import { onlyRsp, SEGMENT_NAMES, type LevelRegisters, type SegmentName } from './level-state';

/** Reads a field as a bigint, whatever its width. */
export type FieldReader = (name: FieldName) => bigint;

const bit = (name: string): number => Number(registerMask('access-rights', name));
const UNUSABLE = bit('UNUSABLE');
const PRESENT = bit('P');
const FLAT = bit('S') | PRESENT | bit('G');
/** Segment types an exit loads: accessed writable data, accessed readable code, busy TSS. */
const DATA = 3 | FLAT | bit('DB');
const CODE_64 = 11 | FLAT | bit('L');
const CODE_32 = 11 | FLAT | bit('DB');
const BUSY_TSS = 11 | PRESENT;

const HOST_64 = 1 << control.VM_EXIT_HOST_ADDRESS_SPACE_SIZE.bit;

/**
 * The guest-state area (SDM 24.4).
 * @param gprs what is known of the general registers; RSP is taken from the VMCS
 */
export function guestState(
  read: FieldReader,
  source: string,
  gprs?: readonly (bigint | undefined)[],
): LevelRegisters {
  const segment = (name: SegmentName): SegmentRegister => {
    const upper = name.toUpperCase() as 'ES' | 'CS' | 'SS' | 'DS' | 'FS' | 'GS' | 'LDTR' | 'TR';
    return {
      selector: Number(read(`GUEST_${upper}_SELECTOR`)),
      base: read(`GUEST_${upper}_BASE`),
      limit: Number(read(`GUEST_${upper}_LIMIT`)),
      access: Number(read(`GUEST_${upper}_AR_BYTES`)),
    };
  };
  const rsp = read('GUEST_RSP');
  return {
    gprs: gprs ? gprs.map((value, index) => (index === (Gpr.RSP as number) ? rsp : value)) : onlyRsp(rsp),
    rip: read('GUEST_RIP'),
    rflags: read('GUEST_RFLAGS'),
    segments: Object.fromEntries(
      SEGMENT_NAMES.map((name) => [name, segment(name)]),
    ) as LevelRegisters['segments'],
    cr0: read('GUEST_CR0'),
    cr2: undefined,
    cr3: read('GUEST_CR3'),
    cr4: read('GUEST_CR4'),
    efer: guestEfer(read),
    gdtr: { base: read('GUEST_GDTR_BASE'), limit: Number(read('GUEST_GDTR_LIMIT')) },
    idtr: { base: read('GUEST_IDTR_BASE'), limit: Number(read('GUEST_IDTR_LIMIT')) },
    source,
  };
}

const IA32E = 1n << BigInt(control.VM_ENTRY_IA32E_MODE_GUEST.bit);
const LONG_MODE = registerMask('efer', 'LME') | registerMask('efer', 'LMA');

/**
 * EFER that the guest goes on with. Its mode is the entry control's, whether or not the hypervisor saves and loads EFER (SDM
 * 26.3.2.1, 27.3.1): the field may be as old as the VMCS.
 */
function guestEfer(read: FieldReader): bigint {
  const controls = read('VM_ENTRY_CONTROLS');
  const rest = read('GUEST_IA32_EFER') & ~LONG_MODE;
  return (controls & IA32E) !== 0n ? rest | LONG_MODE : rest;
}

/** The host-state area (SDM 24.5), with the attributes a VM exit gives to segments (SDM 27.5.2). */
export function hostState(read: FieldReader, source: string): LevelRegisters {
  const flat = (selector: bigint, base: bigint, access: number): SegmentRegister => ({
    selector: Number(selector),
    base,
    limit: 0xffffffff,
    access: selector === 0n ? UNUSABLE : access,
  });
  const wide = (Number(read('VM_EXIT_CONTROLS')) & HOST_64) !== 0;
  const zero = { selector: 0, base: 0n, limit: 0, access: UNUSABLE };
  return {
    gprs: onlyRsp(read('HOST_RSP')),
    rip: read('HOST_RIP'),
    rflags: registerMask('rflags', 'FIXED'),
    segments: {
      es: flat(read('HOST_ES_SELECTOR'), 0n, DATA),
      cs: flat(read('HOST_CS_SELECTOR'), 0n, wide ? CODE_64 : CODE_32),
      ss: flat(read('HOST_SS_SELECTOR'), 0n, DATA),
      ds: flat(read('HOST_DS_SELECTOR'), 0n, DATA),
      fs: flat(read('HOST_FS_SELECTOR'), read('HOST_FS_BASE'), DATA),
      gs: flat(read('HOST_GS_SELECTOR'), read('HOST_GS_BASE'), DATA),
      ldtr: zero,
      tr: {
        selector: Number(read('HOST_TR_SELECTOR')),
        base: read('HOST_TR_BASE'),
        limit: 0x67,
        access: BUSY_TSS,
      },
    },
    cr0: read('HOST_CR0'),
    cr2: undefined,
    cr3: read('HOST_CR3'),
    cr4: read('HOST_CR4'),
    efer: read('HOST_IA32_EFER'),
    gdtr: { base: read('HOST_GDTR_BASE'), limit: 0xffff },
    idtr: { base: read('HOST_IDTR_BASE'), limit: 0xffff },
    source,
  };
}

/** Reader of a hardware VMCS at a host-physical address. */
export function fieldReader(cpu: Cpu, vmcs: bigint): FieldReader {
  return (name) => BigInt(cpu.vmread(name, vmcs));
}

const SECONDARY = 1 << control.ACTIVATE_SECONDARY_CONTROLS.bit;
const EPT = 1 << control.ENABLE_EPT.bit;

/** True when the controls of this VMCS turn EPT on. */
export function usesEpt(read: FieldReader): boolean {
  const primary = Number(read('CPU_BASED_VM_EXEC_CONTROL'));
  return (primary & SECONDARY) !== 0 && (Number(read('SECONDARY_VM_EXEC_CONTROL')) & EPT) !== 0;
}
