/**
 * Events between the levels that can stop the machine, as a debugger's exception filters: which records each one means, and
 * the names its condition can use.
 */
import { exitReason, exitReasons } from '../isa/exit-reasons';
import type { FaultCause } from '../isa/fault-reasons';
import { isFailedEntry } from '../machine/failed-entry';
import type { Topology } from '../machine/machine-config';
import { levelAt } from '../machine/strand';
import type { MachineRecord } from '../machine/machine-record';
import { Condition } from './breakpoints/condition';
import { droppedEvent } from './decode/dropped-event';
import { BASIC_REASON } from './decode/exit';
import type { ExpressionScope } from './expression/scope';

export type FilterId =
  | 'exit-reflected'
  | 'exit-l0'
  | 'entry-failed'
  | 'vm-fail'
  | 'instruction-fault'
  | 'event-dropped'
  | 'triple-fault';

export interface ExceptionFilter {
  readonly id: FilterId;
  readonly label: string;
  readonly description: string;
  readonly enabledByDefault: boolean;
  readonly matches: (record: MachineRecord, topology: Topology) => boolean;
}

export const exceptionFilters: readonly ExceptionFilter[] = [
  {
    id: 'exit-reflected',
    label: 'VM Exit to L1',
    description: "L2 exits and L1 gets the exit (bare topology: the guest exits to the user's hypervisor).",
    enabledByDefault: false,
    matches: (record, topology) => record.kind === (topology === 'bare' ? 'exit' : 'nested-exit'),
  },
  {
    id: 'exit-l0',
    label: 'VM Exit of L2 kept by L0',
    description: 'L2 exits and L0 handles the exit itself; L1 never learns of it.',
    enabledByDefault: false,
    matches: (record) => record.kind === 'verdict' && record.verdict === 'L0',
  },
  {
    id: 'entry-failed',
    label: 'VM Entry failed',
    description: 'VMLAUNCH or VMRESUME fails its checks: by VMfail, or by an exit with bit 31 set.',
    enabledByDefault: true,
    matches: isFailedEntry,
  },
  {
    id: 'vm-fail',
    label: 'VMX Instruction failed',
    description: 'Any VMX instruction ends in VMfailValid or VMfailInvalid.',
    enabledByDefault: false,
    matches: (record) =>
      record.kind === 'vm-fail' || (record.kind === 'vmx-instruction' && record.outcome.startsWith('VMfail')),
  },
  {
    id: 'instruction-fault',
    label: 'Instruction Fault in L1',
    description:
      "A VMX or system instruction of L1 (bare topology: of the user's hypervisor) faults: VMXON, VMPTRLD, WRMSR, MOV CR ... " +
      'The stop names the rule.',
    enabledByDefault: false,
    matches: (record, topology) =>
      (record.kind === 'fault' && record.level === (topology === 'bare' ? 'L0' : 'L1')) ||
      (record.kind === 'vmx-instruction' && record.outcome === 'fault'),
  },
  {
    id: 'event-dropped',
    label: 'Event dropped at VM Entry',
    description:
      'An exit interrupted the delivery of an event (IDT-vectoring information), and the next entry does not inject it again.',
    enabledByDefault: false,
    matches: (record) => droppedEvent(record) !== undefined,
  },
  {
    id: 'triple-fault',
    label: 'Triple Fault',
    description: 'A level shuts down: a triple fault, or a VMX abort.',
    enabledByDefault: true,
    matches: (record) =>
      record.kind === 'shutdown' ||
      (record.kind === 'nested-exit' &&
        (record.reasonWord & BASIC_REASON) === exitReason.TRIPLE_FAULT.number),
  },
];

/** Shown where a condition can be typed. */
export const CONDITION_HELP =
  'Condition, e.g. reason == EPT_VIOLATION && (qualification & 2), or vmcs12.GUEST_RIP == 0x400017';

/** What a record gives to conditions by name. */
export function recordNames(record: MachineRecord): ReadonlyMap<string, bigint | string> {
  const names = new Map<string, bigint | string>();
  for (const [name, value] of Object.entries(record) as [string, unknown][]) {
    if (typeof value === 'number') names.set(name, BigInt(value));
    else if (typeof value === 'bigint' || typeof value === 'string') names.set(name, value);
  }
  if ('reasonWord' in record) names.set('reason', BigInt(record.reasonWord & BASIC_REASON));
  if ('rule' in record) names.set('rule', record.rule.id);
  if ('guestRip' in record) names.set('rip', record.guestRip);
  if ('cause' in record && typeof record.cause === 'object') causeNames(names, record.cause);
  if (record.kind === 'vmx-instruction' && record.outcome === 'fault')
    names.set('vector', BigInt(record.error));
  if ('interruption' in record) names.set('vector', BigInt(record.interruption & 0xff));
  return names;
}

/** The rule behind a fault or a VMfail, and the values its sentence shows. */
function causeNames(names: Map<string, bigint | string>, cause: FaultCause): void {
  names.set('cause', cause.reason);
  names.set('a', cause.a);
  names.set('b', cause.b);
}

/** Words every expression knows: exit reasons by name. Levels stand for themselves. */
export const constants: ReadonlyMap<string, bigint | string> = new Map<string, bigint | string>([
  ...exitReasons.map((row): [string, bigint] => [row.name, BigInt(row.number)]),
  ...[0, 1, 2].map(levelAt).map((level): [string, string] => [level, level]),
]);

export interface FilterRequest {
  readonly id: string;
  readonly condition?: string | undefined;
}

export type FilterOutcome =
  { readonly verified: true } | { readonly verified: false; readonly message: string };

interface ActiveFilter {
  readonly filter: ExceptionFilter;
  readonly condition: Condition;
}

/** The filters that are on, with their conditions. */
export class ActiveFilters {
  private active: ActiveFilter[] = [];

  /** Replaces all; one outcome for each request, in order. */
  replace(requests: readonly FilterRequest[]): FilterOutcome[] {
    const active: ActiveFilter[] = [];
    const outcomes = requests.map(({ id, condition: text }): FilterOutcome => {
      const filter = exceptionFilters.find((candidate) => candidate.id === id);
      if (!filter) return { verified: false, message: `There is no exception filter "${id}".` };
      const condition = Condition.parse({ condition: text });
      if ('error' in condition) return { verified: false, message: condition.error };
      active.push({ filter, condition });
      return { verified: true };
    });
    this.active = active;
    return outcomes;
  }

  get any(): boolean {
    return this.active.length > 0;
  }

  /** Could this record stop the machine? Conditions are asked later, when the machine stands. */
  concern(record: MachineRecord, topology: Topology): boolean {
    return this.active.some(({ filter }) => filter.matches(record, topology));
  }

  /** The filter that stops at a record; `note` says when its condition could not be told. */
  stopsAt(
    record: MachineRecord,
    topology: Topology,
    scope: ExpressionScope,
  ): { filter: ExceptionFilter; note?: string } | undefined {
    for (const { filter, condition } of this.active) {
      if (!filter.matches(record, topology)) continue;
      const decision = condition.reached(scope);
      if (decision.kind === 'stop')
        return { filter, ...(decision.note !== undefined && { note: decision.note }) };
    }
    return undefined;
  }
}
