// An operand that becomes the result: conversions between formats raise what they raise, and packing rounds.
import { Exception, raiseException } from './environment';
import { propagateNanA } from './nan';
import { Class, classA, resultIsA } from './operand';

export function noteDenormalA(): void {
  if (classA & Class.DENORMAL) raiseException(Exception.DENORMAL);
}

/** The result is A; NaNs are made quiet, what is no number is invalid. */
export function resultOfA(): void {
  if (classA & (Class.NAN | Class.UNSUPPORTED)) propagateNanA();
  else resultIsA();
}
