/**
 * The adapter on a port: each connection is a session of its own, with a machine of its own. On the loopback interface unless an
 * address is given; whatever a client sends, or however it goes, the other sessions go on.
 */
import { createServer, type Socket } from 'node:net';
import { listening } from '../host/listening';
import { Adapter } from './adapter';

export interface AdapterServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Gets sentences about clients. */
  readonly tell: (text: string) => void;
}

/** The port it listens on. Rejects when it cannot. */
export function serveAdapters({ port, host, tell }: AdapterServerOptions): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => serve(socket, tell));
  return listening(server, port, host);
}

function serve(socket: Socket, tell: (text: string) => void): void {
  socket.on('error', () => socket.destroy());
  const adapter = new Adapter({
    over: () => void socket.end(),
    garbage: (problem) => {
      tell(`a client was disconnected, it does not speak the Debug Adapter Protocol: ${problem}`);
      socket.destroy();
    },
  });
  adapter.start(socket, socket);
}
