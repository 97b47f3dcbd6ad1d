// One lane of a vector operation on packed numbers (T is u32 or u64): the host's arithmetic where it is enough, else unpacked
// (SDM Vol. 1, 11.5; Vol. 2, ADDPS, MINPS, SQRTPS ...).
import { addOperands, divideOperands, multiplyOperands, squareRootOperand } from './arithmetic';
import { packBinary, unpackA, unpackB } from './binary';
import { compareOperands, Order } from './compare';
import { denormalsAreZeros, quick } from './environment';
import { Class, classA, classB } from './operand';
import { isPlain, isSafe, signBit } from './plain';

/** What a lane does with its two operands. */
export const enum LaneOp {
  ADD,
  SUB,
  MUL,
  DIV,
  MIN,
  MAX,
}

function operate<T>(op: u32, a: T, b: T): T {
  unpackA<T>(a);
  unpackB<T>(b);
  if (op == LaneOp.ADD) addOperands(0);
  else if (op == LaneOp.SUB) addOperands(1);
  else if (op == LaneOp.MUL) multiplyOperands();
  else divideOperands();
  return packBinary<T>();
}

/** MIN and MAX answer the second operand unless the first is truly smaller (larger); any NaN is invalid. */
function select<T>(op: u32, a: T, b: T): T {
  unpackA<T>(a);
  unpackB<T>(b);
  const order = compareOperands(true);
  const first = order == (op == LaneOp.MIN ? <u32>Order.LESS : <u32>Order.GREATER);
  // A denormal that counts as zero is a zero.
  const zero = denormalsAreZeros && (first ? classA : classB) == Class.ZERO;
  const chosen = first ? a : b;
  return zero ? chosen & signBit<T>() : chosen;
}

function single(op: u32, a: f32, b: f32): u32 {
  if (op == LaneOp.ADD) return reinterpret<u32>(a + b);
  if (op == LaneOp.SUB) return reinterpret<u32>(a - b);
  if (op == LaneOp.MUL) return reinterpret<u32>(a * b);
  return reinterpret<u32>(a / b);
}

function double(op: u32, a: f64, b: f64): u64 {
  if (op == LaneOp.ADD) return reinterpret<u64>(a + b);
  if (op == LaneOp.SUB) return reinterpret<u64>(a - b);
  if (op == LaneOp.MUL) return reinterpret<u64>(a * b);
  return reinterpret<u64>(a / b);
}

/** a op b on single precision. */
export function lane32(op: u32, a: u32, b: u32): u32 {
  if (isPlain<u32>(a) && isPlain<u32>(b)) {
    if (op >= <u32>LaneOp.MIN) {
      const less = reinterpret<f32>(a) < reinterpret<f32>(b);
      const more = reinterpret<f32>(a) > reinterpret<f32>(b);
      return (op == LaneOp.MIN ? less : more) ? a : b;
    }
    if (quick) {
      const result = single(op, reinterpret<f32>(a), reinterpret<f32>(b));
      if (isSafe<u32>(result)) return result;
    }
  }
  return op >= <u32>LaneOp.MIN ? select<u32>(op, a, b) : operate<u32>(op, a, b);
}

/** a op b on double precision. */
export function lane64(op: u32, a: u64, b: u64): u64 {
  if (isPlain<u64>(a) && isPlain<u64>(b)) {
    if (op >= <u32>LaneOp.MIN) {
      const less = reinterpret<f64>(a) < reinterpret<f64>(b);
      const more = reinterpret<f64>(a) > reinterpret<f64>(b);
      return (op == LaneOp.MIN ? less : more) ? a : b;
    }
    if (quick) {
      const result = double(op, reinterpret<f64>(a), reinterpret<f64>(b));
      if (isSafe<u64>(result)) return result;
    }
  }
  return op >= <u32>LaneOp.MIN ? select<u64>(op, a, b) : operate<u64>(op, a, b);
}

export function squareRoot32(a: u32): u32 {
  if (quick && isSafe<u32>(a) && !(a >> 31)) return reinterpret<u32>(sqrt<f32>(reinterpret<f32>(a)));
  unpackA<u32>(a);
  squareRootOperand();
  return packBinary<u32>();
}

export function squareRoot64(a: u64): u64 {
  if (quick && isSafe<u64>(a) && !(a >> 63)) return reinterpret<u64>(sqrt<f64>(reinterpret<f64>(a)));
  unpackA<u64>(a);
  squareRootOperand();
  return packBinary<u64>();
}
