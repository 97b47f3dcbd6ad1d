// The shape of an instruction row: what the manual says of an instruction beside its encoding, its operands and its
// flags, which come from the decoder's tables. Intel SDM volume 2; volume 3, 25.1 (2016 numbering) for the exits. No behaviour.

import type { ExceptionName } from '../exceptions';
import type { ExitReasonName } from '../exit-reasons';
import type { VmInstructionErrorName } from '../vm-instruction-errors';
import type { ControlName } from '../vmx-controls';

/** Protected mode is that outside IA-32e mode; compatibility mode and 64-bit mode are IA-32e mode. */
export type ProcessorMode = 'real' | 'virtual-8086' | 'protected' | 'compatibility' | '64-bit';

/** An exception with its cause. #GP, #SS, #PF and #AC of every memory access are not written down. */
export interface InstructionFault {
  exception: ExceptionName;
  /** The error code it pushes, where it says something. */
  code?: '0' | 'selector';
  /** A clause: `CR4.VMXE is 0`. */
  when: string;
}

/** A VM exit that the instruction causes in VMX non-root operation. */
export interface InstructionExit {
  reason: ExitReasonName;
  /** Controls that must all be 1 for it. */
  controls?: readonly ControlName[];
  /** A clause: what else must hold. With neither controls nor this, the instruction exits every time. */
  when?: string;
}

export interface InstructionRow {
  /** The mnemonic as Intel writes it, upper case. MOVSD and CMPSD stand twice: string instructions and SSE2. */
  name: string;
  /** What it does, in a few words. */
  title: string;
  /** One sentence, where there is more to say than the title does. */
  summary?: string;
  /** Other mnemonics for it in Intel syntax, for all of its encodings or for one of them. */
  aliases?: readonly string[];
  /** Its mnemonics in AT&T syntax, where they are more than the name and a size suffix. */
  attNames?: readonly string[];
  /** Operand forms, where the decoder does not know the instruction (it is too new). */
  operands?: readonly string[];
  faults?: readonly InstructionFault[];
  exits?: readonly InstructionExit[];
  /** In VMX non-root operation it raises #UD unless this control is 1. */
  enabledBy?: ControlName;
  /** With VMfailValid it leaves one of these error numbers in the current VMCS. */
  errors?: readonly VmInstructionErrorName[];
  /** Where it raises #UD (or means something else) whatever its operands are. */
  undefinedIn?: readonly ProcessorMode[];
  /** It needs CPL 0, and raises #GP(0) or #UD without. */
  privileged?: 'GP' | 'UD';
  /** An instruction with this name behind a V exists (AVX). */
  avx?: true;
  /** Where it is described; without this in SDM volume 2 under its name. */
  sdm?: string;
  /** Not yet in the SDM of June 2016 (325462-059). */
  newer?: true;
}

/** Instructions that exist in 64-bit mode alone. */
export const only64Bit = ['real', 'virtual-8086', 'protected', 'compatibility'] as const;
/** Instructions that 64-bit mode took away. */
export const not64Bit = ['64-bit'] as const;
/** Instructions that need protection, with segments or without. */
export const onlyProtected = ['real', 'virtual-8086'] as const;
/** VMX instructions: compatibility mode is excluded too (SDM volume 3, 30.1). */
export const onlyVmxModes = ['real', 'virtual-8086', 'compatibility'] as const;
