/**
 * The port a gdb client connects to: one client at a time, on the loopback interface unless an address is given. Whatever comes in, or
 * stops coming, does no harm to the session.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { EndedEvent, StoppedEvent } from '../debugger/run-control';
import { listening, LOOPBACK } from '../host/listening';
import { GdbStub } from './stub';
import type { GdbTarget } from './target';

export interface GdbServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host?: string | undefined;
  /** Gets sentences about clients. */
  readonly tell: (text: string) => void;
}

export class GdbServer {
  private readonly server: Server;
  private client: { readonly socket: Socket; readonly stub: GdbStub } | undefined;

  constructor(
    private readonly target: GdbTarget,
    private readonly options: GdbServerOptions,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => this.connected(socket));
  }

  /** The port it listens on. Rejects when it cannot. */
  listen(): Promise<number> {
    const { port, host = LOOPBACK } = this.options;
    return listening(this.server, port, host);
  }

  stopped(event: StoppedEvent): void {
    this.client?.stub.stopped(event);
  }

  ended(event: EndedEvent): void {
    this.client?.stub.ended(event);
  }

  /** Ends the connection when everything is sent, and takes no other. */
  close(): void {
    this.server.close();
    this.client?.socket.end();
  }

  private connected(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.client) {
      this.options.tell('a second gdb client was turned away: one at a time.');
      socket.destroy();
      return;
    }
    const stub = new GdbStub(this.target, {
      send: (bytes) => void socket.write(bytes),
      hangUp: (reason) => {
        this.options.tell(`the gdb client was disconnected: ${reason}.`);
        socket.destroy();
      },
    });
    this.client = { socket, stub };
    socket.on('data', (bytes) => stub.receive(bytes));
    socket.on('close', () => {
      this.client = undefined;
      stub.gone();
    });
  }
}
