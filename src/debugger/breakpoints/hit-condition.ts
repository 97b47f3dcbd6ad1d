/**
 * How often a breakpoint is passed before it stops: `5` and `== 5` (the fifth time), `> 5`, `>= 5`, `< 5`, `<= 5`, `% 5` (every
 * fifth time).
 */
export type HitTest = (hits: number) => boolean;

const FORM = /^\s*(>=|<=|==|=|>|<|%)?\s*(\d+)\s*$/;

/** The test a text asks for, or a sentence that says what can be written. */
export function parseHitCondition(text: string): HitTest | { error: string } {
  const [, operator = '==', digits] = FORM.exec(text) ?? [];
  const count = Number(digits);
  if (digits === undefined || !Number.isSafeInteger(count) || (operator === '%' && count === 0))
    return {
      error: `"${text}" is not a hit condition: write a number, or one after >, >=, <, <=, == or % (every n-th hit).`,
    };
  switch (operator) {
    case '>':
      return (hits) => hits > count;
    case '>=':
      return (hits) => hits >= count;
    case '<':
      return (hits) => hits < count;
    case '<=':
      return (hits) => hits <= count;
    case '%':
      return (hits) => hits % count === 0;
    default:
      return (hits) => hits === count;
  }
}
