#!/usr/bin/env node
/**
 * Entry: the headless runner. `turtlescope run IMAGE` boots an image and ends with the guest's own status; `turtlescope demo`
 * shows the main job in a terminal; `turtlescope rows` lists what of isa the chip implements. Exit statuses stand in USAGE.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { printDemo } from './debugger/demo';
import { FailedEntry } from './debugger/failed-entry';
import { implementedRows } from './debugger/implemented-rows';
import { endDetails, endText } from './debugger/stop-text';
import { runHeadless, type HeadlessResult } from './machine/headless';
import { createMachine, MachineError, type MachineRequest } from './machine/create';
import { recordLine } from './machine/record-json';
import type { MachineStop } from './machine/machine-stop';

const USAGE = `Usage: turtlescope run IMAGE [options]
       turtlescope demo
       turtlescope rows [--missing]

run boots IMAGE: a Linux kernel (bzImage, vmlinux), multiboot 1 or 2, PVH, ELF or a flat binary; COM1 goes to stdout.
  --topology nested|bare   the image is L1 under the built-in L0 (default), or runs in VMX root itself
  --memory MiB             guest RAM (default 256)
  --append "ARGS"          the kernel's command line (multiboot puts the image's name before it)
  --initrd FILE            initial RAM disk of a Linux kernel
  --module FILE            module for multiboot or PVH; may be repeated
  --load-address ADDRESS   where a flat binary or a static PIE goes
  --l0 PROFILE             behaviour of L0 (kvm-6.12)
  --cpu PROFILE            CPU profile; -feature or +feature may follow: skylake-server,-avx2
  --unclaimed stop|fault   an instruction of a feature the CPU does not claim: stop and name it (default), or #UD
  --on-reset reboot|stop   what a reset by the guest does (default: reboot, with the RAM kept)
  --on-triple-fault stop|reboot
                           what a triple fault of IMAGE does (default: stop)
  --feature-control STATE  IA32_FEATURE_CONTROL as firmware leaves it: locked-on (default), locked-off, unlocked
  --max-instructions N     stop after N instructions
  --trace FILE.jsonl       one JSON object a line for each VM entry, exit and verdict
  --screen                 the VGA text screen at the end of the run, to stderr
  --stats                  instructions, seconds, MIPS and exits, to stderr

Exit status: the guest's debug exit (port 0xf4, as QEMU: (value << 1) | 1); 124 the instruction budget is used up;
125 something this CPU does not have; 126 shutdown (triple fault, VMX abort); 2 wrong usage; 0 powered off.`;

const STATUS_BUDGET = 124;
const STATUS_GAP = 125;
const STATUS_SHUTDOWN = 126;
const STATUS_USAGE = 2;

class UsageError extends Error {}

function main(args: string[]): number {
  const [command, ...rest] = args;
  try {
    if (command === 'run') return run(rest);
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

function run(args: string[]): number {
  if (isHelp(args[0])) return help();
  const { values, positionals } = parse(args);
  const [path, ...extra] = positionals;
  if (path === undefined || extra.length > 0) throw new UsageError('give exactly one image');
  const bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) writeSync(1, Uint8Array.from(bytes.splice(0)));
  };
  const serial = (byte: number) => {
    bytes.push(byte);
    if (byte === 10) flush();
  };
  const request: MachineRequest = {
    image: readImage(path),
    imageName: path,
    topology: values.topology,
    memoryMiB: values.memory === undefined ? undefined : positive('--memory', values.memory),
    cmdline: values.append,
    initrd: values.initrd === undefined ? undefined : readImage(values.initrd),
    modules: (values.module ?? []).map((file) => ({ commandLine: file, bytes: readImage(file) })),
    loadAddress:
      values['load-address'] === undefined ? undefined : positive('--load-address', values['load-address']),
    onReset: values['on-reset'],
    onTripleFault: values['on-triple-fault'],
    l0Profile: values.l0,
    cpuProfile: values.cpu,
    featureControl: values['feature-control'],
    unclaimedInstructions: values.unclaimed,
    serial,
  };
  const machine = createMachine(request);
  const failedEntry = new FailedEntry(machine);
  const trace = values.trace === undefined ? undefined : openTrace(values.trace);
  const limit = values['max-instructions'];
  const maxInstructions = limit === undefined ? 1n << 62n : BigInt(positive('--max-instructions', limit));
  const result = runHeadless(machine, {
    maxInstructions,
    ...(trace !== undefined && { onRecord: (record) => void writeSync(trace, recordLine(record) + '\n') }),
  });
  flush();
  if (trace !== undefined) closeSync(trace);
  if (values.screen) console.error(machine.board.screen().lines.join('\n').trimEnd());
  if (values.stats) printStats(result);
  for (const line of failedEntry.lines(path, request.image)) console.error(`turtlescope: ${line}`);
  return report(result.stop);
}

/** `--append "-x"` is what it says: parseArgs alone takes a value that begins with a dash for the next option. */
function joined(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1];
    const takes = args[i] === '--append' && next?.startsWith('-') && next !== '--';
    result.push(takes ? `${args[i]}=${args[++i]}` : args[i]!);
  }
  return result;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: joined(args),
      allowPositionals: true,
      options: {
        topology: { type: 'string' },
        memory: { type: 'string' },
        append: { type: 'string' },
        initrd: { type: 'string' },
        module: { type: 'string', multiple: true },
        'load-address': { type: 'string' },
        l0: { type: 'string' },
        cpu: { type: 'string' },
        unclaimed: { type: 'string' },
        'on-reset': { type: 'string' },
        'on-triple-fault': { type: 'string' },
        'feature-control': { type: 'string' },
        'max-instructions': { type: 'string' },
        trace: { type: 'string' },
        screen: { type: 'boolean' },
        stats: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readImage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new MachineError(`there is no file ${path}: build it first, or correct the path`);
    if (code === 'EISDIR') throw new MachineError(`${path} is a folder: name the image in it`);
    throw new MachineError(`cannot read ${path}: ${code ?? String(error)}`);
  }
}

function openTrace(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

/** A non-negative whole number, decimal or 0x. */
function positive(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`${option} needs a whole number, not "${text}"`);
  return value;
}

/** Says why the machine stopped, where the guest did not say it itself, and gives the exit status. */
function report(stop: MachineStop): number {
  switch (stop.kind) {
    case 'exited':
      return stop.status;
    case 'budget':
      console.error('turtlescope: the instruction budget is used up');
      return STATUS_BUDGET;
    case 'unimplemented':
      console.error(`turtlescope: ${stop.text}`);
      return STATUS_GAP;
    case 'shutdown':
      console.error(`turtlescope: ${stop.text}`);
      for (const line of endDetails(stop)) console.error(`turtlescope: ${line}`);
      return STATUS_SHUTDOWN;
    case 'halted':
      console.error(`turtlescope: ${endText(stop)}`);
      return STATUS_SHUTDOWN;
    case 'power':
      return stop.action === 'off' ? 0 : STATUS_SHUTDOWN;
    case 'breakpoint':
    case 'record':
    case 'watch':
    case 'l0':
      throw new Error(`a headless run stopped at a ${stop.kind}`);
  }
}

function printStats(result: HeadlessResult): void {
  const mips = Number(result.instructions) / 1e6 / result.seconds;
  console.error(`instructions ${result.instructions}`);
  console.error(`seconds      ${result.seconds.toFixed(3)}`);
  console.error(`MIPS         ${mips.toFixed(1)}`);
  if (result.resets > 0) console.error(`resets       ${result.resets}`);
  console.error(`VM entries   ${result.counts.entries}`);
  for (const { route, reason, count } of result.counts.list())
    console.error(`exits        ${String(count).padStart(9)}  ${route} ${reason}`);
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

process.exitCode = main(process.argv.slice(2));
