/**
 * Requests that set breakpoints and exception filters, and say where breakpoints can stand.
 */
import { basename } from 'node:path';
import type { Breakpoint } from '../debugger/breakpoints/breakpoint';
import {
  breakpointLines,
  resolveFunction,
  resolveInstruction,
  resolveSource,
} from '../debugger/breakpoints/resolve';
import type { ConditionTexts } from '../debugger/breakpoints/condition';
import type { Client, Context, Handler } from './context';
import type { RequestArguments } from './request-arguments';

const HIGHEST_LINE = 10_000_000;

export const breakpointRequests = {
  setBreakpoints: (context, given) => {
    const { client, session } = context;
    const path = client.fromClientPath(given.inner('source').text('path'));
    const requests = given.list('breakpoints').map((item) => {
      const line = client.fromClientLine(item.integer('line', 0, HIGHEST_LINE));
      const column = item.has('column')
        ? client.fromClientColumn(item.integer('column', 0, HIGHEST_LINE))
        : undefined;
      return {
        key: `${line}:${column}`,
        texts: conditionTexts(item),
        resolve: () => resolveSource(context.session.surroundings, path, line, column),
      };
    });
    return breakpoints(context, session.breakpoints.replace('source', path, requests));
  },

  setFunctionBreakpoints: (context, given) => {
    const { session } = context;
    const requests = given.list('breakpoints').map((item) => {
      const name = item.text('name');
      return {
        key: name,
        texts: conditionTexts(item),
        resolve: () => resolveFunction(context.session.surroundings, name),
      };
    });
    return breakpoints(context, session.breakpoints.replace('function', 'function', requests));
  },

  setInstructionBreakpoints: (context, given) => {
    const { session } = context;
    const requests = given.list('breakpoints').map((item) => {
      const reference = item.text('instructionReference');
      const offset = item.integer('offset', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0);
      return {
        key: `${reference}+${offset}`,
        texts: conditionTexts(item),
        resolve: () => resolveInstruction(reference, offset, context.session.currentLevel),
      };
    });
    return breakpoints(context, session.breakpoints.replace('instruction', 'instruction', requests));
  },

  setExceptionBreakpoints: (context, given) => {
    const plain = given.texts('filters').map((id) => ({ id }));
    const options = given.list('filterOptions').map((item) => ({
      id: item.text('filterId'),
      condition: item.optionalText('condition'),
    }));
    return { breakpoints: context.session.filters.replace([...plain, ...options]) };
  },

  breakpointLocations: (context, given) => {
    const { client, session } = context;
    const path = client.fromClientPath(given.inner('source').text('path'));
    const first = client.fromClientLine(given.integer('line', 0, HIGHEST_LINE));
    const last = given.has('endLine')
      ? client.fromClientLine(given.integer('endLine', 0, HIGHEST_LINE))
      : first;
    return {
      breakpoints: breakpointLines(session.surroundings, path, first, last).map((line) => ({
        line: client.toClientLine(line),
      })),
    };
  },
} satisfies Record<string, Handler>;

function conditionTexts(item: RequestArguments): ConditionTexts {
  return {
    condition: item.optionalText('condition'),
    hitCondition: item.optionalText('hitCondition'),
    logMessage: item.optionalText('logMessage'),
  };
}

function breakpoints({ client }: Context, made: readonly Breakpoint[]): object {
  return { breakpoints: made.map((breakpoint) => described(client, breakpoint)) };
}

/** A breakpoint as the protocol tells of it. */
export function described(client: Client, { id, verified, source, problem }: Breakpoint): object {
  return {
    id,
    verified,
    ...(problem !== undefined && { message: problem }),
    ...(source && {
      line: client.toClientLine(source.line),
      source: { name: basename(source.path), path: client.toClientPath(source.path) },
    }),
    ...(source?.column && { column: client.toClientColumn(source.column) }),
  };
}
