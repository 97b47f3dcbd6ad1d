/**
 * What else must hold for a breakpoint to stop: a condition, a number of hits; or a message instead of a stop. Wrong texts are
 * found when the breakpoint is set, not when it is hit.
 */
import { evaluate, evaluateCondition, evaluatedText } from '../expression/evaluator';
import { parseExpression } from '../expression/parser';
import type { ExpressionScope } from '../expression/scope';
import { ExpressionError } from '../expression/tokens';
import { parseHitCondition, type HitTest } from './hit-condition';
import { parseLogMessage } from './log-message';

/** As the user wrote it. Empty texts count as absent. */
export interface ConditionTexts {
  readonly condition?: string | undefined;
  readonly hitCondition?: string | undefined;
  readonly logMessage?: string | undefined;
}

export type HitDecision =
  | { readonly kind: 'stop'; readonly note?: string }
  | { readonly kind: 'go-on' }
  | { readonly kind: 'log'; readonly text: string };

export class Condition {
  private hits = 0;

  private constructor(
    private readonly texts: ConditionTexts,
    private readonly hitTest: HitTest | undefined,
  ) {}

  /** The condition, or a sentence about what is wrong with its text. */
  static parse(texts: ConditionTexts): Condition | { error: string } {
    try {
      if (texts.condition?.trim()) parseExpression(texts.condition);
      for (const part of parseLogMessage(texts.logMessage ?? ''))
        if ('expression' in part) parseExpression(part.expression);
    } catch (error) {
      if (error instanceof ExpressionError) return { error: error.message };
      throw error;
    }
    if (!texts.hitCondition?.trim()) return new Condition(texts, undefined);
    const hitTest = parseHitCondition(texts.hitCondition);
    return typeof hitTest === 'function' ? new Condition(texts, hitTest) : hitTest;
  }

  forgetHits(): void {
    this.hits = 0;
  }

  /** In a part of the run that is repeated: the place does not count as reached once more, and a log point stays silent. */
  holds(scope: ExpressionScope): HitDecision {
    const { condition, logMessage } = this.texts;
    if (logMessage?.trim()) return { kind: 'go-on' };
    const truth = condition?.trim() ? evaluateCondition(condition, scope) : true;
    if (typeof truth === 'object') return { kind: 'stop', note: `Condition: ${truth.error}` };
    return truth ? { kind: 'stop' } : { kind: 'go-on' };
  }

  /** Called once each time execution reaches the place. */
  reached(scope: ExpressionScope): HitDecision {
    const { condition, logMessage } = this.texts;
    if (condition?.trim()) {
      const truth = evaluateCondition(condition, scope);
      // A condition that cannot be told stops, and says why: passing by silently would hide the mistake.
      if (typeof truth === 'object') return { kind: 'stop', note: `Condition: ${truth.error}` };
      if (!truth) return { kind: 'go-on' };
    }
    this.hits++;
    if (this.hitTest && !this.hitTest(this.hits)) return { kind: 'go-on' };
    return logMessage?.trim() ? { kind: 'log', text: message(logMessage, scope) } : { kind: 'stop' };
  }
}

function message(text: string, scope: ExpressionScope): string {
  return parseLogMessage(text)
    .map((part) => {
      if ('text' in part) return part.text;
      const evaluation = evaluate(part.expression, scope, false);
      return 'error' in evaluation ? `{${evaluation.error}}` : evaluatedText(evaluation.result);
    })
    .join('');
}
