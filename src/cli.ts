#!/usr/bin/env node
/**
 * Entry: the command line. `turtlescope run IMAGE` boots an image and ends with the guest's own status; `turtlescope replay FILE` runs a
 * recording of it again; `turtlescope gdb IMAGE` waits
 * for gdb; `turtlescope demo` shows the main job in a terminal; `turtlescope rows` lists what of isa the chip implements. Exit statuses stand in the usage.
 */
import { printDemo } from './cli/demo';
import { complain, UnusableFile, Status, UsageError } from './cli/failure';
import { problemText } from './cli/machine-options';
import { gdb } from './cli/gdb';
import { replay } from './cli/replay';
import { rows } from './cli/rows';
import { run } from './cli/run';
import { USAGE } from './cli/usage';
import { provideHost } from './host/host';
import { nodeHost } from './host/node-host';
import { ConfigurationProblem } from './protocol/configuration-problem';

const commands: Readonly<Record<string, (args: string[]) => number | Promise<number>>> = {
  run,
  replay,
  gdb,
  rows,
  demo,
  help,
};

function demo(args: string[]): number {
  if (args.length > 0) throw new UsageError(`demo takes no arguments, not "${args[0]!}"`);
  return printDemo((line) => console.log(line));
}

function help(): number {
  console.log(USAGE);
  return Status.OK;
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h';
}

async function main([name, ...args]: string[]): Promise<number> {
  try {
    if (isHelp(name) || isHelp(args[0])) return help();
    if (name === undefined) throw new UsageError('no command given');
    if (!Object.hasOwn(commands, name)) throw new UsageError(`unknown command "${name}"`);
    return await commands[name]!(args);
  } catch (error) {
    if (error instanceof ConfigurationProblem)
      complain(problemText(error, name === 'replay' ? 'FILE' : 'IMAGE'));
    else if (error instanceof UnusableFile) complain(error.message);
    else if (error instanceof UsageError) {
      complain(error.message);
      console.error(`\n${USAGE}`);
    } else throw error;
    return Status.USAGE;
  }
}

provideHost(nodeHost);
void main(process.argv.slice(2)).then((status) => (process.exitCode = status));
