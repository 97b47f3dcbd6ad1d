// Which file knows an operation of vector-ops.ts.
import { packedAdd, packedMultiply } from './vector-arithmetic';
import { packedArrange } from './vector-arrange';
import { packedLogic } from './vector-logic';

/** op(a, b), a VectorOp. */
export function packed(op: u32, a: v128, b: v128): v128 {
  switch (op >> 5) {
    case 0:
      return packedAdd(op, a, b);
    case 1:
      return packedMultiply(op, a, b);
    case 2:
      return packedLogic(op, a, b);
    default:
      return packedArrange(op, a, b);
  }
}
