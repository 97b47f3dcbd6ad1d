/**
 * One record of the machine in a title and a line. The only place that turns records into sentences: timeline, stop texts, exception
 * widget and demo all use it.
 */
import { vmInstructionErrorByNumber } from '../../isa/vm-instruction-errors';
import type { MachineRecord } from '../inspection';
import { eventText } from '../../decode/event-word';
import { exitReasonText, qualificationText } from './exit';
import { hex } from '../../decode/word';

export interface RecordText {
  readonly title: string;
  readonly detail: string;
}

/** "error 7: VM entry with invalid control fields"; 0 is VMfailInvalid. */
export function vmErrorText(error: number): string {
  if (error === 0) return 'VMfailInvalid';
  return `VMfailValid, error ${error}: ${vmInstructionErrorByNumber.get(error)?.title ?? 'reserved'}`;
}

export function describeRecord(record: MachineRecord): RecordText {
  switch (record.kind) {
    case 'entry':
      return {
        title: `VM entry to ${record.level}`,
        detail: joined(`RIP ${hex(record.rip)}`, injected(record.interruption, record.interruptionError)),
      };
    case 'exit':
      return { title: exitReasonText(record.reasonWord), detail: exitDetail(record) };
    case 'verdict':
      return {
        title: `${exitReasonText(record.reasonWord)} goes to ${record.verdict}`,
        detail: record.rule.text,
      };
    case 'handled':
      return { title: `${record.reason} handled by L0`, detail: record.text };
    case 'nested-exit':
      return { title: `${exitReasonText(record.reasonWord)} reflected to L1`, detail: exitDetail(record) };
    case 'nested-entry':
      return {
        title: `${record.instruction} of L1`,
        detail: joined(`L2 at ${hex(record.rip)}`, injected(record.interruption, record.interruptionError)),
      };
    case 'entry-failure':
      return {
        title: 'VM entry failed',
        detail: joined(
          record.reasonWord !== 0
            ? `${exitReasonText(record.reasonWord)}, qualification ${record.qualification}`
            : vmErrorText(record.error),
          record.rule.text,
        ),
      };
    case 'vmx-instruction':
      return { title: `${record.instruction}: ${outcome(record)}`, detail: record.operand };
    case 'vm-fail':
      return { title: vmErrorText(record.error), detail: `RIP ${hex(record.rip)}` };
    case 'injection':
      return {
        title: `inject ${eventText('entry-interruption', record.interruption, record.interruptionError)}`,
        detail: INJECTION_SOURCES[record.source],
      };
    case 'requeued':
      return {
        title: `requeue ${eventText('idt-vectoring', record.vectoring, record.error)}`,
        detail:
          record.cause === 'idt-vectoring'
            ? 'its delivery was interrupted by the exit; L0 will deliver it again'
            : 'the entry that would have delivered it was cancelled',
      };
    case 'nested-event':
      return {
        title: `${record.event} for L1: ${record.decision === 'blocked' ? 'must wait' : 'L2 exits'}`,
        detail: record.rule.text,
      };
    case 'halt':
      return { title: `${record.level} halts`, detail: '' };
    case 'shutdown':
      return { title: 'shutdown', detail: record.text };
  }
}

const INJECTION_SOURCES = {
  vmcs12: 'L1 asked for it in vmcs12',
  reinjection: 'its first delivery was interrupted',
  exception: 'raised by the emulation of an instruction',
  apic: 'from the interrupt controller',
  nmi: 'non-maskable interrupt',
} as const;

type ExitInformation = Extract<MachineRecord, { kind: 'exit' | 'nested-exit' }>;

function exitDetail(record: ExitInformation): string {
  const rip = record.kind === 'exit' ? record.rip : record.guestRip;
  return joined(
    qualificationText(record.reasonWord, record.qualification, record.interruption),
    event('exit-interruption', record.interruption, record.interruptionError, ''),
    event('idt-vectoring', record.idtVectoring, record.idtVectoringError, 'while delivering '),
    `RIP ${hex(rip)}`,
  );
}

function event(
  format: 'exit-interruption' | 'idt-vectoring',
  word: number,
  error: number,
  prefix: string,
): string {
  const text = eventText(format, word, error);
  return text === 'none' ? '' : prefix + text;
}

function injected(word: number, error: number): string {
  const text = eventText('entry-interruption', word, error);
  return text === 'none' ? '' : `injects ${text}`;
}

function outcome(record: Extract<MachineRecord, { kind: 'vmx-instruction' }>): string {
  switch (record.outcome) {
    case 'VMsucceed':
      return 'succeeds';
    case 'VMfailInvalid':
    case 'VMfailValid':
      return vmErrorText(record.error);
    case 'fault':
      return `faults with vector ${record.error}`;
  }
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
