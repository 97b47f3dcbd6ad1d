/** The built adapter as a server, for as many sessions as a test begins. */
import { spawn, type ChildProcess } from 'node:child_process';
import { adapter } from './client';

export interface Server {
  readonly port: number;
  readonly process: ChildProcess;
  errors(): string;
}

/** Starts the adapter on a free port, which it tells. */
export async function serve(): Promise<Server> {
  const child = spawn(process.execPath, [adapter, '--server', '0']);
  let errors = '';
  const port = await new Promise<number>((found, failed) => {
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
      const [, told] = /debug adapter at 127\.0\.0\.1:(\d+)/.exec(errors) ?? [];
      if (told !== undefined) found(Number(told));
    });
    child.once('close', () => failed(new Error(errors)));
  });
  return { port, process: child, errors: () => errors };
}
