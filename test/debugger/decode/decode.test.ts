/** Words of hardware state in words of people: every format through its rows. */
import assert from 'node:assert/strict';
import { isCanonical } from '../../../src/cpu/canonical';
import { checkEntry } from '../../../src/debugger/decode/check-entry';
import { eventInFlight } from '../../../src/debugger/decode/event-in-flight';
import { eventText } from '../../../src/decode/event-word';
import { exitReasonText, qualificationText } from '../../../src/debugger/decode/exit';
import { fieldRow } from '../../../src/debugger/decode/field';
import { timelineItem, timelineItems } from '../../../src/debugger/decode/timeline';
import { vmcsTrees } from '../../../src/debugger/decode/vmcs-tree';
import { wordRows, wordSummary } from '../../../src/decode/word';
import type { Inspection, MachineRecord, VmcsView } from '../../../src/debugger/inspection';
import { entryCheck } from '../../../src/isa/entry-checks';
import { exitReason } from '../../../src/isa/exit-reasons';
import { vmcsFields, type FieldName } from '../../../src/isa/vmcs-fields';
import { control } from '../../../src/isa/vmx-controls';
import { RecordLog } from '../../../src/machine/record-log';
import type { DecodedRow } from '../../../src/protocol/decoded-row';

type Values = Partial<Record<FieldName, bigint>>;

function vmcs(name: VmcsView['name'], values: Values = {}): VmcsView {
  return {
    name,
    pointer: 0x5000n,
    launched: true,
    revision: 0x11e57ed0,
    has: () => true,
    read: (field) => values[field] ?? 0n,
    write: name === 'vmcs12' ? () => undefined : undefined,
    limits: () => ({ required: 0x16n, offered: 0x7fn }),
    capability: () => 0n,
    addressBits: 40,
    isCanonical,
    writer: (field) => (name === 'vmcs12' && field in values ? 0x100020n : undefined),
    writersKnown: name === 'vmcs12',
  };
}

function inspection(overrides: Partial<Inspection> = {}, records: MachineRecord[] = []): Inspection {
  const log = new RecordLog();
  records.forEach((record) => log.push(record));
  return {
    topology: 'nested',
    cpus: 1,
    focused: 'L1',
    current: 'L1',
    vmcss: [vmcs('vmcs12'), vmcs('vmcs02'), vmcs('vmcs01')],
    log,
    previous: () => undefined,
    failedEntryChecks: () => [],
    place: () => ({ text: 'main.c:31', source: { path: '/src/main.c', line: 31 } }),
    ...overrides,
  };
}

const find = (rows: readonly DecodedRow[], label: string): DecodedRow => {
  const all = rows.flatMap(function flat(row): DecodedRow[] {
    return [row, ...(row.children ?? []).flatMap(flat)];
  });
  return all.find((row) => row.label === label) ?? assert.fail(`no row ${label}`);
};

const VIOLATION: MachineRecord = {
  kind: 'exit',
  count: 1000,
  level: 'L2',
  vmcs: 'vmcs02',
  reason: 'EPT_VIOLATION',
  reasonWord: exitReason.EPT_VIOLATION.number,
  qualification: 0x182n,
  rip: 0x100123n,
  instructionLength: 3,
  interruption: 0,
  interruptionError: 0,
  idtVectoring: 0x80000b0e,
  idtVectoringError: 2,
  guestPhysical: 0x200000n,
  guestLinear: 0x200000n,
};

describe('decoded words', () => {
  it('a single bit is on or off, a part is its value', () => {
    const ranges = [
      { high: 0, low: 0, name: 'A', title: 'first' },
      { high: 7, low: 4, name: 'B', title: 'second' },
    ];
    assert.deepEqual(
      wordRows('x', 0x51n, ranges).map((row) => [row.label, row.value, row.on]),
      [
        ['A', 'on', true],
        ['B', '0x5', undefined],
      ],
    );
    assert.equal(wordSummary(0x51n, ranges), 'A B=0x5');
  });

  it('bits without a name are said to be set, not hidden', () => {
    const rows = wordRows('x', 0x3n, [{ high: 0, low: 0, name: 'A', title: '' }]);
    assert.equal(find(rows, 'reserved bits set').value, '0x2');
  });

  it('an event word without its valid bit is no event', () => {
    assert.equal(eventText('idt-vectoring', 0x30e, 2), 'none');
  });

  it('an event word says vector, type and error code', () => {
    assert.equal(eventText('idt-vectoring', 0x80000b0e, 2), '#PF (14), hardware exception, error code 0x2');
    assert.equal(eventText('entry-interruption', 0x80000020), '0x20, external interrupt');
  });

  it('an exit reason names its flags: a failed entry is one', () => {
    const word = (exitReason.INVALID_STATE.number | 0x80000000) >>> 0;
    assert.equal(exitReasonText(word), 'INVALID_STATE (VM-entry failure)');
  });

  it('a qualification is read by the reason it belongs to', () => {
    assert.match(qualificationText(exitReason.EPT_VIOLATION.number, 0x182n), /WRITE|write/i);
    assert.equal(qualificationText(exitReason.EXCEPTION_NMI.number, 0x1234n, 14), 'address 0x1234');
    assert.equal(qualificationText(exitReason.CPUID.number, 0n), '');
  });
});

describe('VMCS fields as rows', () => {
  it('every field of isa decodes, whatever stands in it', () => {
    const noise = 0x5a5a_a5a5_ffff_8001n;
    for (const field of vmcsFields) {
      const view = vmcs('vmcs12', { [field.name]: noise, VM_EXIT_REASON: noise & 0xffffffffn });
      const row = fieldRow(field.name, field.name, view);
      assert.equal(row.label, field.name);
      assert.match(row.value, /^0x/);
    }
  });

  it('a control word has a row for each of its bits, and says which may not be set', () => {
    const bit = 1n << BigInt(control.PROCESS_POSTED_INTERRUPTS.bit);
    const row = fieldRow(
      'pin',
      'PIN_BASED_VM_EXEC_CONTROL',
      vmcs('vmcs12', { PIN_BASED_VM_EXEC_CONTROL: bit }),
    );
    const posted = find([row], 'PROCESS_POSTED_INTERRUPTS');
    assert.equal(posted.on, true);
    assert.match(posted.error ?? '', /not offered|needs/);
  });

  it('a control whose partner is off says what it needs', () => {
    const on = 1n << BigInt(control.VIRTUAL_NMIS.bit);
    const row = fieldRow(
      'pin',
      'PIN_BASED_VM_EXEC_CONTROL',
      vmcs('vmcs12', { PIN_BASED_VM_EXEC_CONTROL: on }),
    );
    assert.equal(find([row], 'VIRTUAL_NMIS').error, 'needs NMI_EXITING');
  });
});

describe('VMCS trees', () => {
  it('mark what changed since the previous stop, with the old value', () => {
    const trees = vmcsTrees(
      inspection({
        previous: ({ name }, field) => (name === 'vmcs12' && field === 'GUEST_RIP' ? 0x10n : 0n),
      }),
    );
    const row = find(trees[0]!.groups, 'GUEST_RIP');
    assert.equal(row.changed, true);
    assert.equal(row.previous, '0x0000000000000010');
    assert.equal(find(trees[1]!.groups, 'GUEST_RIP').changed, undefined);
  });

  it('a filter keeps matching fields and the groups above them', () => {
    const [tree] = vmcsTrees(inspection(), 'guest_cs');
    const labels = tree!.groups.flatMap((group) => group.children!.map((row) => row.label));
    assert.deepEqual(labels.sort(), [
      'GUEST_CS_AR_BYTES',
      'GUEST_CS_BASE',
      'GUEST_CS_LIMIT',
      'GUEST_CS_SELECTOR',
    ]);
  });

  it('a field that fails an entry check carries the rule, in vmcs12 only', () => {
    const check = entryCheck.I01;
    const trees = vmcsTrees(inspection({ failedEntryChecks: () => [check] }));
    const field = check.fields[0]!;
    assert.match(find(trees[0]!.groups, field).error ?? '', /^I01: /);
    assert.equal(find(trees[1]!.groups, field).error, undefined);
  });

  it('vmcs02 says where each field comes from', () => {
    const [, vmcs02] = vmcsTrees(inspection());
    assert.match(find(vmcs02!.groups, 'HOST_RIP').provenance ?? '', /L0/);
    assert.match(find(vmcs02!.groups, 'GUEST_RIP').provenance ?? '', /vmcs12/);
  });

  it('only vmcs12 can be edited, and the focused thread decides which tree is in focus', () => {
    const trees = vmcsTrees(inspection({ focused: 'L2' }));
    assert.equal(find(trees[0]!.groups, 'GUEST_RIP').editable, true);
    assert.equal(find(trees[1]!.groups, 'GUEST_RIP').editable, undefined);
    assert.deepEqual(
      trees.map((tree) => [tree.vmcs, tree.focused]),
      [
        ['vmcs12', false],
        ['vmcs02', true],
        ['vmcs01', false],
      ],
    );
  });
});

describe('timeline', () => {
  const kept: MachineRecord = {
    kind: 'verdict',
    count: 1000,
    level: 'L2',
    reason: 'EPT_VIOLATION',
    reasonWord: exitReason.EPT_VIOLATION.number,
    qualification: 0x182n,
    rip: 0x100123n,
    verdict: 'L0',
    phase: 'nested_vmx_l0_wants_exit',
    rule: { id: 'l0.ept', text: 'an EPT violation is always L0\u2019s first' },
  };

  it('an exit carries the verdict that follows it and the rule behind it', () => {
    const [item] = timelineItems(inspection({}, [VIOLATION, kept]));
    assert.equal(item!.title, 'EPT_VIOLATION');
    assert.equal(item!.verdict, 'L0');
    assert.equal(item!.rule, kept.rule.text);
    assert.match(item!.detail ?? '', /while delivering #PF/);
  });

  it('gives what came after an index, newest last', () => {
    const look = inspection({}, [VIOLATION, kept, { ...VIOLATION, count: 2000 }]);
    assert.deepEqual(
      timelineItems(look, { after: 0 }).map((item) => item.count),
      ['2000'],
    );
    assert.deepEqual(timelineItems(look, { after: 2 }), []);
  });

  it('pages towards the past end before an index', () => {
    const look = inspection({}, [VIOLATION, { ...VIOLATION, count: 2000 }, { ...VIOLATION, count: 3000 }]);
    const counts = (before: number): string[] =>
      timelineItems(look, { before, limit: 1 }).map((item) => item.count);
    assert.deepEqual([counts(2), counts(1), counts(0)], [['2000'], ['1000'], []]);
  });

  it('a filter wants all its words, and looks at one property where it names it', () => {
    const look = inspection({}, [VIOLATION, kept, { ...VIOLATION, level: 'L1', count: 2000 }]);
    const counts = (filter: string): string[] => timelineItems(look, { filter }).map((item) => item.count);
    assert.deepEqual(counts('ept_violation'), ['1000', '2000']);
    assert.deepEqual(counts('EPT level:l2'), ['1000']);
    assert.deepEqual(counts('verdict:L1'), []);
    assert.deepEqual(counts('ept nonsense'), []);
  });

  it('one record in full has reason and qualification down to the bit', () => {
    const full = timelineItem(inspection({}, [VIOLATION]), 0);
    assert.ok(find(full!.rows, 'EXIT_QUALIFICATION').children!.length > 3);
    assert.equal(timelineItem(inspection(), 7), undefined);
  });
});

describe('event in flight', () => {
  it('shows the three words of every VMCS and the story of the event', () => {
    const view = eventInFlight(
      inspection({ vmcss: [vmcs('vmcs12', { IDT_VECTORING_INFO_FIELD: 0x80000b0en })] }, [VIOLATION]),
    );
    assert.equal(view.columns.length, 3);
    assert.match(view.columns[2]!.rows[0]!.meaning ?? '', /#PF/);
    assert.equal(view.history.length, 1);
  });

  it('a VM entry that injects belongs to the story, one that does not has none', () => {
    const entry = {
      kind: 'entry',
      count: 1000,
      level: 'L2',
      vmcs: 'vmcs02',
      rip: 0x400533n,
      interruption: 0x80000b0e,
      interruptionError: 2,
      instructionLength: 0,
    } as const;
    const view = eventInFlight(
      inspection({ vmcss: [vmcs('vmcs12')] }, [{ ...entry, interruption: 0 }, entry]),
    );
    assert.equal(view.history.length, 1);
    assert.match(view.history[0]!, /#PF/);
  });

  it('without a VMCS it says when there will be something to see', () => {
    assert.match(eventInFlight(inspection({ vmcss: [] })).empty ?? '', /No VMCS yet/);
  });
});

describe('entry checks', () => {
  it('each failing check names its fields with their values', () => {
    const { failures } = checkEntry(inspection({ failedEntryChecks: () => [entryCheck.B01] }));
    assert.equal(failures[0]!.id, 'B01');
    assert.match(failures[0]!.fields[0]!.allowed ?? '', /must be 1/);
    assert.match(failures[0]!.outcome, /error 7/);
  });

  it('a field says who wrote it last, or that nobody has', () => {
    const found = (values: Values) =>
      checkEntry(inspection({ vmcss: [vmcs('vmcs12', values)], failedEntryChecks: () => [entryCheck.B01] }))
        .failures[0]!.fields[0]!.writer;
    assert.deepEqual(found({}), { text: 'never written' });
    assert.deepEqual(found({ PIN_BASED_VM_EXEC_CONTROL: 0n }), {
      text: 'last written at main.c:31',
      address: '0x100020',
      source: { path: '/src/main.c', line: 31 },
    });
  });

  const FAILED: MachineRecord = {
    kind: 'entry-failure',
    count: 7,
    level: 'L1',
    vmcs12: 0x5000n,
    error: 0,
    reasonWord: 0x80000021,
    qualification: 0n,
    foundBy: 'hardware',
    rule: { id: 'check.hardware', text: 'a check of the guest state that L0 leaves to the chip' },
  };

  it('an entry that fails by vmcs02 alone shows its checks, and where each value came from', () => {
    const look = inspection({ failedEntryChecks: (which) => (which === 'vmcs02' ? [entryCheck.F10] : []) }, [
      FAILED,
    ]);
    const [first] = checkEntry(look).failures;
    assert.equal(first!.vmcs, 'vmcs02');
    assert.match(first!.fields[0]!.from ?? '', /^computed by L0: vmcs12 when/);
  });

  it('a failed entry without a failing check tells what its record says', () => {
    const [first] = checkEntry(inspection({}, [FAILED])).failures;
    assert.match(first!.text, /L0 leaves to the chip/);
    assert.match(first!.outcome, /INVALID_STATE/);
  });

  it('an entry that came after the failed one takes its place', () => {
    const good: MachineRecord = {
      kind: 'nested-entry',
      count: 8,
      level: 'L2',
      instruction: 'VMLAUNCH',
      vmcs12: 0x5000n,
      rip: 0n,
      interruption: 0,
      interruptionError: 0,
      idtVectoring: 0,
    };
    assert.deepEqual(checkEntry(inspection({}, [FAILED, good])).failures, []);
  });

  it('VMRESUME of a clear VMCS is a failed entry by its cause', () => {
    const refused: MachineRecord = {
      kind: 'vmx-instruction',
      count: 9,
      level: 'L1',
      instruction: 'VMRESUME',
      outcome: 'VMfailValid',
      error: 5,
      rip: 0x100000n,
      operand: '',
      cause: { reason: 'VMRESUME_NOT_LAUNCHED', a: 0x5000n, b: 0n },
    };
    const [first] = checkEntry(inspection({}, [refused])).failures;
    assert.match(first!.text, /0x5000 is clear/);
    assert.match(first!.outcome, /error 5/);
  });

  it('without a current VMCS there is nothing to check', () => {
    const look = inspection({ vmcss: [], failedEntryChecks: () => undefined });
    assert.match(checkEntry(look).empty ?? '', /No current VMCS/);
  });
});
