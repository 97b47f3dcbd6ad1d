/** While debugging: which expressions the editor asks the debugger for. */
import { InlineValueRequest, RequestType } from 'vscode-languageserver/node';
import {
  EVALUATABLE_EXPRESSION,
  type EvaluatableExpression,
  type EvaluatableExpressionParams,
} from '../../protocol/language-requests';
import { inlineValues } from '../inline-values/inline-values';
import { liveExpression } from '../inline-values/live-expressions';
import { rangeOf } from './answering';
import { placeOf, stretchOf, type Session } from './session';

const evaluatableExpression = new RequestType<
  EvaluatableExpressionParams,
  EvaluatableExpression | null,
  void
>(EVALUATABLE_EXPRESSION);

export function bindLiveAnswers(session: Session): void {
  const { answering } = session;
  answering.request(InlineValueRequest.type, [], (params) => {
    const asked = stretchOf(session, params);
    const stopped = rangeOf(params?.context?.stoppedLocation);
    if (!asked || !stopped) return [];
    return inlineValues(asked.document.file, asked.range, stopped).map((value) =>
      value.kind === 'variable'
        ? { range: value.range, variableName: value.name, caseSensitiveLookup: true }
        : { range: value.range, expression: value.expression },
    );
  });
  answering.request(evaluatableExpression, null, (params) => {
    const place = placeOf(session, params);
    return (place && liveExpression(place.document.file, place.position)) ?? null;
  });
}
