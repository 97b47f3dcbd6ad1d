#!/usr/bin/env node
/**
 * Entry: the debug adapter's own process. Speaks the Debug Adapter Protocol over stdin and stdout with one client, which VS Code and
 * other editors start it for, or with `--server PORT` to any number of them.
 */
import { parseArgs } from 'node:util';
import { Adapter } from './adapter/adapter';
import { serveAdapters } from './adapter/server';
import { provideHost } from './host/host';
import { LAST_PORT, LOOPBACK } from './host/listening';
import { errorCode, nodeHost } from './host/node-host';

const USAGE = `Usage: turtlescope-debug-adapter [--server PORT [--listen ADDRESS]]

Speaks the Debug Adapter Protocol on stdin and stdout, or as a server: each connection is a session of its own.
  --server PORT      port to listen on (0: any that is free), of the loopback interface
  --listen ADDRESS   listen there, for clients of other machines: whoever connects runs what files of this one it names`;

const STATUS_USAGE = 2;
/** Exit status after input that is no message. */
const STATUS_GARBAGE = 2;

function complain(text: string): void {
  process.stderr.write(`turtlescope: ${text}\n`);
}

function refuse(problem: string): never {
  process.stderr.write(`turtlescope-debug-adapter: ${problem}\n\n${USAGE}\n`);
  process.exit(STATUS_USAGE);
}

function options(args: string[]): { server?: string | undefined; listen?: string | undefined } {
  try {
    return parseArgs({ args, options: { server: { type: 'string' }, listen: { type: 'string' } } }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function serveOneClient(): void {
  const adapter = new Adapter({
    // What was written last is on its way first.
    over: () => void process.stdout.write('', () => process.exit()),
    garbage: (problem) => {
      complain(`not the Debug Adapter Protocol: ${problem}`);
      process.exit(STATUS_GARBAGE);
    },
  });
  process.on('SIGTERM', () => process.exit());
  adapter.start(process.stdin, process.stdout);
}

async function serveMany(text: string, host: string): Promise<void> {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > LAST_PORT)
    refuse(`--server needs a port from 0 to ${LAST_PORT}, not "${text}"`);
  try {
    const taken = await serveAdapters({ port, host, tell: complain });
    complain(`debug adapter at ${host}:${taken}`);
  } catch (error) {
    refuse(`cannot listen on ${host}:${port} (${errorCode(error)}): choose another --server`);
  }
}

provideHost(nodeHost);
const { server, listen = LOOPBACK } = options(process.argv.slice(2));
if (server === undefined) serveOneClient();
else void serveMany(server, listen);
