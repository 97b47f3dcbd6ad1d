/**
 * A client of the built adapter (dist/debug-adapter.js) over its real stdin and stdout, and the samples the tests run.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';

const root = resolve(__dirname, '..', '..');
/** The built adapter. */
export const adapter = join(root, 'dist', 'debug-adapter.js');

/** Path of a file of the hello-nested sample. */
export function sample(file: string, name = 'hello-nested'): string {
  return join(root, 'samples', name, file);
}

/** 1-based number of the first line of a sample's source that contains `text`. */
export function lineOf(file: string, text: string): number {
  const lines = readFileSync(sample(file), 'utf8').split('\n');
  const found = lines.findIndex((line) => line.includes(text));
  if (found < 0) throw new Error(`${file} has no "${text}"`);
  return found + 1;
}

/** 1-based number of the first line of L0's source that contains `text`. */
export function l0LineOf(file: string, text: string): { path: string; line: number } {
  const path = join(root, 'src', 'l0', file);
  const found = readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  if (found < 0) throw new Error(`${file} has no "${text}"`);
  return { path, line: found + 1 };
}

export interface SetUp {
  /** Lines by source file. */
  readonly breakpoints?: Readonly<Record<string, readonly DebugProtocol.SourceBreakpoint[]>>;
  readonly functions?: readonly DebugProtocol.FunctionBreakpoint[];
  readonly filters?: readonly DebugProtocol.ExceptionFilterOptions[];
  readonly launch?: Readonly<Record<string, unknown>>;
}

/** One session of the adapter, with what the tests ask it most. */
export class Client extends DebugClient {
  /** Everything the guest printed. */
  serial = '';
  /** Text of the debug console. */
  console = '';

  /** @param port of an adapter that runs as a server; without one a process is started */
  static async start(port?: number): Promise<Client> {
    const client = new Client(process.execPath, adapter, 'turtlescope');
    client.defaultTimeout = 30_000;
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
      if (body.category === 'stdout') client.serial += body.output;
      else client.console += body.output;
    });
    await client.start(port);
    return client;
  }

  /** Initialises, launches hello-nested with what is asked for, and lets it go. */
  async begin(setUp: SetUp = {}): Promise<void> {
    const initialized = this.waitForEvent('initialized');
    await this.initializeRequest();
    await this.launchRequest({ program: sample('hello-nested.elf'), ...setUp.launch } as object);
    await initialized;
    for (const [path, breakpoints] of Object.entries(setUp.breakpoints ?? {}))
      await this.setBreakpointsRequest({ source: { path }, breakpoints: [...breakpoints] });
    if (setUp.functions) await this.setFunctionBreakpointsRequest({ breakpoints: [...setUp.functions] });
    await this.setExceptionBreakpointsRequest({ filters: [], filterOptions: [...(setUp.filters ?? [])] });
    await this.configurationDoneRequest();
  }

  /** Lets the machine start, and waits for its first stop. */
  async beginUntilStop(setUp: SetUp = {}): Promise<DebugProtocol.StoppedEvent['body']> {
    const stopped = this.stop1();
    await this.begin(setUp);
    return stopped;
  }

  /** The body of the next `stopped` event. */
  async stop1(): Promise<DebugProtocol.StoppedEvent['body']> {
    const event = (await this.waitForEvent('stopped')) as DebugProtocol.StoppedEvent;
    return event.body;
  }

  /** Asks the machine to go on and waits for its next stop. */
  async go(
    how: 'continue' | 'next' | 'stepIn' | 'stepOut',
    threadId: number,
    more: object = {},
  ): Promise<DebugProtocol.StoppedEvent['body']> {
    const stopped = this.stop1();
    await this.customRequest(how, { threadId, ...more });
    return stopped;
  }

  /** Asks for another moment, and waits for the stop there: its description. */
  async travel(command: string, given: object = {}): Promise<string> {
    const stopped = this.stop1();
    await this.customRequest(command, given);
    return (await stopped).description!;
  }

  /** A thread's stack as `function file:line`, innermost first. */
  async stack(threadId: number): Promise<string[]> {
    const { body } = await this.stackTraceRequest({ threadId });
    return body.stackFrames.map(({ name, source, line }) =>
      source ? `${name} ${source.name}:${line}` : name,
    );
  }

  async topFrame(threadId: number): Promise<DebugProtocol.StackFrame> {
    const { body } = await this.stackTraceRequest({ threadId, levels: 1 });
    return body.stackFrames[0]!;
  }

  /** Value of an expression in the innermost frame of a thread. */
  async value(expression: string, threadId: number, context = 'watch'): Promise<string> {
    const { id } = await this.topFrame(threadId);
    const { body } = await this.evaluateRequest({ expression, frameId: id, context });
    return body.result;
  }

  /** Lines of a scope by name. */
  async scope(name: string, threadId: number): Promise<DebugProtocol.Variable[]> {
    const { id } = await this.topFrame(threadId);
    const { body } = await this.scopesRequest({ frameId: id });
    const found = body.scopes.find((scope) => scope.name === name);
    if (!found)
      throw new Error(`no scope ${name} among ${body.scopes.map((scope) => scope.name).join(', ')}`);
    return this.children(found.variablesReference);
  }

  async children(variablesReference: number): Promise<DebugProtocol.Variable[]> {
    const { body } = await this.variablesRequest({ variablesReference });
    return body.variables;
  }

  /** The body of the answer to a request. The type is the test's claim about it. */
  async ask<Body>(command: string, given: object = {}): Promise<Body> {
    const response = await this.customRequest(command, given);
    return response.body as Body;
  }

  /** The message of the error a request is answered with. */
  async refused(command: string, given?: unknown): Promise<string> {
    try {
      await this.customRequest(command, given);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error(`${command} was answered, not refused`);
  }
}
