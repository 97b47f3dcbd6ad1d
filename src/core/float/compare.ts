// Compares unpacked A with B (SDM Vol. 1, 8.3.6.1; tables of FCOM, FUCOM, COMISD, CMPPD).
import { Exception, raiseException } from './environment';
import {
  Class,
  classA,
  classB,
  exponentA,
  exponentB,
  signA,
  signB,
  significandA,
  significandB,
} from './operand';

export const enum Order {
  EQUAL = 0,
  LESS = 1,
  GREATER = 2,
  UNORDERED = 3,
}

/** @param ordered a quiet NaN is invalid too */
export function compareOperands(ordered: bool): u32 {
  const both = classA | classB;
  if (both & (Class.NAN | Class.UNSUPPORTED)) {
    if (ordered || both & (Class.SIGNALING | Class.UNSUPPORTED)) raiseException(Exception.INVALID);
    return Order.UNORDERED;
  }
  if (both & Class.DENORMAL) raiseException(Exception.DENORMAL);
  if (classA & classB & Class.ZERO) return Order.EQUAL;
  if (classA & Class.ZERO) return signB ? Order.GREATER : Order.LESS;
  if (classB & Class.ZERO) return signA ? Order.LESS : Order.GREATER;
  if (signA != signB) return signA ? Order.LESS : Order.GREATER;
  const order = compareMagnitudes();
  if (order == Order.EQUAL || !signA) return order;
  return order == Order.LESS ? Order.GREATER : Order.LESS;
}

function compareMagnitudes(): u32 {
  if (classA & Class.INFINITY) return classB & Class.INFINITY ? Order.EQUAL : Order.GREATER;
  if (classB & Class.INFINITY) return Order.LESS;
  if (exponentA != exponentB) return exponentA < exponentB ? Order.LESS : Order.GREATER;
  if (significandA == significandB) return Order.EQUAL;
  return significandA < significandB ? Order.LESS : Order.GREATER;
}
