// Which NaN an operation with a NaN among its operands answers (SDM Vol. 1, table 4-7).
import { Exception, raiseException, x87 } from './environment';
import {
  Class,
  INTEGER_BIT,
  QUIET_BIT,
  classA,
  classB,
  setInvalid,
  setNan,
  signA,
  signB,
  significandA,
  significandB,
} from './operand';

function resultA(): void {
  setNan(signA, significandA);
}

function resultB(): void {
  setNan(signB, significandB);
}

/** SSE: the first operand when it is a NaN, else the second. x87: a quiet one before a signaling one, else the larger. */
export function propagateNan(): void {
  const both = classA | classB;
  if (both & Class.UNSUPPORTED) return setInvalid();
  if (both & Class.SIGNALING) raiseException(Exception.INVALID);
  if (!(classB & Class.NAN)) return resultA();
  if (!(classA & Class.NAN)) return resultB();
  if (!x87) return resultA();
  if (classA != classB) return classA == Class.QUIET ? resultA() : resultB();
  const a = significandA | INTEGER_BIT | QUIET_BIT;
  const b = significandB | INTEGER_BIT | QUIET_BIT;
  // Of equal ones the positive.
  if (a > b || (a == b && signA <= signB)) resultA();
  else resultB();
}

/** The same for the operand of a conversion or a square root. */
export function propagateNanA(): void {
  if (classA & Class.UNSUPPORTED) return setInvalid();
  if (classA & Class.SIGNALING) raiseException(Exception.INVALID);
  resultA();
}
