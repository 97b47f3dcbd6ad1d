/**
 * One record of the machine in a title, a line, and the words of a stop at it. The only place that turns records into sentences:
 * timeline, stop texts, exception widget and demo all use it.
 */
import { vmInstructionErrorByNumber } from '../../isa/vm-instruction-errors';
import type { Topology } from '../../machine/machine-config';
import type { MachineRecord } from '../inspection';
import { abortText } from '../../decode/abort-text';
import { eventText } from '../../decode/event-word';
import { causeText, faultName, firstFaultText } from '../../decode/fault-text';
import { droppedText } from './dropped-event';
import { exitReasonText, qualificationText } from './exit';
import { hex } from '../../decode/word';

export interface RecordText {
  readonly title: string;
  readonly detail: string;
  /** What a stop at this record is called: "L2 exited: EPT_VIOLATION, reflected to L1". */
  readonly stop: string;
}

const nestedDecision = {
  'exit-to-L1': 'L2 exits',
  blocked: 'must wait',
  posted: 'posted to L2',
} as const;

/** "VMfailValid, error 7: VM entry with invalid control fields"; 0 is VMfailInvalid. */
export function vmErrorText(error: number): string {
  if (error === 0) return 'VMfailInvalid';
  return `VMfailValid, error ${error}: ${vmInstructionErrorByNumber.get(error)?.title ?? 'reserved'}`;
}

export function describeRecord(record: MachineRecord, topology: Topology = 'nested'): RecordText {
  switch (record.kind) {
    case 'entry':
      return {
        title: `VM entry to ${record.level}`,
        detail: joined(
          `RIP ${hex(record.rip)}`,
          injected(record.interruption, record.interruptionError),
          droppedText(record),
        ),
        stop: joined(`VM entry to ${record.level}`, droppedText(record)),
      };
    case 'exit': {
      const reason = exitReasonText(record.reasonWord);
      return {
        title: reason,
        detail: exitDetail(record, topology),
        stop: `${record.level} exited${topology === 'bare' ? '' : ' to L0'}: ${reason}${tripleFault(record)}`,
      };
    }
    case 'verdict': {
      const reason = exitReasonText(record.reasonWord);
      return {
        title: `${reason} goes to ${record.verdict}`,
        detail: record.rule.text,
        stop: `L2 exited: ${reason}, ${record.verdict === 'L0' ? 'kept by L0' : 'reflected to L1'}`,
      };
    }
    case 'handled':
      return {
        title: `${record.reason} handled by L0`,
        detail: record.text,
        stop: `L0 handled ${record.reason} of ${record.level}: ${record.text}`,
      };
    case 'nested-exit': {
      const reason = exitReasonText(record.reasonWord);
      return {
        title: `${reason} reflected to L1`,
        detail: exitDetail(record, topology),
        stop: `L2 exited: ${reason}, reflected to L1${tripleFault(record)}`,
      };
    }
    case 'nested-entry':
      return {
        title: `${record.instruction} of L1`,
        detail: joined(
          `L2 at ${hex(record.rip)}`,
          injected(record.interruption, record.interruptionError),
          droppedText(record),
        ),
        stop: joined(`L1 entered L2 by ${record.instruction}`, droppedText(record)),
      };
    case 'entry-failure': {
      const how =
        record.reasonWord !== 0
          ? `${exitReasonText(record.reasonWord)}, qualification ${record.qualification}`
          : vmErrorText(record.error);
      return {
        title: 'VM entry failed',
        detail: joined(how, record.cause ? causeText(record.cause) : record.rule.text),
        stop: `VM entry failed: ${how}${record.cause ? `. ${causeText(record.cause)}` : ''}`,
      };
    }
    case 'vmx-instruction': {
      const how = outcome(record);
      const cause = record.cause ? causeText(record.cause) : '';
      return {
        title: `${record.instruction}: ${how}`,
        detail: joined(record.operand, droppedBits(record), cause),
        stop: `${record.instruction} of L1: ${how}${cause && `. ${cause}`}`,
      };
    }
    case 'fault': {
      const name = faultName(record.vector, record.error);
      const cause = record.cause ? causeText(record.cause) : '';
      return {
        title: name,
        detail: joined(cause, `RIP ${hex(record.rip)}`),
        stop: `${name} in ${record.level}${cause && `: ${cause}`}`,
      };
    }
    case 'vm-fail': {
      const how = vmErrorText(record.error);
      const cause = record.cause ? causeText(record.cause) : '';
      return {
        title: how,
        detail: joined(cause, `RIP ${hex(record.rip)}`),
        stop: `VMX instruction failed: ${how}${cause && `. ${cause}`}`,
      };
    }
    case 'injection': {
      const event = eventText('entry-interruption', record.interruption, record.interruptionError);
      return {
        title: `inject ${event}`,
        detail: INJECTION_SOURCES[record.source],
        stop: `${event} injected into ${record.level}`,
      };
    }
    case 'requeued': {
      const event = eventText('idt-vectoring', record.vectoring, record.error);
      return {
        title: `requeue ${event}`,
        detail:
          record.cause === 'idt-vectoring'
            ? 'its delivery was interrupted by the exit; L0 will deliver it again'
            : 'the entry that would have delivered it was cancelled',
        stop: `${event} of ${record.level} queued again`,
      };
    }
    case 'nested-event': {
      const title = `${record.event} for L1: ${nestedDecision[record.decision]}`;
      return { title, detail: record.rule.text, stop: title };
    }
    case 'halt':
      return { title: `${record.level} halts`, detail: '', stop: `${record.level} halted` };
    case 'shutdown':
      if (record.abort !== 0) {
        const text = abortText(record.abort, record.refused);
        return {
          title: `${record.level} shuts down: ${record.text}`,
          detail: text,
          stop: `Shutdown of ${record.level}: ${text}`,
        };
      }
      return {
        title: `${record.level} shuts down: ${record.text}`,
        detail: record.faults ? firstFaultText(record.faults, record.level) : '',
        stop: `Shutdown of ${record.level}: ${record.text}${tripleFault(record)}`,
      };
  }
}

/** The words of a stop, with the CPU where there are several. */
export function stopText(record: MachineRecord, topology: Topology, cpus: number): string {
  const { stop } = describeRecord(record, topology);
  return cpus > 1 ? `CPU ${record.vcpu ?? 0}: ${stop}` : stop;
}

/** The first exception of a triple fault; empty for all other records. */
function tripleFault(record: Extract<MachineRecord, { kind: 'exit' | 'nested-exit' | 'shutdown' }>): string {
  return record.faults ? `. It began with ${firstFaultText(record.faults, record.level)}` : '';
}

const INJECTION_SOURCES = {
  vmcs12: 'L1 asked for it in vmcs12',
  reinjection: 'its first delivery was interrupted',
  exception: 'raised by the emulation of an instruction',
  apic: 'from the interrupt controller',
  nmi: 'non-maskable interrupt',
} as const;

type ExitInformation = Extract<MachineRecord, { kind: 'exit' | 'nested-exit' }>;

/** Whose extended page tables an exit is about. */
function tablesOf(record: ExitInformation, topology: Topology): string {
  if (topology === 'bare') return 'EPT';
  if (record.kind === 'nested-exit') return 'ept12';
  return record.vmcs === 'vmcs02' ? 'ept02' : 'ept01';
}

function exitDetail(record: ExitInformation, topology: Topology): string {
  const rip = record.kind === 'exit' ? record.rip : record.guestRip;
  return joined(
    qualificationText(record.reasonWord, record.qualification, record.interruption),
    record.cause ? `${tablesOf(record, topology)}: ${causeText(record.cause)}` : '',
    event('exit-interruption', record.interruption, record.interruptionError, ''),
    event('idt-vectoring', record.idtVectoring, record.idtVectoringError, 'while delivering '),
    `RIP ${hex(rip)}`,
    record.faults ? firstFaultText(record.faults, record.level) : '',
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
      return faultName(record.error);
  }
}

/** Bits that a VMWRITE lost without an error. */
export function droppedBits(record: Extract<MachineRecord, { kind: 'vmx-instruction' }>): string {
  if (record.dropped === undefined) return '';
  return `bits ${hex(record.dropped)} of the value are reserved in access rights, and went without an error`;
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
