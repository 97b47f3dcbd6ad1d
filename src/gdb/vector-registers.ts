/**
 * x87, SSE and AVX registers. They are the processor's: levels share them, so only the one that runs is known to have them.
 * SDM volume 1, 8.1 and 10.2; numbers and order as in gdb's features `i386.core`, `i386.sse` and `i386.avx`.
 */
import { State } from '../abi/state-block';
import { strandNamed } from '../machine/strand';
import type { Bearer, GdbRegister } from './gdb-register';

const X87_BYTES = 16;
const YMM_BYTES = 32;
/** FSW bits 13:11. */
const TOP_SHIFT = 11;
const LOW_64 = 0xffffffffffffffffn;
const EXPONENT = 0x7fffn;
const INTEGER_BIT = 1n << 63n;
/** Tags of the x87 tag word (SDM volume 1, 8.1.7). */
const Tag = { VALID: 0, ZERO: 1, SPECIAL: 2, EMPTY: 3 } as const;

/**
 * Software moves them, not VM entries and exits: whoever's general registers are in the chip has these there as well, while its
 * CPU runs.
 */
function live({ machine, strand }: Bearer): boolean {
  if (strandNamed(strand).vcpu !== strandNamed(machine.driver.currentStrand()).vcpu) return false;
  const home = machine.driver.registerHome(strand);
  return home !== undefined && (home.kind === 'chip' || home.generalInChip);
}

/** A register of the processor's state block. */
function stateRegister(
  row: Pick<GdbRegister, 'name' | 'bits' | 'type' | 'group'>,
  read: (bearer: Bearer) => bigint,
  write: (bearer: Bearer, value: bigint) => void,
): GdbRegister {
  return {
    ...row,
    read: (bearer) => (live(bearer) ? read(bearer) : undefined),
    write: (bearer, value) => {
      if (!live(bearer)) return false;
      const { cpu } = bearer.machine;
      bearer.machine.mayChange();
      bearer.machine.edited = true;
      write(bearer, value);
      cpu.stateReplaced();
      return true;
    },
  };
}

/** Where ST(index) is: the stack's top moves through the registers. */
function stackPlace({ machine }: Bearer, index: number): number {
  const physical = ((machine.cpu.get32(State.FPU_STATUS) >> TOP_SHIFT) + index) & 7;
  return State.X87 + physical * X87_BYTES;
}

function stackRegister(index: number): GdbRegister {
  return stateRegister(
    { name: `st${index}`, bits: 80, type: 'i387_ext' },
    (bearer) => {
      const at = stackPlace(bearer, index);
      const { cpu } = bearer.machine;
      return ((cpu.get64(at + 8) & 0xffffn) << 64n) | cpu.get64(at);
    },
    (bearer, value) => {
      const at = stackPlace(bearer, index);
      bearer.machine.cpu.set64(at, value & LOW_64);
      bearer.machine.cpu.set64(at + 8, value >> 64n);
    },
  );
}

function control(name: string, place: State): GdbRegister {
  return stateRegister(
    { name, bits: 32, type: 'int', group: 'float' },
    ({ machine }) => BigInt(machine.cpu.get32(place)),
    ({ machine }, value) => machine.cpu.set32(place, Number(value)),
  );
}

/** The tag word has two bits a register; the processor keeps one, whether the register is used. */
function tagWord({ machine: { cpu } }: Bearer): bigint {
  const used = cpu.get32(State.FPU_TAG);
  let word = 0n;
  for (let physical = 0; physical < 8; physical++) {
    const at = State.X87 + physical * X87_BYTES;
    const tag = (used >> physical) & 1 ? tagOf(cpu.get64(at), cpu.get64(at + 8) & EXPONENT) : Tag.EMPTY;
    word |= BigInt(tag) << BigInt(physical * 2);
  }
  return word;
}

function tagOf(significand: bigint, exponent: bigint): number {
  if (exponent === 0n && significand === 0n) return Tag.ZERO;
  const normal = exponent !== 0n && exponent !== EXPONENT && (significand & INTEGER_BIT) !== 0n;
  return normal ? Tag.VALID : Tag.SPECIAL;
}

function setTagWord({ machine: { cpu } }: Bearer, word: bigint): void {
  let used = 0;
  for (let physical = 0; physical < 8; physical++)
    if (Number((word >> BigInt(physical * 2)) & 3n) !== Tag.EMPTY) used |= 1 << physical;
  cpu.set32(State.FPU_TAG, used);
}

const tags = stateRegister({ name: 'ftag', bits: 32, type: 'int', group: 'float' }, tagWord, setTagWord);

/** Half of YMMn: 0 is XMMn. */
function vectorHalf(name: string, index: number, half: 0 | 1): GdbRegister {
  const at = State.YMM + index * YMM_BYTES + half * (YMM_BYTES / 2);
  return stateRegister(
    half === 0 ? { name, bits: 128, type: 'vec128' } : { name, bits: 128, type: 'uint128' },
    ({ machine: { cpu } }) => (cpu.get64(at + 8) << 64n) | cpu.get64(at),
    ({ machine: { cpu } }, value) => {
      cpu.set64(at, value & LOW_64);
      cpu.set64(at + 8, value >> 64n);
    },
  );
}

const eight = Array.from({ length: 8 }, (_, index) => index);
const sixteen = Array.from({ length: 16 }, (_, index) => index);

/** Behind the general registers, in the order gdb wants. */
export const x87Registers: readonly GdbRegister[] = [
  ...eight.map(stackRegister),
  control('fctrl', State.FPU_CONTROL),
  control('fstat', State.FPU_STATUS),
  tags,
  control('fiseg', State.FPU_CS),
  control('fioff', State.FPU_IP),
  control('foseg', State.FPU_DS),
  control('fooff', State.FPU_DP),
  control('fop', State.FPU_OPCODE),
];

export const sseRegisters: readonly GdbRegister[] = [
  ...sixteen.map((index) => vectorHalf(`xmm${index}`, index, 0)),
  stateRegister(
    { name: 'mxcsr', bits: 32, type: 'mxcsr_bits', group: 'vector' },
    ({ machine }) => BigInt(machine.cpu.get32(State.MXCSR)),
    ({ machine }, value) => machine.cpu.set32(State.MXCSR, Number(value)),
  ),
];

export const avxRegisters: readonly GdbRegister[] = sixteen.map((index) =>
  vectorHalf(`ymm${index}h`, index, 1),
);
