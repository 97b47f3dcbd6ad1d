/**
 * How every request is answered: never with an exception. Nonsense in the parameters, a document that is not open or a place
 * outside of it get the empty answer; a defect of ours gets it too, and a line in the log.
 */
import {
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
  type ProtocolNotificationType,
  type RequestType,
} from 'vscode-languageserver/node';
import type { Position, Range } from '../text/position';

/** What a request may bring in place of its parameters: look before you use it. */
export type Untrusted<Params> = Partial<Params> | null | undefined;

export class Answering {
  constructor(private readonly connection: Connection) {}

  /** A refusal (`ResponseError`) is an answer too: it tells the user why. */
  request<Params, Answer, Failure>(
    type: RequestType<Params, Answer, Failure>,
    empty: Answer,
    handle: (
      params: Untrusted<Params>,
      token: CancellationToken,
    ) => Answer | ResponseError<Failure> | Promise<Answer | ResponseError<Failure>>,
  ): void {
    const cancelled = new ResponseError<Failure>(LSPErrorCodes.RequestCancelled, 'cancelled');
    const answer = async (
      params: Untrusted<Params>,
      token: CancellationToken,
    ): Promise<Answer | ResponseError<Failure>> => {
      if (token.isCancellationRequested) return cancelled;
      try {
        const found = await handle(params, token);
        return token.isCancellationRequested ? cancelled : found;
      } catch (error) {
        this.defect(error);
        return empty;
      }
    };
    // By its name: the library looks into the parameters of the types it knows before we can.
    this.connection.onRequest(type.method, answer);
  }

  notification<Params, Options>(
    type: ProtocolNotificationType<Params, Options>,
    handle: (params: Untrusted<Params>) => void,
  ): void {
    this.connection.onNotification(type.method, (params: Untrusted<Params>) => {
      try {
        handle(params);
      } catch (error) {
        this.defect(error);
      }
    });
  }

  /** For work that nobody waits for. */
  background(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.defect(error));
  }

  private defect(error: unknown): void {
    this.connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** The URI of the document a request is about; undefined in nonsense. */
export function uriIn(params: unknown): string | undefined {
  const uri = (params as { textDocument?: { uri?: unknown } } | null)?.textDocument?.uri;
  return typeof uri === 'string' ? uri : undefined;
}

export function positionOf(given: unknown): Position | undefined {
  const { line, character } = (given ?? {}) as Partial<Record<'line' | 'character', unknown>>;
  return isIndex(line) && isIndex(character) ? { line, character } : undefined;
}

export function rangeOf(given: unknown): Range | undefined {
  const { start, end } = (given ?? {}) as Partial<Record<'start' | 'end', unknown>>;
  const [first, last] = [positionOf(start), positionOf(end)];
  return first && last && { start: first, end: last };
}

/** The objects in what should be a list of objects. */
export function objectsIn(given: unknown): Readonly<Record<string, unknown>>[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  return list.filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null);
}
