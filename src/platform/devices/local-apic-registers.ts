/**
 * Registers of the local APIC and their bits (SDM vol. 3, "Local APIC Register Address Map", "x2APIC Register
 * Address Space"). Constants and the reserved-bit rule only.
 */

// MSRs
export const IA32_APIC_BASE = 0x1b;
export const IA32_TSC_DEADLINE = 0x6e0;
export const X2APIC_FIRST = 0x800;
export const X2APIC_LAST = 0x8ff;
export const BASE_BSP = 1n << 8n;
export const BASE_X2APIC = 1n << 10n;
export const BASE_ENABLED = 1n << 11n;

// Registers, xAPIC offset; the x2APIC MSR is 0x800 + offset / 16
export const ID = 0x20;
export const VERSION = 0x30;
export const TPR = 0x80;
export const APR = 0x90;
export const PPR = 0xa0;
export const EOI = 0xb0;
export const LDR = 0xd0;
export const DFR = 0xe0;
export const SPURIOUS = 0xf0;
export const ISR = 0x100; // eight registers each
export const TMR = 0x180;
export const IRR = 0x200;
export const ESR = 0x280;
export const ICR_LOW = 0x300;
export const ICR_HIGH = 0x310;
export const LVT_TIMER = 0x320;
export const LVT_THERMAL = 0x330;
export const LVT_PERFORMANCE = 0x340;
export const LVT_LINT0 = 0x350;
export const LVT_LINT1 = 0x360;
export const LVT_ERROR = 0x370;
export const TIMER_INITIAL = 0x380;
export const TIMER_CURRENT = 0x390;
export const TIMER_DIVIDE = 0x3e0;
export const SELF_IPI = 0x3f0;

/** Integrated APIC version 0x14; highest LVT entry 5 (no CMCI); no EOI-broadcast suppression. */
export const VERSION_VALUE = 0x14 | (5 << 16);

export const SPURIOUS_ENABLED = 1 << 8;
export const SPURIOUS_WRITABLE = 0x3ff;

export const LVT_MASKED = 1 << 16;
export const LVT_REMOTE_IRR = 1 << 14;
export const LVT_STATUS = 1 << 12;
export const LVT_LEVEL = 1 << 15;
/** Writable bits of each LVT entry. */
export const LVT_WRITABLE: Readonly<Record<number, number>> = {
  [LVT_TIMER]: 0x700ff,
  [LVT_THERMAL]: 0x107ff,
  [LVT_PERFORMANCE]: 0x107ff,
  [LVT_LINT0]: 0x1a7ff,
  [LVT_LINT1]: 0x1a7ff,
  [LVT_ERROR]: 0x100ff,
};
export const LVT_ENTRIES = [
  LVT_TIMER,
  LVT_THERMAL,
  LVT_PERFORMANCE,
  LVT_LINT0,
  LVT_LINT1,
  LVT_ERROR,
] as const;

// ICR: 7:0 vector, 10:8 delivery mode
export const ICR_LOGICAL = 1 << 11;
export const ICR_ASSERT = 1 << 14;
export const ICR_LEVEL = 1 << 15;
/** 19:18 shorthand, 15:14 trigger and level, 11:0. The delivery status is always idle. */
export const ICR_WRITABLE = 0xccfff;
/** Reserved bits of the x2APIC ICR's low half: 31:20, 17:16, 13. */
export const ICR_RESERVED = 0xfff32000;

// ESR
export const ESR_SEND_ILLEGAL = 1 << 5;
export const ESR_RECEIVE_ILLEGAL = 1 << 6;
export const ESR_ILLEGAL_REGISTER = 1 << 7;

/** Vectors 0-15 cannot be sent or received. */
export const FIRST_LEGAL_VECTOR = 16;

/** Bits WRMSR may set; others raise #GP. Read-only status bits of LVT entries are no reserved bits. */
export function x2apicWritable(register: number): number {
  switch (register) {
    case TPR:
      return 0xff;
    case SPURIOUS:
      return SPURIOUS_WRITABLE;
    case TIMER_DIVIDE:
      return 0xb;
    case TIMER_INITIAL:
      return 0xffffffff;
    default:
      return (LVT_WRITABLE[register] ?? 0xffffffff) | LVT_STATUS | LVT_REMOTE_IRR;
  }
}
