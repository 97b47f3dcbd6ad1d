/** `turtlescope run IMAGE`: boots an image and ends with the guest's own status. */
import { closeSync, writeSync } from 'node:fs';
import { FailedEntry } from '../debugger/failed-entry';
import { createMachine, type MachineRequest } from '../machine/create';
import { runHeadless, runInCompany, type HeadlessOptions, type HeadlessResult } from '../machine/headless';
import { inputLogHeading, inputLogLine, type InputEvent } from '../machine/input-log';
import type { Machine } from '../machine/machine';
import { recordLine } from '../machine/record-json';
import { openForWriting, readImage, readInput } from './files';
import { parseRun, positive, UsageError } from './options';
import { printStats, report } from './report';
import { Typist } from './typist';

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseRun(args);
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
    input: values['replay-input'] === undefined ? undefined : readInput(values['replay-input']),
  };
  const machine = createMachine(request);
  const failedEntry = new FailedEntry(machine);
  const trace = values.trace === undefined ? undefined : openForWriting(values.trace);
  const inputLog = values['input-log'] === undefined ? undefined : openForWriting(values['input-log']);
  if (inputLog !== undefined) {
    const write = (event: InputEvent) => void writeSync(inputLog, inputLogLine(event));
    writeSync(inputLog, inputLogHeading());
    request.input?.forEach(write);
    machine.onInput = write;
  }
  const limit = values['max-instructions'];
  const maxInstructions = limit === undefined ? 1n << 62n : BigInt(positive('--max-instructions', limit));
  const options: HeadlessOptions = {
    maxInstructions,
    ...(trace !== undefined && { onRecord: (record) => void writeSync(trace, recordLine(record) + '\n') }),
  };
  // A run that is repeated listens to nobody, unless it is told to.
  const listens = values.stdin ?? (process.stdin.isTTY && request.input === undefined);
  const result = listens ? await runTyped(machine, options, flush) : runHeadless(machine, options);
  flush();
  for (const file of [trace, inputLog]) if (file !== undefined) closeSync(file);
  if (values.screen) console.error(machine.board.screen().lines.join('\n').trimEnd());
  if (values.stats) printStats(result);
  for (const line of failedEntry.lines(path, request.image)) console.error(`turtlescope: ${line}`);
  return report(result);
}

/** Runs with standard input on COM1; what the guest sends is shown whenever it is the world's turn. */
async function runTyped(
  machine: Machine,
  options: HeadlessOptions,
  flush: () => void,
): Promise<HeadlessResult> {
  const typist = new Typist(process.stdin, (bytes) => machine.input('serial', bytes));
  try {
    return await runInCompany(machine, options, {
      get left() {
        return typist.left;
      },
      get quits() {
        return typist.quits;
      },
      turn: (idle) => {
        flush();
        return typist.turn(idle);
      },
    });
  } finally {
    typist.dispose();
  }
}
