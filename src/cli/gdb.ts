/**
 * `turtlescope gdb IMAGE`: boots an image, stops before its first instruction and waits for gdb. The session lasts until the guest
 * ends or gdb kills it; clients may come and go.
 */
import { closeSync, writeFileSync } from 'node:fs';
import { SessionError } from '../debugger/session';
import { GdbServer } from '../gdb/server';
import { LAST_PORT, LOOPBACK } from '../host/listening';
import { errorCode } from '../host/node-host';
import { openSession, type Opened } from '../session/open';
import { complain, Status, UsageError } from './failure';
import { openForWriting, tellRecorded } from './files';
import { parseMachine, wholeNumber } from './machine-options';
import { SerialLines } from './serial-lines';

const DEFAULT_PORT = '1234';

export async function gdb(args: string[]): Promise<number> {
  const { configuration, own } = parseMachine(args, {
    port: { type: 'string' },
    listen: { type: 'string' },
    record: { type: 'string' },
    embed: { type: 'boolean' },
  });
  const port = wholeNumber('--port', String(own['port'] ?? DEFAULT_PORT));
  if (port > LAST_PORT) throw new UsageError(`--port goes to ${LAST_PORT}, not ${port}`);
  const host = own['listen'] === undefined ? LOOPBACK : String(own['listen']);

  const serial = new SerialLines();
  let end: (status: number) => void;
  const over = new Promise<number>((resolve) => (end = resolve));
  const file = own['record'] === undefined ? undefined : String(own['record']);
  if (file !== undefined) closeSync(openForWriting('record', file));
  const opened = openSession(configuration, {
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
  });
  const { session, files, warnings } = opened;
  const nothing = () => undefined;
  const target = { session, files, resumed: nothing, changed: nothing, killed: () => end(Status.OK) };
  const server = new GdbServer(target, { port, host, tell: complain });
  for (const warning of warnings) complain(warning);
  const taken = await listening(server, host, port);
  session.stopOnEntry();
  complain(`gdb can connect: target remote ${host}:${taken}`);
  const status = await over;
  if (file !== undefined) save(opened, file, own['embed'] === true);
  session.dispose();
  server.close();
  return status;
}

function save({ recording }: Opened, file: string, embed: boolean): void {
  try {
    writeFileSync(file, recording({ embed }));
    tellRecorded(file);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    complain(`not recorded: ${error.message}`);
  }
}

async function listening(server: GdbServer, host: string, port: number): Promise<number> {
  try {
    return await server.listen();
  } catch (error) {
    throw new UsageError(`cannot listen on ${host}:${port} (${errorCode(error)}): choose another --port`);
  }
}
