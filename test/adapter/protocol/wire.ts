/** One client of the built adapter that reads every message itself: for proofs that look at all of them. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { adapter } from '../client';
import { faultsOf } from './schema';

const END = '\r\n\r\n';

type Answered = (response: DebugProtocol.Response) => void;

export class Wire {
  readonly process: ChildProcess;
  /** Whatever no message of the protocol may be. */
  readonly faults: string[] = [];
  /** Events of the session, oldest first. */
  events: DebugProtocol.Event[] = [];
  readonly ended: Promise<number | null>;
  errors = '';
  private pending = Buffer.alloc(0);
  private seq = 0;
  private isOver = false;
  private readonly open = new Map<number, { command: string; answered: Answered }>();
  private readonly watchers = new Set<() => void>();

  constructor() {
    this.process = spawn(process.execPath, [adapter], { stdio: 'pipe' });
    this.process.stdout!.on('data', (bytes: Buffer) => this.read(bytes));
    this.process.stderr!.on('data', (bytes: Buffer) => (this.errors += bytes.toString()));
    this.process.stdin!.on('error', () => undefined);
    this.ended = new Promise((resolve) =>
      this.process.on('close', (status) => {
        this.over();
        resolve(status);
      }),
    );
  }

  /** Sends a request; its answer, good or bad. */
  ask(command: string, given?: unknown): Promise<DebugProtocol.Response> {
    const seq = ++this.seq;
    if (this.isOver)
      return Promise.resolve({ seq: 0, type: 'response', request_seq: seq, success: false, command });
    const body = JSON.stringify({ seq, type: 'request', command, arguments: given });
    const answer = new Promise<DebugProtocol.Response>((answered) =>
      this.open.set(seq, { command, answered }),
    );
    this.process.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}${END}${body}`);
    return answer;
  }

  /** Resolves with the first of these events after index `from`, the past included; undefined when the adapter has ended. */
  async event(names: readonly string[], from: number): Promise<DebugProtocol.Event | undefined> {
    for (;;) {
      const found = this.events.slice(from).find(({ event }) => names.includes(event));
      if (found || this.isOver) return found;
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  /** The adapter is gone: whoever waits learns of it. */
  private over(): void {
    this.isOver = true;
    for (const [request_seq, { command, answered }] of this.open) {
      this.faults.push(`the adapter ended before it answered ${command}`);
      answered({ seq: 0, type: 'response', request_seq, success: false, command });
    }
    this.open.clear();
    this.wake();
  }

  private wake(): void {
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }

  private read(bytes: Buffer): void {
    this.pending = Buffer.concat([this.pending, bytes]);
    for (;;) {
      const start = this.pending.indexOf(END);
      if (start < 0) break;
      const length = Number(/Content-Length: (\d+)/.exec(this.pending.toString('latin1', 0, start))![1]);
      const end = start + END.length + length;
      if (this.pending.length < end) break;
      this.take(
        JSON.parse(this.pending.toString('utf8', start + END.length, end)) as DebugProtocol.ProtocolMessage,
      );
      this.pending = this.pending.subarray(end);
    }
    this.wake();
  }

  private take(message: DebugProtocol.ProtocolMessage): void {
    this.faults.push(...faultsOf(message));
    if (message.type === 'event') {
      this.events.push(message as DebugProtocol.Event);
      return;
    }
    const response = message as DebugProtocol.Response;
    const asked = this.open.get(response.request_seq);
    this.open.delete(response.request_seq);
    if (asked?.command !== response.command)
      this.faults.push(`an answer to nothing: ${JSON.stringify(response)}`);
    if (!response.success && !(response.message ?? ''))
      this.faults.push(`${response.command} is refused without a reason`);
    if (/Turtlescope failed|TypeError|RangeError|Cannot read prop/.test(response.message ?? ''))
      this.faults.push(`${response.command}: ${response.message}`);
    asked?.answered(response);
  }
}
