// Ports and MSRs in non-root operation: I/O bitmaps and MSR bitmaps (SDM 24.6.4, 24.6.9, 25.1.3, Table 27-5).
import { Exit, IoQualification, Proc, V } from '../gen/constants';
import { physicalRead8 } from '../mmu/physical';
import { giveInstructionInformation, giveLinearAddress, requestInstructionExit } from '../pending';
import { Uop, UopFlag } from '../uop';
import { stringIoInformation } from './instruction-info';
import { inNonRoot } from './state-of-operation';
import { proc, vm64 } from './vmcs';

/** One bit of a bitmap in host-physical memory. */
export function bitSet(page: u64, bit: u32): bool {
  return ((physicalRead8(page + <u64>(bit >> 3)) >> (bit & 7)) & 1) != 0;
}

/** Any port of the access has its bit set, or the access wraps around the port space. */
function portExits(port: u32, size: u32): bool {
  if (port + size > 0x10000) return true;
  for (let i: u32 = 0; i < size; i++) {
    const one = port + i;
    const bitmap = one < 0x8000 ? vm64(V.IO_BITMAP_A) : vm64(V.IO_BITMAP_B);
    if (bitSet(bitmap, one & 0x7fff)) return true;
  }
  return false;
}

/** IN, OUT, INS, OUTS. `linear`: address of the string operand (0 for IN and OUT). */
export function interceptIo(u: usize, port: u32, size: u32, isIn: bool, isString: bool, linear: u64): bool {
  const controls = proc();
  if (controls & Proc.USE_IO_BITMAPS) {
    if (!portExits(port, size)) return false;
  } else if ((controls & Proc.UNCONDITIONAL_IO_EXITING) == 0) {
    return false;
  }
  const flags: u32 = load<u8>(u + Uop.FLAGS);
  let qualification = (<u64>(size - 1)) | ((<u64>port) << IoQualification.PORT_SHIFT);
  if (isIn) qualification |= IoQualification.DIRECTION;
  if (isString) {
    qualification |= IoQualification.STRING;
    if ((flags & (UopFlag.REP | UopFlag.REPNE)) != 0) qualification |= IoQualification.REP;
  } else if ((flags & UopFlag.REGISTER_FORM) == 0) {
    // The port is an immediate: the decoder marks the DX forms as register forms.
    qualification |= IoQualification.OPERAND;
  }
  requestInstructionExit(Exit.IO_INSTRUCTION, qualification, load<u8>(u + Uop.LENGTH));
  if (isString) {
    giveLinearAddress(linear);
    giveInstructionInformation(stringIoInformation(u, isIn));
  }
  return true;
}

/** Quarters of the MSR bitmap: read low, read high, write low, write high. */
const HIGH_MSRS: u32 = 0xc0000000;
const QUARTER_BITS: u32 = 0x2000;

function msrExits(msr: u32, write: bool): bool {
  if ((proc() & Proc.USE_MSR_BITMAPS) == 0) return true;
  const half: u32 = write ? QUARTER_BITS * 2 : 0;
  if (msr < QUARTER_BITS) return bitSet(vm64(V.MSR_BITMAP), half + msr);
  const high = msr - HIGH_MSRS;
  if (msr >= HIGH_MSRS && high < QUARTER_BITS) return bitSet(vm64(V.MSR_BITMAP), half + QUARTER_BITS + high);
  return true;
}

export function interceptRdmsr(u: usize, msr: u32): bool {
  if (!inNonRoot() || !msrExits(msr, false)) return false;
  requestInstructionExit(Exit.MSR_READ, 0, load<u8>(u + Uop.LENGTH));
  return true;
}

export function interceptWrmsr(u: usize, msr: u32): bool {
  if (!inNonRoot() || !msrExits(msr, true)) return false;
  requestInstructionExit(Exit.MSR_WRITE, 0, load<u8>(u + Uop.LENGTH));
  return true;
}
