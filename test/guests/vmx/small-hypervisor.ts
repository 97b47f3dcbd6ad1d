// Runs a small L1 with its L2, in either topology: the frame is hypervisor.S, a test gives controls, the code of L2, what L1 does at an
// exit, and gets the log of exits back through COM1. Judges nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitReasonByNumber } from '../../../src/isa/exit-reasons';
import type { FieldName } from '../../../src/isa/vmcs-fields';
import { control, type ControlName, type ControlWord } from '../../../src/isa/vmx-controls';
import { createMachine, type MachineRequest } from '../../../src/machine/create';
import type { Machine } from '../../../src/machine/machine';
import type { MachineStop } from '../../../src/machine/machine-stop';
import { codeImage } from '../../machine/support/small-program';
import { architectureNames } from './names';

export const topologies = ['nested', 'bare'] as const;
export type TopologyName = (typeof topologies)[number];

export interface HypervisorProgram {
  /** Beyond what every program has: a 64-bit host and guest, EPT. */
  readonly controls?: readonly ControlName[];
  /** Code of L1 before the first entry; ends by itself. */
  readonly setup?: string;
  /** Code of L2. */
  readonly guest: string;
  /** Code of L1 at an exit, the reason in EAX: ends in `skip`, `resume` or `finish`. By default CPUID is skipped, all else ends the run. */
  readonly handler?: string;
  /** Code of L2 at a vector, which lies on the stack above the frame. By default VMCALL with the vector in RAX. */
  readonly vector?: string;
  /** What is logged beside the reason. */
  readonly log?: readonly FieldName[];
  readonly profile?: string;
  readonly machine?: Partial<MachineRequest>;
  /** Before the run. */
  readonly prepare?: (machine: Machine) => void;
}

export type LoggedExit = { readonly reason: string; readonly failedEntry: boolean } & Partial<
  Record<FieldName, bigint>
>;

export interface HypervisorRun {
  readonly stop: MachineStop;
  /** NaN: halted or shut down; 0: finished; 1: a VMX instruction failed, its error in results[62]; 2: a control is not offered; 3: L1 met an exception, its vector in results[61]. */
  readonly status: number;
  readonly exits: readonly LoggedExit[];
  /** L2's registers in the order of Gpr; RSP is not among them. */
  readonly registers: readonly bigint[];
  readonly results: readonly bigint[];
  readonly machine: Machine;
}

const REGISTERS = 16;
const RESULTS = 64;

const frame = readFileSync(join(__dirname, 'hypervisor.S'), 'latin1');

const always: readonly ControlName[] = [
  'ACTIVATE_SECONDARY_CONTROLS',
  'ENABLE_EPT',
  'VM_EXIT_HOST_ADDRESS_SPACE_SIZE',
  'VM_EXIT_LOAD_IA32_EFER',
  'VM_EXIT_SAVE_IA32_EFER',
  'VM_ENTRY_IA32E_MODE_GUEST',
  'VM_ENTRY_LOAD_IA32_EFER',
];

function word(program: HypervisorProgram, name: ControlWord): string {
  const names = [...always, ...(program.controls ?? [])].filter((each) => control[each].word === name);
  return names.length === 0 ? '0' : names.join(' | ');
}

function sourceOf(program: HypervisorProgram, fields: readonly FieldName[]): string {
  const own = `
    test_setup:
      ${program.setup ?? ''}
      ret
    test_handler:
      ${program.handler ?? `cmp eax, EXIT_CPUID; jne finish_run; skip`}
    l2_code:
      ${program.guest}
    l2_vector:
      ${program.vector ?? 'mov rax, [rsp]; vmcall'}
  `;
  return [
    architectureNames,
    `.set TEST_PIN, ${word(program, 'pin')}`,
    `.set TEST_PRIMARY, ${word(program, 'primary')}`,
    `.set TEST_SECONDARY, ${word(program, 'secondary')}`,
    `.set TEST_EXIT, ${word(program, 'exit')}`,
    `.set TEST_ENTRY, ${word(program, 'entry')}`,
    `.set TEST_FIELD_COUNT, ${fields.length}`,
    frame
      .replace('TEST_FIELDS\n', `.long ${fields.join(', ')}\n`)
      .replace('TEST_PROGRAM', own.replaceAll(';', '\n')),
  ].join('\n');
}

export function runHypervisor(program: HypervisorProgram, topology: TopologyName): HypervisorRun {
  const fields: FieldName[] = ['VM_EXIT_REASON', ...(program.log ?? [])];
  const bytes: number[] = [];
  const machine = createMachine({
    image: codeImage(sourceOf(program, fields), 64),
    imageName: 'small hypervisor',
    memoryMiB: 16,
    topology,
    cpuProfile: program.profile,
    serial: (byte) => bytes.push(byte),
    ...program.machine,
  });
  program.prepare?.(machine);
  const stop = machine.run(5_000_000n);
  const ended = stop.kind === 'exited' || stop.kind === 'halted' || stop.kind === 'shutdown';
  if (!ended) {
    const said = JSON.stringify(stop, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    throw new Error(`the ${topology} run ended with ${said}`);
  }
  const view = new DataView(Uint8Array.from(bytes).buffer);
  const words = Array.from({ length: bytes.length >> 3 }, (_, i) => view.getBigUint64(i * 8, true));
  const logged = words.slice(REGISTERS + RESULTS);
  const exits: LoggedExit[] = [];
  for (let at = 0; at + fields.length <= logged.length; at += fields.length) {
    const reason = Number(logged[at]);
    exits.push({
      reason: exitReasonByNumber.get(reason & 0xffff)?.name ?? `reason ${reason}`,
      failedEntry: reason >>> 31 === 1,
      ...Object.fromEntries(fields.slice(1).map((name, i) => [name, logged[at + 1 + i]])),
    });
  }
  return {
    stop,
    status: stop.kind === 'exited' ? (stop.status - 1) / 2 : NaN,
    exits,
    registers: words.slice(0, REGISTERS),
    results: words.slice(REGISTERS, REGISTERS + RESULTS),
    machine,
  };
}
