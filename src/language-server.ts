#!/usr/bin/env node
/**
 * Entry: the language server's own process. Editors start it with `--stdio`; the extension starts it with a channel between
 * processes of Node.
 */
import { writeSync } from 'node:fs';
import { keepHeapSmall } from './language/server/small-heap';

const USAGE = `Usage: turtlescope-language-server [--stdio]

Speaks the Language Server Protocol on stdin and stdout: hover, completion, diagnostics and more for GNU as and NASM sources,
and VMX facts in C, C++ and Rust. It is started by an editor and ends with it. Settings, as initializationOptions or under
turtlescope.language: diagnostics (true), inlayHints (true), includePaths ([]).`;

const STATUS_USAGE = 2;
const STDERR = 2;

/** What starters may say: the transport, and whose death ends the server. */
const KNOWN = /^--(stdio|node-ipc|clientProcessId(=\d+)?)$|^\d+$/;

function main(args: string[]): void {
  const unknown = args.find((arg) => !KNOWN.test(arg));
  if (unknown !== undefined) {
    const complaint =
      unknown === '--help' ? '' : `turtlescope-language-server: unknown option "${unknown}"\n\n`;
    writeSync(STDERR, `${complaint}${USAGE}\n`);
    process.exit(STATUS_USAGE);
  }
  if (!args.includes('--node-ipc') && !args.includes('--stdio')) process.argv.push('--stdio');
  keepHeapSmall();
  // Loaded behind that, and in a bundle each file by itself: what V8 takes to read all tables at once it never gives back.
  void import('./language/server').then(({ serveParent }) => serveParent());
}

main(process.argv.slice(2));
