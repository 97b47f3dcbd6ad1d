/**
 * The main job in a terminal: boots the sample hypervisor under the built-in L0, stops at the first VM exit of its guest that it
 * gets, and prints what an editor would show. `turtlescope demo`.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeRecord } from '../debugger/decode/exit-text';
import { fieldRow } from '../debugger/decode/field';
import type { DebugSession } from '../debugger/session';
import type { FieldName } from '../isa/vmcs-fields';
import type { MachineRecord } from '../machine/machine-record';
import { openSession } from '../session/open';

const SAMPLE = join('samples', 'hello-nested', 'hello-nested.elf');
const PLACES = [join(__dirname, '..'), join(__dirname, '..', '..')];
/** Far more than the sample needs to its first exit. */
const PATIENCE = 50_000_000n;
const FRAMES_SHOWN = 8;

/** @returns the exit status of the command: 0 when the exit was reached */
export function printDemo(write: (line: string) => void): number {
  const path = PLACES.map((place) => join(place, SAMPLE)).find((candidate) => existsSync(candidate));
  if (path === undefined) {
    write(`${SAMPLE} is missing: run the demo from a complete checkout or package.`);
    return 1;
  }
  const serial: number[] = [];
  const nothing = () => undefined;
  const { session } = openSession(
    { program: path, history: 0 },
    { serial: (byte) => serial.push(byte), log: nothing, stopped: nothing, ended: nothing },
  );
  write(`Booting ${basename(path)} as L1 under the built-in KVM-like L0.`);
  const exit = runToNestedExit(session);
  write('');
  for (const line of Buffer.from(serial).toString('latin1').trimEnd().split('\n')) write(`  COM1 | ${line}`);
  write('');
  if (!exit) {
    write('The machine ended before L1 got an exit of L2.');
    return 1;
  }
  printStop(session, exit, write);
  printThreads(session, write);
  printFields(session, write);
  return 0;
}

type NestedExit = MachineRecord & { kind: 'nested-exit' };

function runToNestedExit({ machine }: DebugSession): NestedExit | undefined {
  machine.stopAt((record) => record.kind === 'nested-exit');
  while (machine.cpu.retired < PATIENCE) {
    const stop = machine.run();
    if (stop.kind === 'record') return stop.record as NestedExit;
    if (stop.kind !== 'budget') return undefined;
  }
  return undefined;
}

function printStop({ machine }: DebugSession, exit: NestedExit, write: (line: string) => void): void {
  const { detail, stop } = describeRecord(exit, machine.config.topology);
  write(`Stopped after ${machine.cpu.retired} instructions: ${stop}`);
  write(`  decoded   ${detail}`);
  const verdict = machine.log.slice(0, machine.log.total).findLast((record) => record.kind === 'verdict');
  if (verdict?.kind === 'verdict') {
    write(`  verdict   ${verdict.verdict} handles it, says ${verdict.phase}`);
    write(`  rule      ${verdict.rule.id}: ${verdict.rule.text}`);
  }
  write('');
}

function printThreads(session: DebugSession, write: (line: string) => void): void {
  for (const { level, name } of session.threads()) {
    write(name);
    for (const frame of session.stack(level).slice(0, FRAMES_SHOWN)) {
      const place = frame.source ? `${basename(frame.source.path)}:${frame.source.line}` : '';
      const address = frame.pc === undefined ? '' : `0x${frame.pc.toString(16)}`;
      write(`  ${frame.name.padEnd(24)} ${place.padEnd(18)} ${address}`.trimEnd());
    }
    write('');
  }
}

/** The fields L1 named in VMWRITEs, in the order in which it first did. */
function printFields(session: DebugSession, write: (line: string) => void): void {
  const { log } = session.machine;
  const written = new Set<FieldName>();
  for (const record of log.slice(log.oldest, log.total))
    if (record.kind === 'vmx-instruction' && record.instruction === 'VMWRITE' && record.field)
      written.add(record.field);
  const vmcs12 = session.machine.driver.vmcss().find(({ name }) => name === 'vmcs12');
  if (!vmcs12) return;
  write(`vmcs12 at ${`0x${vmcs12.pointer.toString(16)}`}: the ${written.size} fields L1 wrote`);
  for (const name of written) {
    const { value, meaning } = fieldRow(name, name, vmcs12);
    write(`  ${name.padEnd(32)} ${value.padEnd(18)} ${meaning ?? ''}`.trimEnd());
  }
}
