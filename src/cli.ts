#!/usr/bin/env node
/**
 * Entry: the headless runner. `turtlescope run IMAGE` boots an image and ends with the guest's own status; `turtlescope demo`
 * shows the main job in a terminal; `turtlescope rows` lists what of isa the chip implements. Exit statuses stand in USAGE.
 */
import { basename } from 'node:path';
import { USAGE, UsageError } from './cli/options';
import { run } from './cli/run';
import { printDemo } from './debugger/demo';
import { implementedRows } from './debugger/implemented-rows';
import { MachineError } from './machine/create';

const STATUS_USAGE = 2;

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === 'run') return isHelp(rest[0]) ? help() : await run(rest);
    if (command === 'rows') return rows(rest);
    if (command === 'demo') return demo(rest);
    if (command === 'help' || isHelp(command)) return help();
    throw new UsageError(command === undefined ? 'no command given' : `unknown command "${command}"`);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof MachineError)) throw error;
    console.error(`turtlescope: ${error.message}`);
    if (error instanceof UsageError) console.error(`\n${USAGE}`);
    return STATUS_USAGE;
  }
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h';
}

function help(): number {
  console.log(USAGE);
  return 0;
}

function rows(args: string[]): number {
  const unknown = args.find((argument) => argument !== '--missing');
  if (unknown !== undefined) throw new UsageError(`rows has no option "${unknown}"`);
  const missing = args.includes('--missing');
  for (const { table, row, implemented, why } of implementedRows())
    if (!missing || !implemented)
      console.log(`${implemented ? 'yes' : 'no '}  ${table}  ${row}${why ? `  (${why})` : ''}`);
  return 0;
}

function demo(args: string[]): number {
  if (args.length > 0) throw new UsageError(`demo takes no arguments, not "${basename(args[0]!)}"`);
  return printDemo((line) => console.log(line));
}

void main(process.argv.slice(2)).then((status) => (process.exitCode = status));
