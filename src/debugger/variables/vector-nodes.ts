/**
 * x87 and vector registers as the processor holds them: L1 and L2 share them, so they are those of the level that runs. Vectors
 * show as one number, and opened as elements of 32 and 64 bits, integers and floating point.
 */
import { State } from '../../abi/state-block';
import { hex, wordRows, wordSummary } from '../../decode/word';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { Machine } from '../../machine/machine';
import { groupNode, rowNode, type VariableNode } from './node';

/** What is read of the processor. */
type Registers = Pick<Machine['cpu'], 'get32' | 'get64'>;

const QUADWORDS = [0, 1, 2, 3];
const NUMBERS = Array.from({ length: 16 }, (_, i) => i);
/** Sign and exponent of an 80-bit number, and the exponent of 1. */
const SIGN = 0x8000;
const BIAS = 0x3fff;
/** FSW bits 13:11. */
const TOP_SHIFT = 11;

function bitsNode(format: RegisterFormat, name: string, value: number): VariableNode {
  const { ranges } = registerFormats[format];
  const wide = BigInt(value);
  const rows = wordRows(format, wide, ranges).map(rowNode);
  return groupNode(name, `${hex(wide)}  ${wordSummary(wide, ranges)}`, rows);
}

/** Elements of a vector, lowest first, as `read` finds them. */
function elements(
  name: string,
  quadwords: readonly bigint[],
  read: (view: DataView) => string[],
): VariableNode {
  const view = new DataView(new ArrayBuffer(quadwords.length * 8));
  quadwords.forEach((value, i) => view.setBigUint64(i * 8, value, true));
  return { name, value: read(view).join(' ') };
}

/** One value for every `bytes` bytes. */
function each(bytes: number, at: (view: DataView, offset: number) => string): (view: DataView) => string[] {
  return (view) => Array.from({ length: view.byteLength / bytes }, (_, i) => at(view, i * bytes));
}

function vectorNode(registers: Registers, index: number): VariableNode {
  const all = QUADWORDS.map((i) => registers.get64(State.YMM + index * 32 + i * 8));
  // An upper half of zeros is as good as none.
  const quadwords = all[2] || all[3] ? all : all.slice(0, 2);
  const text = [...quadwords].reverse().map((value) => value.toString(16).padStart(16, '0'));
  return groupNode(`ymm${index}`, `0x${text.join('_')}`, [
    elements(
      'u64',
      quadwords,
      each(8, (view, at) => hex(view.getBigUint64(at, true))),
    ),
    elements(
      'u32',
      quadwords,
      each(4, (view, at) => hex(BigInt(view.getUint32(at, true)))),
    ),
    elements(
      'f64',
      quadwords,
      each(8, (view, at) => String(view.getFloat64(at, true))),
    ),
    elements(
      'f32',
      quadwords,
      each(4, (view, at) => String(view.getFloat32(at, true))),
    ),
  ]);
}

/** About the value of an 80-bit number: what a number of JavaScript holds of it. */
function extendedValue(significand: bigint, word: number): number {
  const sign = word & SIGN ? -1 : 1;
  const exponent = word & ~SIGN;
  if (exponent === (SIGN ^ 0xffff)) return significand << 1n === 1n << 64n ? sign * Infinity : NaN;
  return sign * (Number(significand) / 2 ** 63) * 2 ** (exponent - BIAS);
}

/** ST(index): a register of the stack by its distance from the top. */
function stackNode(registers: Registers, index: number): VariableNode {
  const physical = ((registers.get32(State.FPU_STATUS) >> TOP_SHIFT) + index) & 7;
  const at = State.X87 + physical * 16;
  const significand = registers.get64(at);
  const word = Number(registers.get64(at + 8) & 0xffffn);
  const empty = ((registers.get32(State.FPU_TAG) >> physical) & 1) === 0;
  const value = `0x${word.toString(16).padStart(4, '0')}_${significand.toString(16).padStart(16, '0')}`;
  const meaning = empty ? 'empty' : String(extendedValue(significand, word));
  return { name: `st${index}`, value: `${value}  ${meaning}` };
}

/** The groups of x87 and of vectors. */
export function vectorNodes(registers: Registers): VariableNode[] {
  const stack = NUMBERS.slice(0, 8).map((index) => stackNode(registers, index));
  const used = registers.get32(State.FPU_TAG) !== 0;
  return [
    groupNode('x87 and MMX', used ? '' : 'empty', [
      bitsNode('fpu-control', 'fcw', registers.get32(State.FPU_CONTROL)),
      bitsNode('fpu-status', 'fsw', registers.get32(State.FPU_STATUS)),
      ...stack,
    ]),
    groupNode('Vectors', `MXCSR ${hex(BigInt(registers.get32(State.MXCSR)))}`, [
      bitsNode('mxcsr', 'mxcsr', registers.get32(State.MXCSR)),
      bitsNode('xcr0', 'xcr0', Number(registers.get64(State.XCR0))),
      ...NUMBERS.map((index) => vectorNode(registers, index)),
    ]),
  ];
}
