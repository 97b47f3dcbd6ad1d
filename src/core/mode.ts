// Which of the execution modes is on, and what the decoder and the TLB derive from it. SDM Vol. 3, 2.2.

/** Call after CR0, EFER, CR4, a segment register's attributes or RFLAGS.VM/AC changed: recomputes State.MODE and CPL. */
export function modeChanged(): void {}

/** Sets bits of State.INTERRUPTIBILITY (STI 1, MOV SS 2) that hold for exactly the next instruction; the loop ends them. VM entry too. */
export function setInterruptShadow(bits: u32): void {}

/** Stack width in bytes (2, 4, 8) by mode and SS.B. */
export function stackWidth(): u32 {
  return 8;
}

/** True in 64-bit mode (not compatibility mode). */
export function in64BitMode(): bool {
  return true;
}

/** Canonical for 48-bit linear addresses. */
// @ts-ignore: decorator
@inline
export function isCanonical(linear: u64): bool {
  return <u64>((<i64>(linear << 16)) >> 16) == linear;
}
