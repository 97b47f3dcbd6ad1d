/**
 * What one evaluation may cost. A condition is asked at every hit, and nobody can interrupt it: it must end by itself, soon.
 */
import { ExpressionError } from './tokens';

const MAXIMUM_STEPS = 50_000;
const MAXIMUM_MILLISECONDS = 300;
/** Steps between two looks at the clock. */
const LOOK = 64;

export class Budget {
  private steps = 0;
  private readonly end = Date.now() + MAXIMUM_MILLISECONDS;

  /** @throws ExpressionError when it is used up */
  spend(): void {
    this.steps++;
    const late = this.steps % LOOK === 0 && Date.now() > this.end;
    if (late || this.steps > MAXIMUM_STEPS) throw new ExpressionError('The expression takes too long.');
  }
}
