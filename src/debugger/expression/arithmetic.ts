/**
 * The binary operators on numbers. Results may be any integer: widths matter only to casts and stores.
 */
import type { BinaryOperator } from './parser';
import { ExpressionError } from './tokens';

/** Shifts beyond this would make numbers nobody can read. */
const MAXIMUM_SHIFT = 128n;

export function applyBinary(operator: BinaryOperator, left: bigint, right: bigint): bigint | boolean {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
    case '%':
      if (right === 0n) throw new ExpressionError('Division by zero.');
      return operator === '/' ? left / right : left % right;
    case '<<':
    case '>>':
      if (right < 0n || right > MAXIMUM_SHIFT)
        throw new ExpressionError(`Shifting by ${right} is not possible.`);
      return operator === '<<' ? left << right : left >> right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '&&':
    case '||':
      return operator === '&&' ? left !== 0n && right !== 0n : left !== 0n || right !== 0n;
  }
}
