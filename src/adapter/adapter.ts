/**
 * The debug adapter: one session of the Debug Adapter Protocol over one debugger session. Dispatches every request to the table
 * of its family; whatever a client sends, it gets an answer, and the session survives.
 */
import {
  DebugSession as ProtocolSession,
  Event,
  InitializedEvent,
  OutputEvent,
  Response,
  TerminatedEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { exceptionInfo } from '../debugger/exception-info';
import type { Breakpoint } from '../debugger/breakpoints/breakpoint';
import { SessionError, type DebugSession, type SessionEvents } from '../debugger/session';
import { threadId } from '../debugger/threads';
import { ConfigurationProblem } from '../protocol/configuration-problem';
import { ASKS_BEFORE_FORK } from '../protocol/launch-configuration';
import type { CustomEvents } from '../protocol/custom-requests';
import { checkedConfiguration } from '../protocol/launch-check';
import { openSession } from '../session/open';
import { breakpointRequests, described } from './breakpoint-requests';
import { capabilities } from './capabilities';
import { Context, type Client, type Handler } from './context';
import { customRequests } from './custom-requests';
import { DamageReport } from './damage-report';
import { dataBreakpointRequests } from './data-breakpoint-requests';
import { dataRequests, edited } from './data-requests';
import { errors, UserError } from './errors';
import { ForkQuestion } from './fork-question';
import { begin, executionRequests } from './execution-requests';
import { InputGuard } from './input-guard';
import { InputLogFile } from './input-log-file';
import { jumpRequests } from './jump-requests';
import { memoryRequests } from './memory-requests';
import { Progress } from './progress';
import { RequestArguments } from './request-arguments';
import { SerialOutput } from './serial-output';

/** What follows when a client's session is over: in a process of its own that process ends, in a server the connection. */
export interface AdapterEnd {
  over(): void;
  /** The client sent what is no message; `problem` is a sentence. */
  garbage(problem: string): void;
}

export class Adapter extends ProtocolSession {
  private readonly context: Context;
  private readonly progress: Progress;
  private readonly damage = new DamageReport();
  private serial: SerialOutput | undefined;
  private inputLog: InputLogFile | undefined;
  private stopOnEntry = false;
  private readonly forkQuestion = new ForkQuestion();
  private configured = false;
  private beginning: NodeJS.Immediate | undefined;
  /** The arguments of the last launch or restart. */
  private launched = new RequestArguments(undefined);

  /** Requests about the session as a whole; all others stand in the tables of their families. */
  private readonly lifecycle: Record<string, Handler> = {
    launch: (context, given) => this.launch(context, given),
    configurationDone: (context) => {
      void context.session;
      if (this.configured) throw errors.notPossible('The configuration is done already.');
      this.configured = true;
      this.beginSoon();
    },
    restart: (context, given) => this.restart(context, given),
    terminate: () => {
      this.end();
    },
    'turtlescope/fork': (context, given) => this.forkAnswered(context, given.flag('agreed')),
    // Requests are answered in order and at once: when a cancellation is read, its request has its answer.
    cancel: (context, given) => {
      const progress = given.optionalText('progressId');
      if (progress !== undefined && this.progress.isCurrent(progress)) context.session.pause();
    },
    disconnect: () => {
      this.context.dispose();
      this.closeFiles();
      setImmediate(() => this.shutdown());
    },
  };

  private readonly handlers: ReadonlyMap<string, Handler>;

  constructor(private readonly whenOver: AdapterEnd) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
    const client = this.client();
    this.context = new Context(client);
    this.progress = new Progress(client);
    this.handlers = new Map<string, Handler>(
      Object.entries({
        ...this.lifecycle,
        ...breakpointRequests,
        ...dataBreakpointRequests,
        ...jumpRequests,
        ...executionRequests,
        ...dataRequests,
        ...memoryRequests,
        ...customRequests,
      }),
    );
  }

  /** What is no message ends the session, with a sentence: whoever started it can see what went wrong. */
  override start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
    const guard = new InputGuard((problem) => this.garbage(problem));
    super.start(input.pipe(guard), output);
    // The client is gone, whatever the machine does: nobody is left to talk to.
    input.on('end', () => this.gone());
    input.on('close', () => this.gone());
  }

  /** The base class ends a process, which may have other sessions. */
  override shutdown(): void {
    this.whenOver.over();
  }

  private gone(): void {
    this.context.dispose();
    this.closeFiles();
    this.shutdown();
  }

  private closeFiles(): void {
    this.serial?.close();
    this.inputLog?.close();
  }

  private garbage(problem: string): void {
    this.context.dispose();
    this.closeFiles();
    this.whenOver.garbage(problem);
  }

  protected override initializeRequest(
    response: DebugProtocol.InitializeResponse,
    given: DebugProtocol.InitializeRequestArguments,
  ): void {
    this.progress.wanted = given.supportsProgressReporting === true;
    response.body = capabilities;
    this.sendResponse(response);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    // The base class keeps how the client counts lines and writes paths.
    if (request.command === 'initialize') return super.dispatchRequest(withPathFormat(request));
    const response: DebugProtocol.Response = new Response(request);
    try {
      const handler = this.handlers.get(request.command);
      if (!handler) throw errors.unknownRequest(String(request.command));
      const body = handler(this.context, new RequestArguments(request.arguments));
      if (body instanceof Promise) {
        body.then(
          (known: object) => this.answer(response, known),
          (error: unknown) => this.refuse(response, error),
        );
      } else this.answer(response, body);
    } catch (error) {
      if (this.forkQuestion.holds(request, error, () => this.tell('turtlescope/futureAtStake', {}))) return;
      this.refuse(response, error);
    }
    this.tellDamage();
    if (request.command === 'launch' && response.success) this.sendEvent(new InitializedEvent());
  }

  private answer(response: DebugProtocol.Response, body: object | void): void {
    if (body) response.body = body;
    this.sendResponse(response);
  }

  /** What waited for the user's word is done now, or refused. */
  private forkAnswered({ session }: Context, agreed: boolean): void {
    if (agreed && session.hasFuture) session.fork();
    for (const request of this.forkQuestion.release())
      setImmediate(() => {
        if (agreed) this.dispatchRequest(request);
        else this.refuse(new Response(request), errors.futureKept());
      });
  }

  private tellDamage(): void {
    if (!this.context.launched) return;
    for (const problem of this.damage.fresh(this.context.session.programs.all)) this.warn(problem);
  }

  private warn(text: string): void {
    this.sendEvent(new OutputEvent(`${text}\n`, 'important'));
  }

  private refuse(response: DebugProtocol.Response, thrown: unknown): void {
    const error = thrown instanceof ConfigurationProblem ? errors.configuration(thrown) : thrown;
    const known = error instanceof UserError || error instanceof SessionError;
    const id = error instanceof UserError ? error.id : 1009;
    const text = known ? error.message : `Turtlescope failed: ${(error as Error).stack ?? String(error)}`;
    response.success = false;
    response.message = text;
    // A watch and the console show their own errors; a hover or an inline value that has none is no news.
    const showUser = response.command !== 'evaluate';
    // Braces are variables in DAP's format strings: the text goes in as one.
    response.body = { error: { id, format: '{text}', variables: { text }, showUser } };
    this.sendResponse(response);
  }

  private launch(context: Context, given: RequestArguments): void {
    if (context.launched) throw errors.alreadyLaunched();
    this.open(context, given, undefined);
  }

  /** Boots as the configuration says; the client may send a changed one. Files are read anew: images are rebuilt. */
  private restart(context: Context, given: RequestArguments): void {
    const before = context.session;
    const changed = given.has('arguments') ? given.inner('arguments') : this.launched;
    this.open(context, changed, before);
    this.progress.over();
    before.dispose();
    context.forget();
    this.tellBreakpoints(context, context.session.adopt());
    this.beginSoon();
  }

  private tellBreakpoints({ client }: Context, changed: readonly Breakpoint[]): void {
    for (const breakpoint of changed)
      client.send('breakpoint', { reason: 'changed', breakpoint: described(client, breakpoint) });
  }

  private open(context: Context, given: RequestArguments, kept: DebugSession | undefined): void {
    const warnings: string[] = [];
    const configuration = checkedConfiguration(given.object(), (text) => warnings.push(text));
    const { serial, inputLog } = configuration;
    const file = typeof serial === 'object' ? serial.file : undefined;
    const noDebug = given.flag('noDebug');
    const log = inputLog === undefined ? undefined : new InputLogFile();
    const opened = this.progress.during('Reading the image and its symbols', () =>
      openSession(configuration, this.events(log), { noDebug, kept }),
    );
    // Files are closed before they are opened again.
    this.closeFiles();
    const show = (text: string) =>
      serial === 'terminal'
        ? this.tell('turtlescope/serial', { text })
        : this.sendEvent(new OutputEvent(text, 'stdout'));
    this.serial = new SerialOutput(show, file);
    // The terminal opens now: a guest may wait for input before it says anything.
    if (serial === 'terminal') show('');
    if (log && inputLog !== undefined) log.open(inputLog);
    this.inputLog = log;
    for (const warning of [...warnings, ...opened.warnings]) this.warn(warning);
    this.stopOnEntry = configuration.stopOnEntry === true && !noDebug;
    this.launched = given;
    context.setSession(opened.session, opened.recording);
    this.forkQuestion.asks = given.flag(ASKS_BEFORE_FORK);
    const supportsStepBack = opened.session.history !== undefined;
    this.sendEvent(new Event('capabilities', { capabilities: { supportsStepBack } }));
  }

  /** The machine starts when the request that wants it has its answer, unless something else has been asked for by then. */
  private beginSoon(): void {
    clearImmediate(this.beginning);
    this.beginning = setImmediate(() => {
      const { context, configured } = this;
      if (context.launched && configured && !context.session.running) begin(context, this.stopOnEntry);
    });
  }

  private end(): void {
    clearImmediate(this.beginning);
    this.progress.over();
    this.context.dispose();
    this.serial?.flush();
    this.context.ended = true;
    this.sendEvent(new TerminatedEvent());
  }

  private events(inputLog: InputLogFile | undefined): SessionEvents {
    return {
      serial: (byte) => this.serial?.byte(byte),
      progress: (progress) => this.progress.search(progress),
      thread: (level, reason) => this.context.client.send('thread', { reason, threadId: threadId(level) }),
      breakpoints: (changed) => this.tellBreakpoints(this.context, changed),
      log: (text) => this.sendEvent(new OutputEvent(`${text}\n`, 'console')),
      input: (text) => inputLog?.write(text),
      forked: () => edited(this.context),
      screen: (screen) => this.tell('turtlescope/screen', screen),
      stopped: ({ reason, level, description, breakpointIds }) => {
        this.serial?.flush();
        this.context.forget();
        this.context.exception = exceptionInfo(this.context.session);
        this.context.client.send('stopped', {
          reason,
          description,
          ...(reason === 'exception' && { text: description }),
          threadId: threadId(level),
          allThreadsStopped: true,
          ...(breakpointIds.length > 0 && { hitBreakpointIds: breakpointIds }),
        });
      },
      ended: ({ status, text }) => {
        this.serial?.flush();
        this.sendEvent(new OutputEvent(`${text}\n`, 'console'));
        if (status !== undefined) this.context.client.send('exited', { exitCode: status });
        this.end();
      },
    };
  }

  private tell<E extends keyof CustomEvents>(event: E, body: CustomEvents[E]): void {
    this.sendEvent(new Event(event, body));
  }

  private client(): Client {
    return {
      send: (name, body) => {
        this.sendEvent(new Event(name, body));
      },
      toClientLine: (line) => this.convertDebuggerLineToClient(line),
      fromClientLine: (line) => this.convertClientLineToDebugger(line),
      toClientColumn: (column) => this.convertDebuggerColumnToClient(column),
      fromClientColumn: (column) => this.convertClientColumnToDebugger(column),
      toClientPath: (path) => this.convertDebuggerPathToClient(path),
      fromClientPath: (path) => this.convertClientPathToDebugger(path),
    };
  }
}

/** Paths are native ones when the client does not say: that is the protocol's default. */
function withPathFormat(request: DebugProtocol.Request): DebugProtocol.Request {
  const given = new RequestArguments(request.arguments).object();
  return { ...request, arguments: { pathFormat: 'path', ...given } };
}
