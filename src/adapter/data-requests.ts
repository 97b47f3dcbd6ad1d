/**
 * Requests that look at a stopped machine: stacks, scopes, variables, expressions, sources; and those that change a value.
 */
import { basename } from 'node:path';
import { consoleCommand } from '../debugger/console/commands';
import { completions } from '../debugger/expression/completions';
import {
  evaluate,
  evaluatedReference,
  evaluatedText,
  numberOf,
  type Evaluated,
} from '../debugger/expression/evaluator';
import { memoryReference } from '../debugger/memory-reference';
import { l0Path } from '../debugger/variables/l0-path';
import { resultNode } from '../debugger/variables/result';
import { scopesOf } from '../debugger/variables/scopes';
import type { VariableNode } from '../debugger/variables/node';
import type { Client, Context, Handler, StrandName } from './context';
import { evaluation } from './evaluation';
import { errors } from './errors';

const MAXIMUM = Number.MAX_SAFE_INTEGER;

export const dataRequests = {
  stackTrace: (context, given) => {
    const stack = context.stack(context.level(given));
    const start = given.integer('startFrame', 0, MAXIMUM, 0);
    const levels = given.integer('levels', 0, MAXIMUM, 0);
    const wanted = stack.slice(start, levels > 0 ? start + levels : undefined);
    const { client } = context;
    return {
      totalFrames: stack.length,
      stackFrames: wanted.map((frame) => ({
        id: context.frameId(frame),
        name: frame.name,
        line: frame.source ? client.toClientLine(frame.source.line) : 0,
        column: frame.source ? client.toClientColumn(Math.max(1, frame.source.column)) : 0,
        ...(frame.source && { source: sourceOf(client, frame.source.path) }),
        ...(frame.look !== 'normal' && { presentationHint: frame.look }),
        ...(frame.pc !== undefined && {
          instructionPointerReference: memoryReference({ kind: 'linear', level: frame.level }, frame.pc),
        }),
      })),
    };
  },

  scopes: (context, given) => {
    const id = given.integer('frameId', 0, MAXIMUM);
    if (context.isExpiredFrame(id)) return { scopes: [] };
    const frame = context.frame(id);
    return {
      scopes: scopesOf(context.standing, frame).map(({ name, hint, expensive, nodes }) => ({
        name,
        ...(hint && { presentationHint: hint }),
        expensive,
        variablesReference: context.listId((start, count) =>
          nodes().slice(start, count ? start + count : undefined),
        ),
      })),
    };
  },

  variables: (context, given) => {
    const reference = given.integer('variablesReference', 0, MAXIMUM);
    if (context.isExpired(reference)) return { variables: [] };
    context.session.mustStand();
    const list = context.list(reference);
    const start = given.integer('start', 0, MAXIMUM, 0);
    const count = given.integer('count', 0, MAXIMUM, 0);
    const filter = given.optionalText('filter');
    // Children are all elements or all names: of the other kind there are none.
    if (filter !== undefined && (filter === 'indexed') !== context.isIndexed(list)) return { variables: [] };
    const hex = given.inner('format').flag('hex');
    return { variables: list(start, count || undefined).map((node) => variable(context, node, hex)) };
  },

  setVariable: (context, given) => {
    const session = context.standing;
    const list = context.list(given.integer('variablesReference', 0, MAXIMUM));
    const name = given.text('name');
    const node = list(0).find((candidate) => candidate.name === name);
    if (!node) throw errors.unknownVariable(name);
    if (!node.set) throw errors.readOnlyVariable(name);
    const problem = node.set(given.text('value'));
    if (problem !== undefined) throw errors.notPossible(problem);
    edited(context);
    session.mustStand();
    return changed(context, list(0).find((candidate) => candidate.name === name) ?? node);
  },

  evaluate: (context, given) => {
    const assigns = given.text('context', 'repl') === 'repl';
    // What hovers, watches and inline values still ask of the last stop is nobody's question any more.
    if (!assigns && given.has('frameId') && context.isExpiredFrame(given.integer('frameId', 0, MAXIMUM)))
      return { result: '', variablesReference: 0 };
    const { scope, level, frame } = evaluation(context, given);
    const command =
      assigns &&
      consoleCommand(
        { session: context.session, level, frame, scope, waits: true },
        given.text('expression'),
      );
    if (typeof command === 'string') return { result: command, variablesReference: 0 };
    if (command instanceof Promise) return command.then((text) => ({ result: text, variablesReference: 0 }));
    const ofL0 = frame?.l0 && l0Path(frame.l0, given.text('expression'));
    if (ofL0) return result(context, ofL0.value, ofL0);
    const found = evaluate(given.text('expression'), scope, assigns);
    if ('error' in found) throw errors.notPossible(found.error);
    if (assigns) edited(context);
    const node = resultNode(context.session.machine, level, frame, found.result);
    const hex = given.inner('format').flag('hex');
    return {
      ...result(context, evaluatedText(found.result, hex), node),
      ...codeReference(context, codeOf(found.result, level)),
      ...reference(evaluatedReference(found.result, scope)),
    };
  },

  setExpression: (context, given) => {
    const { scope } = evaluation(context, given);
    const target = evaluate(given.text('expression'), scope, false);
    if ('error' in target) throw errors.notPossible(target.error);
    const text = given.text('value');
    const done = evaluate(`${given.text('expression')} = ${text}`, scope);
    if ('error' in done) {
      // What no expression is may still be a value of the variable: 1.5, or true.
      const written = target.result.kind === 'variable' && scope.writeVariable(target.result.value, text);
      if (written !== undefined) throw errors.notPossible(done.error);
    }
    edited(context);
    const after = evaluate(given.text('expression'), scope, false);
    if ('error' in after) throw errors.notPossible(after.error);
    const hex = given.inner('format').flag('hex');
    return { value: evaluatedText(after.result, hex), variablesReference: 0 };
  },

  completions: (context, given) => {
    const text = given.text('text');
    const end = context.client.fromClientColumn(given.integer('column', 0, MAXIMUM, text.length + 1)) - 1;
    const { level, scope } = evaluation(context, given);
    const { start, names } = completions(text.slice(0, Math.max(0, end)), context.session, level, scope);
    const length = Math.max(0, end) - start;
    return { targets: names.map((label) => ({ label, start, length })) };
  },

  loadedSources: (context) => {
    const { programs, paths } = context.session;
    const files = programs.all.flatMap(({ symbols }) =>
      symbols.sourceFiles().map(({ path }) => paths.toLocal(path)),
    );
    return { sources: [...new Set(files)].map((path) => sourceOf(context.client, path)) };
  },

  modules: (context) => ({
    modules: context.session.programs.all.map(({ name, path, level, symbols }, index) => ({
      id: index,
      name,
      path,
      level,
      symbolStatus: symbols.hasDebugInformation ? 'Debug information loaded' : 'No debug information',
    })),
    totalModules: context.session.programs.all.length,
  }),
} satisfies Record<string, Handler>;

/** A value was changed: what the client shows of anything may be wrong now. */
export function edited(context: Context): void {
  context.refresh();
  context.client.send('invalidated', { areas: ['variables'] });
  context.client.send('turtlescope/changed', { reason: 'edit' });
}

export function sourceOf(client: Client, path: string): object {
  return { name: basename(path), path: client.toClientPath(path) };
}

function reference(memory: string | undefined): object {
  return memory === undefined ? {} : { memoryReference: memory };
}

function result(context: Context, text: string, node: VariableNode): object {
  return {
    result: text,
    type: node.type,
    ...children(context, node),
  };
}

function variable(context: Context, node: VariableNode, hex = false): object {
  const inHex = hex && node.number !== undefined && /^-?\d/.test(node.value);
  return {
    name: node.name,
    value: inHex ? hexText(node.number) : node.value,
    ...(node.type !== undefined && { type: node.type }),
    ...(node.evaluateName !== undefined && { evaluateName: node.evaluateName }),
    ...reference(node.memoryReference),
    ...codeReference(context, node.code),
    ...children(context, node),
    ...declarationReference(context, node),
    ...presentationHint(node),
  };
}

/** What `setVariable` answers: the line without what the client knows of it. */
function changed(context: Context, node: VariableNode): object {
  return {
    value: node.value,
    ...(node.type !== undefined && { type: node.type }),
    ...reference(node.memoryReference),
    ...codeReference(context, node.code),
    ...children(context, node),
  };
}

function children(context: Context, { children: list, indexed, named }: VariableNode): object {
  return {
    variablesReference: context.listId(list, indexed !== undefined),
    ...(indexed !== undefined && { indexedVariables: indexed }),
    ...(named !== undefined && { namedVariables: named }),
  };
}

function presentationHint({ set, lazy }: VariableNode): object {
  const hint = { ...(!set && { attributes: ['readOnly'] }), ...(lazy && { lazy }) };
  return Object.keys(hint).length > 0 ? { presentationHint: hint } : {};
}

function declarationReference(context: Context, { declaration }: VariableNode): object {
  if (!declaration) return {};
  const { file, line } = declaration;
  const path = context.session.paths.toLocal(file);
  return { declarationLocationReference: context.placeId({ path, line }) };
}

function hexText(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** A result that is an address of code leads to its source. */
function codeOf(found: Evaluated, level: StrandName): VariableNode['code'] {
  const address = numberOf(found);
  if (address === undefined || address < 0n) return undefined;
  if (found.kind === 'variable') return found.value.pointee === undefined ? undefined : { level, address };
  if (found.kind !== 'number' || found.space?.kind !== 'linear') return undefined;
  return { level: found.space.level, address };
}

function codeReference(context: Context, code: VariableNode['code']): object {
  const id = code && context.locationId(code.level, code.address);
  return id === undefined ? {} : { valueLocationReference: id };
}

/** For requests that take an expression where a number is wanted. */
export function numberFrom(context: Context, text: string): bigint {
  const session = context.standing;
  const found = evaluate(text, session.scope(session.ground.guest), false);
  if ('error' in found) throw errors.notPossible(found.error);
  const number = numberOf(found.result);
  if (number === undefined) throw errors.notPossible(`"${text}" is not a number.`);
  return number;
}
