/**
 * `turtlescope gdb IMAGE`: boots an image, stops before its first instruction and waits for gdb. The session lasts until the guest
 * ends or gdb kills it; clients may come and go.
 */
import { GdbServer, LOOPBACK } from '../gdb/server';
import { errorCode } from '../host/node-host';
import { openSession } from '../session/open';
import { complain, Status, UsageError } from './failure';
import { parseMachine, wholeNumber } from './machine-options';
import { SerialLines } from './serial-lines';

const DEFAULT_PORT = '1234';
const LAST_PORT = 65535;

export async function gdb(args: string[]): Promise<number> {
  const { configuration, own } = parseMachine(args, {
    port: { type: 'string' },
    listen: { type: 'string' },
  });
  const port = wholeNumber('--port', String(own['port'] ?? DEFAULT_PORT));
  if (port > LAST_PORT) throw new UsageError(`--port goes to ${LAST_PORT}, not ${port}`);
  const host = own['listen'] === undefined ? LOOPBACK : String(own['listen']);

  const serial = new SerialLines();
  let end: (status: number) => void;
  const over = new Promise<number>((resolve) => (end = resolve));
  // Nothing here goes back, so no past is kept.
  const { session, files, warnings } = openSession(
    { ...configuration, history: 0 },
    {
      serial: (byte) => serial.byte(byte),
      log: complain,
      stopped: (event) => {
        serial.flush();
        server.stopped(event);
      },
      ended: (event) => {
        serial.flush();
        server.ended(event);
        if (event.status === undefined) complain(event.text);
        end(event.status ?? Status.SHUTDOWN);
      },
    },
  );
  const nothing = () => undefined;
  const target = { session, files, resumed: nothing, changed: nothing, killed: () => end(Status.OK) };
  const server = new GdbServer(target, { port, host, tell: complain });
  for (const warning of warnings) complain(warning);
  const taken = await listening(server, host, port);
  session.stopOnEntry();
  complain(`gdb can connect: target remote ${host}:${taken}`);
  const status = await over;
  session.dispose();
  server.close();
  return status;
}

async function listening(server: GdbServer, host: string, port: number): Promise<number> {
  try {
    return await server.listen();
  } catch (error) {
    throw new UsageError(`cannot listen on ${host}:${port} (${errorCode(error)}): choose another --port`);
  }
}
