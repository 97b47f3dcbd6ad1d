/** `turtlescope run IMAGE`: boots an image and ends with the guest's own status, COM1 on stdout. */
import { closeSync, writeFileSync, writeSync } from 'node:fs';
import { repetitionText } from '../debugger/decode/repetition-text';
import { FailedEntry } from '../debugger/failed-entry';
import { runHeadless, runInCompany, type HeadlessOptions, type HeadlessResult } from '../machine/headless';
import { inputLogHeading, inputLogLine, type InputEvent } from '../machine/input-log';
import type { Machine } from '../machine/machine';
import { recordLine } from '../machine/record-json';
import { openMachine } from '../session/open';
import { complain } from './failure';
import { openForWriting, readInput, tellRecorded } from './files';
import { parseMachine, wholeNumber } from './machine-options';
import { printStats, report } from './report';
import { SerialLines } from './serial-lines';
import { Typist } from './typist';

export async function run(args: string[]): Promise<number> {
  const { configuration, own } = parseMachine(args, {
    stdin: { type: 'boolean' },
    'input-log': { type: 'string' },
    'replay-input': { type: 'string' },
    record: { type: 'string' },
    embed: { type: 'boolean' },
    'max-instructions': { type: 'string' },
    trace: { type: 'string' },
    screen: { type: 'boolean' },
    stats: { type: 'boolean' },
  });
  const limit = own['max-instructions'];
  const maxInstructions =
    limit === undefined ? 1n << 62n : BigInt(wholeNumber('--max-instructions', String(limit)));
  const opened = <T>(option: string, open: (option: string, path: string) => T): T | undefined =>
    own[option] === undefined ? undefined : open(option, String(own[option]));
  const input = opened('replay-input', readInput);
  const serial = new SerialLines();
  const { machine, image, recording } = openMachine(configuration, (byte) => serial.byte(byte), {
    input,
    record: own['record'] !== undefined,
  });
  const failedEntry = new FailedEntry(machine);
  const recordFile = opened('record', openForWriting);
  const trace = opened('trace', openForWriting);
  const inputLog = opened('input-log', openForWriting);
  if (inputLog !== undefined) {
    const write = (event: InputEvent) => void writeSync(inputLog, inputLogLine(event));
    writeSync(inputLog, inputLogHeading());
    input?.forEach(write);
    machine.onInput = write;
  }
  const options: HeadlessOptions = {
    maxInstructions,
    ...(trace !== undefined && { onRecord: (record) => void writeSync(trace, recordLine(record) + '\n') }),
  };
  // A run that is repeated listens to nobody, unless it is told to.
  const listens = own['stdin'] ?? (process.stdin.isTTY && input === undefined);
  const start = process.hrtime.bigint();
  const result = listens ? await runTyped(machine, options, serial) : runHeadless(machine, options);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  serial.flush();
  if (recordFile !== undefined) {
    writeFileSync(recordFile, recording({ embed: own['embed'] === true }));
    closeSync(recordFile);
    tellRecorded(String(own['record']));
  }
  for (const file of [trace, inputLog]) if (file !== undefined) closeSync(file);
  if (own['screen']) console.error(machine.board.screen().lines.join('\n').trimEnd());
  if (own['stats']) printStats(result, seconds);
  for (const line of failedEntry.lines(configuration.program, image.bytes)) complain(line);
  const circle = repetitionText(machine);
  if (circle !== '') complain(circle);
  return report(machine, result);
}

/** Runs with standard input on COM1; what the guest sends is shown whenever it is the world's turn. */
async function runTyped(
  machine: Machine,
  options: HeadlessOptions,
  serial: SerialLines,
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
        serial.flush();
        return typist.turn(idle);
      },
    });
  } finally {
    typist.dispose();
  }
}
