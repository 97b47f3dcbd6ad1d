// The shape of an opcode row: one encoding of one instruction, as the SDM's volume 2 writes it, and the function of the core
// that executes it. From the rows come the core's decode map, its feature gate and its dispatch (`src/generate/opcodes`). No
// behaviour.

import type { CpuidFeatureName } from '../cpuid-features';

/**
 * What of the processor's floating-point and vector state an instruction uses. The dispatch asks for the faults that come before
 * everything else it does (SDM volume 1, 8.7, 9.5 and 11.6; volume 3, table 2-2 and 13.1): its function need not.
 *
 * - `x87`: #NM with CR0.EM or CR0.TS, then #MF when an unmasked exception waits.
 * - `x87-control`: #NM alone (FNINIT and its kin).
 * - `mmx`: #UD with CR0.EM, #NM with CR0.TS, then #MF.
 * - `sse`: #UD with CR0.EM or without CR4.OSFXSR, #NM with CR0.TS.
 * - `sse-mmx`: as `sse`, then #MF.
 * - `avx`: #UD without CR4.OSXSAVE or XCR0.SSE and XCR0.AVX, #NM with CR0.TS.
 * - `none`: nothing of it.
 */
export type StateUse = 'none' | 'x87' | 'x87-control' | 'mmx' | 'sse' | 'sse-mmx' | 'avx';

export interface OpcodeRow {
  /**
   * The encoding in the SDM's notation (volume 2, 3.1.1.1): `NP 0F 58 /r`, `66 REX.W 0F 6E /r`, `VEX.256.66.0F.WIG 58 /r`,
   * `0F C7 /6`, `D9 C8+i`, `66 0F 3A 0F /r ib`.
   *
   * - `NP`: none of 66, F2, F3. `66`, `F3`, `F2`: this one (F2 and F3 outweigh 66). `NFx`: neither F2 nor F3. Without any of
   *   these every prefix is let through.
   * - `NB`: not with REX.B, which makes another instruction of it (NOP is XCHG R8, RAX).
   * - A byte behind the opcode is the whole ModRM byte; `+i` behind it stands for all eight values of its low three bits.
   *   `+r` behind the opcode is the same for a register in the opcode.
   * - Whether a `/r` or `/digit` takes a register or memory says the operand in the rm place (E, M, R, Q, N, W, U).
   * - `REX.W` needs it; a row without it takes either. W0 of a VEX row with a general register takes W1 too, because
   *   outside 64-bit mode W is ignored there.
   * - Of several rows that match, the more special one counts; then the one whose features are claimed.
   */
  code: string;
  /** The mnemonic as Intel writes it, a name of `../instructions`; `CBW/CWDE/CDQE` where the operand size chooses one. */
  name: string;
  /**
   * Operands by the letters of SDM volume 2, A.2.1 and A.2.2: where it is, then how many bytes of it take part. A `=` in front
   * marks one that is only written, `+` one that is read and written.
   *
   * Where: E general register or memory (rm), G general register (reg), R general register (rm), M memory, B general register
   * (VEX.vvvv), Z general register (opcode), V vector register (reg), W vector register or memory (rm), U vector register (rm),
   * H vector register (VEX.vvvv), L vector register (immediate's high half), P Q N as V W U for MMX, S segment register, C
   * control register, D debug register (reg; their rm is a register whatever mod says), I immediate, sI immediate that is
   * extended by its sign, J relative target, A far pointer, O offset in the code, X memory at rSI, Y memory at ES:rDI. ST0, STi, AL,
   * rAX, eAX, AX, CL, DX, ES and its kin, 1: what their names say. `Ry/Mw`: other sizes for register and memory.
   *
   * How many bytes: b 1, w 2, d 4, q 8, t 10, dq 16, qq 32; v by operand size 2, 4 or 8; y 4 or 8 by W; z 2 or 4 by operand size; p a
   * far pointer, s a pseudo-descriptor; nothing: an address alone. vm32x, vm32y, vm64x, vm64y: memory by a vector of
   * indexes (VSIB).
   */
  operands?: string;
  /** CPUID features that must all be claimed; without them it is #UD. */
  feature?: CpuidFeatureName | readonly CpuidFeatureName[];
  /** Superscripts of SDM volume 2, table A-1: `o64` only in 64-bit mode, `i64` invalid in 64-bit mode. */
  modes?: 'o64' | 'i64';
  /**
   * Where the operand size is not that of prefixes and W. Superscripts of table A-1: `d64` 64 bits by default in 64-bit mode, `f64`
   * always 64 bits there. `natural`: 64 bits there, 32 elsewhere.
   */
  size?: 'd64' | 'f64' | 'natural';
  /** Only where it does not follow from the operands: vector operands are `sse` or with VEX `avx`, MMX operands `mmx`, D8-DF `x87`. */
  state?: StateUse;
  /** LOCK may stand before it, with memory as destination. */
  lock?: true;
  /** It changes what the following bytes mean, where they are, or who may interrupt: a decoded block ends behind it. */
  ends?: true;
  /**
   * The call that executes it, a function of the family's `exec` file: `execAdd(u, 4)`. `u` is the micro-op; arguments are
   * constants: numbers, members of enums of the same file, of Seg or of Flag. It answers a `Next`. Left out: the instruction is known and
   * missing. It decodes, and where its features are claimed the machine stops and names it.
   */
  run?: string;
}

/** Rows whose functions live in one file. */
export interface OpcodeFamily {
  /** File below src/core that has the functions named in `run`, without `.ts`: `exec/bit`. */
  exec: string;
  /**
   * Software finds out whether the processor has them by executing them: without their features they are #UD, whatever the
   * user said about unclaimed instructions.
   */
  probed?: true;
  rows: readonly OpcodeRow[];
}
