/**
 * One gdb client's connection: every packet has its answer, whatever was sent. Knows no socket. What gdb's manual calls all-stop mode;
 * nothing is claimed that the machine cannot do: without a past there are no reverse packets.
 */
import type { EndedEvent, StoppedEvent } from '../debugger/run-control';
import { FutureAtStake, SessionError } from '../debugger/session';
import type { StrandName } from '../machine/strand';
import { INVALID, OK, REFUSED, UNKNOWN } from './answers';
import { ClientBreakpoints, type Reached } from './client-breakpoints';
import { bytesOf, hexText, textOf } from './hex';
import { monitor } from './monitor';
import { LONGEST_PACKET, packet, PacketReader } from './packets';
import { motionOf, parseVCont, VCONT_ACTIONS, type Resumption } from './resume';
import { StatePackets } from './state-packets';
import type { GdbTarget } from './target';
import { ClientThreads } from './threads';
import { Transfers } from './transfers';

/** The connection, as the stub needs it. */
export interface Line {
  send(bytes: Uint8Array): void;
  hangUp(reason: string): void;
}

/** Numbers of signals as the protocol has them. */
const Signal = { INT: '02', TRAP: '05', ABRT: '06' } as const;
const FEATURES = [
  `PacketSize=${LONGEST_PACKET.toString(16)}`,
  ...['qXfer:features:read+', 'qXfer:threads:read+', 'qXfer:exec-file:read+'],
  ...['vContSupported+', 'swbreak+', 'hwbreak+', 'QStartNoAckMode+'],
];
const BACKWARDS = ['ReverseStep+', 'ReverseContinue+'];
/** Bytes of text in one packet of console output. */
const CONSOLE_PIECE = LONGEST_PACKET / 4;

type Answer = string | undefined;

export class GdbStub {
  private readonly reader = new PacketReader();
  private readonly threads: ClientThreads;
  private readonly breakpoints: ClientBreakpoints;
  private readonly transfers: Transfers;
  private readonly state: StatePackets;
  private acknowledges = true;
  /** The client waits for a stop reply. */
  private waiting = false;
  private interrupted = false;
  /** Thread of the older resuming packets. */
  private resumed: string | undefined;

  constructor(
    private readonly target: GdbTarget,
    private readonly line: Line,
  ) {
    this.threads = new ClientThreads(target);
    this.breakpoints = new ClientBreakpoints(() => target.session);
    this.transfers = new Transfers(target, this.threads);
    this.state = new StatePackets(target, this.threads, this.breakpoints);
    // A client finds the machine standing.
    target.session.pause();
  }

  receive(bytes: Uint8Array): void {
    for (const incoming of this.reader.feed(bytes)) {
      if (incoming.kind === 'garbage') return this.line.hangUp("what it sent is not gdb's remote protocol");
      if (incoming.kind === 'interrupt') this.interrupt();
      else if (incoming.kind === 'bad') this.raw('-');
      else this.answer(incoming.data);
    }
  }

  /** The client is gone, in whatever way: nothing of it stays behind. */
  gone(): void {
    this.breakpoints.clear();
    this.transfers.close();
    if (this.waiting) this.target.session.pause();
    this.waiting = false;
  }

  stopped(event: StoppedEvent): void {
    if (!this.waiting) return;
    this.waiting = false;
    if (event.reason === 'exception' || event.reason === 'data breakpoint')
      this.print(`${event.description}\n`);
    this.send(this.stopReply(event));
    this.interrupted = false;
  }

  ended({ status, text }: EndedEvent): void {
    if (!this.waiting) return;
    this.waiting = false;
    this.print(`${text}\n`);
    this.send(status === undefined ? `X${Signal.ABRT}` : `W${(status & 0xff).toString(16).padStart(2, '0')}`);
  }

  private answer(data: Uint8Array): void {
    if (this.acknowledges) this.raw('+');
    const text = textOf(data);
    let answer: Answer;
    try {
      answer = this.dispatch(text[0] ?? '', text.slice(1));
    } catch (error) {
      answer = refusal(error);
    }
    if (answer !== undefined) this.send(answer);
  }

  private dispatch(kind: string, rest: string): Answer {
    switch (kind) {
      case '?':
        return this.why();
      case 'q':
        return this.question(rest);
      case 'Q':
        return rest === 'StartNoAckMode' ? this.stopAcknowledging() : UNKNOWN;
      case 'v':
        return this.named(rest);
      case 'H':
        return this.choose(rest);
      case 'T':
        return this.threads.named(rest) ? OK : REFUSED;
      case 'g':
        return this.state.readRegisters();
      case 'G':
        return this.state.writeRegisters(rest);
      case 'p':
        return this.state.readRegister(rest);
      case 'P':
        return this.state.writeRegister(rest);
      case 'm':
        return this.state.readMemory(rest);
      case 'M':
      case 'X':
        return this.state.writeMemory(rest, kind === 'X');
      case 'Z':
      case 'z':
        return this.state.breakpoint(rest, kind === 'Z');
      case 'c':
      case 'C':
        return this.go({ kind: 'continue' });
      case 's':
      case 'S':
        return this.go({ kind: 'step', thread: this.resumed, alone: false });
      case 'b':
        return this.back(rest);
      case 'D':
        return this.detach();
      case 'k':
        this.target.killed();
        return undefined;
      default:
        return UNKNOWN;
    }
  }

  // --- questions -------------------------------------------------------------------------------------------------

  private question(text: string): Answer {
    const [name = ''] = text.split(/[:,]/, 1);
    const rest = text.slice(name.length + 1);
    switch (name) {
      case 'Supported':
        return [...FEATURES, ...(this.target.session.history ? BACKWARDS : [])].join(';');
      case 'Attached':
        return '1';
      case 'C':
        return `QC${this.threads.idOf(this.threads.current)}`;
      case 'fThreadInfo':
        return `m${this.threads.all.map(({ level }) => this.threads.idOf(level)).join(',')}`;
      case 'sThreadInfo':
        return 'l';
      case 'ThreadExtraInfo':
        return this.extraInfo(rest);
      case 'Xfer':
        return this.transfers.xfer(rest) ?? UNKNOWN;
      case 'Symbol':
        return OK;
      case 'Rcmd':
        return this.command(rest);
      default:
        return UNKNOWN;
    }
  }

  private extraInfo(thread: string): Answer {
    const strand = this.threads.named(thread);
    const found = this.threads.all.find(({ level }) => level === strand);
    return found ? hexText(found.name) : REFUSED;
  }

  private command(hex: string): Answer {
    const bytes = bytesOf(hex);
    if (!bytes) return INVALID;
    return this.state.standing((session) => {
      this.print(`${monitor(session, this.threads.current, new TextDecoder().decode(bytes))}\n`);
      return OK;
    });
  }

  private named(text: string): Answer {
    if (text === 'Cont?') return VCONT_ACTIONS;
    if (text.startsWith('Cont')) {
      const what = parseVCont(text);
      return what ? this.go(what) : INVALID;
    }
    if (text.startsWith('File:')) return this.transfers.file(text.slice('File:'.length)) ?? UNKNOWN;
    if (!text.startsWith('Kill')) return UNKNOWN;
    this.send(OK);
    this.target.killed();
    return undefined;
  }

  private stopAcknowledging(): Answer {
    this.acknowledges = false;
    return OK;
  }

  private choose(text: string): Answer {
    const thread = text.slice(1);
    if (text[0] === 'c') {
      this.resumed = thread === '0' || thread === '-1' ? undefined : thread;
      return OK;
    }
    return text[0] === 'g' && this.threads.select(thread) ? OK : REFUSED;
  }

  // --- running ---------------------------------------------------------------------------------------------------

  private go(what: Resumption): Answer {
    const { session } = this.target;
    const thread = what.kind === 'continue' ? undefined : what.thread;
    const strand = this.threads.named(thread);
    if (strand === undefined) return REFUSED;
    this.waiting = true;
    // Another client lets it run already: this one waits with it.
    if (session.running) return undefined;
    this.breakpoints.resuming();
    session.start(motionOf(session, strand, what));
    this.target.resumed();
    return undefined;
  }

  /** One instruction back, of whoever ran it; or to the previous breakpoint, or the start. */
  private back(how: string): Answer {
    const { session } = this.target;
    const strand = this.threads.named(this.resumed);
    if (how !== 's' && how !== 'c') return UNKNOWN;
    if (strand === undefined) return REFUSED;
    session.mustStand();
    this.breakpoints.resuming();
    if (how === 's') session.stepBack(strand, true);
    else session.reverseContinue();
    this.waiting = true;
    this.target.resumed();
    return undefined;
  }

  private interrupt(): void {
    const { session } = this.target;
    if (!session.running) return;
    this.interrupted = true;
    session.pause();
  }

  private why(): Answer {
    const { session } = this.target;
    if (!session.running) return this.stopReply(session.lastStop);
    this.waiting = true;
    session.pause();
    return undefined;
  }

  private detach(): Answer {
    this.breakpoints.clear();
    const { session } = this.target;
    if (!session.running) {
      session.continue();
      this.target.resumed();
    }
    return OK;
  }

  private stopReply(event: StoppedEvent | undefined): string {
    const { session } = this.target;
    const strand = this.strandOf(event);
    this.threads.stopped(strand);
    const place = event && this.breakpoints.reached(event.breakpointIds);
    const failed = session.machine.finalStop !== undefined;
    const signal = failed ? Signal.ABRT : this.interrupted ? Signal.INT : Signal.TRAP;
    const first = session.history?.atStart === true && session.history.inPast;
    return `T${signal}thread:${this.threads.idOf(strand)};${first ? 'replaylog:begin;' : place ? placeText(place) : ''}`;
  }

  /** The strand a stop is about, unless that is the built-in L0: then the guest it works for. */
  private strandOf(event: StoppedEvent | undefined): StrandName {
    const { session } = this.target;
    const strand = event?.level;
    return strand === undefined || session.isBuiltIn(strand) ? this.threads.running : strand;
  }

  // --- the line --------------------------------------------------------------------------------------------------

  private print(text: string): void {
    for (let at = 0; at < text.length; at += CONSOLE_PIECE)
      this.send(`O${hexText(text.slice(at, at + CONSOLE_PIECE))}`);
  }

  private send(data: string): void {
    this.line.send(packet(data));
  }

  private raw(text: string): void {
    this.line.send(new TextEncoder().encode(text));
  }
}

function refusal(error: unknown): string {
  if (error instanceof FutureAtStake)
    return 'E.This would change the past: "monitor fork" drops what came after and begins another future here.';
  return error instanceof SessionError ? REFUSED : `E.Turtlescope failed: ${String(error)}`;
}

function placeText(place: Reached): string {
  return 'address' in place ? `${place.kind}:${place.address.toString(16)};` : `${place.kind}:;`;
}
