/** Levels over Time: who ran when, from records made by hand. */
import assert from 'node:assert/strict';
import { levelPicture, type PictureRequest } from '../../../src/debugger/levels/level-picture';
import type { Inspection, MachineRecord } from '../../../src/debugger/inspection';
import { exitReason } from '../../../src/isa/exit-reasons';
import { RecordLog } from '../../../src/machine/record-log';
import type { LevelPicture } from '../../../src/protocol/levels';

const exitWords = {
  instructionLength: 2,
  interruption: 0,
  interruptionError: 0,
  idtVectoring: 0,
  idtVectoringError: 0,
  guestPhysical: 0n,
} as const;

function entry(level: 'L1' | 'L2', count: number): MachineRecord {
  const vmcs = level === 'L1' ? 'vmcs01' : 'vmcs02';
  return {
    kind: 'entry',
    level,
    count,
    vmcs,
    rip: 0n,
    interruption: 0,
    interruptionError: 0,
    instructionLength: 0,
  };
}

function exit(level: 'L1' | 'L2', count: number): MachineRecord {
  const vmcs = level === 'L1' ? 'vmcs01' : 'vmcs02';
  const reason = { reason: 'CPUID', reasonWord: exitReason.CPUID.number } as const;
  return {
    kind: 'exit',
    level,
    count,
    vmcs,
    ...reason,
    qualification: 0n,
    rip: 0n,
    guestLinear: 0n,
    ...exitWords,
  };
}

function reflected(count: number): MachineRecord {
  return {
    kind: 'nested-exit',
    level: 'L2',
    count,
    vmcs12: 0n,
    reason: 'CPUID',
    reasonWord: exitReason.CPUID.number,
    qualification: 0n,
    ...exitWords,
    guestRip: 0n,
    hostRip: 0n,
    synthesised: false,
    rule: { id: 'l1', text: 'CPUID exits unconditionally' },
  };
}

const refused: MachineRecord = {
  kind: 'entry-failure',
  level: 'L1',
  count: 12_000,
  vmcs12: 0n,
  error: 8,
  reasonWord: 0,
  qualification: 0n,
  foundBy: 'software',
  rule: { id: 'check', text: 'a check' },
};

/** L1 runs 10 instructions, L2 20, an exit of it is reflected, L1 runs 40 more. */
const run = [
  entry('L1', 0),
  exit('L1', 10),
  entry('L2', 10),
  exit('L2', 30),
  reflected(30),
  entry('L1', 30),
  exit('L1', 70),
];

function watching(log: RecordLog, topology: Inspection['topology'] = 'nested', cpus = 1): Inspection {
  return {
    topology,
    cpus,
    focused: 'L1',
    current: 'L1',
    vmcss: [],
    log,
    previous: () => undefined,
    failedEntryChecks: () => [],
    place: (_, address) => ({ text: `0x${address.toString(16)}` }),
  };
}

function picture(
  records: readonly MachineRecord[],
  request: Partial<PictureRequest> = {},
  topology?: Inspection['topology'],
  cpus?: number,
): LevelPicture {
  const log = new RecordLog();
  for (const record of records) log.push(record);
  return levelPicture(watching(log, topology, cpus), { scale: 'events', columns: 1000, ...request });
}

describe('levels over time', () => {
  it('every level runs from the record that started it to the one that ended it', () => {
    const { runs, lanes } = picture(run, { scale: 'instructions' });
    assert.deepEqual(lanes, [{ level: 'L2' }, { level: 'L1' }, { level: 'L0' }]);
    assert.deepEqual(runs, [
      { level: 'L1', from: 0, to: 10 },
      { level: 'L2', from: 10, to: 30 },
      { level: 'L1', from: 30, to: 70 },
      { level: 'L0', from: 70, to: 71 },
    ]);
  });

  it('by events the work of L0 has room', () => {
    const { runs } = picture(run);
    assert.deepEqual(
      runs.map(({ level, from, to }) => [level, from, to]),
      [
        ['L1', 0, 1],
        ['L0', 1, 2],
        ['L2', 2, 3],
        ['L0', 3, 5],
        ['L1', 5, 6],
        ['L0', 6, 7],
      ],
    );
  });

  it('exits lead to L0, entries from it, a reflection from L2 to L1', () => {
    const { marks } = picture(run);
    assert.deepEqual(
      marks.map(({ level, to, nested, kind }) => [level, to, nested ?? false, kind]),
      [
        ['L0', 'L1', false, 'entry'],
        ['L1', 'L0', false, 'exit'],
        ['L0', 'L2', false, 'entry'],
        ['L2', 'L0', false, 'exit'],
        ['L2', 'L1', true, 'reflected'],
        ['L0', 'L1', false, 'entry'],
        ['L1', 'L0', false, 'exit'],
      ],
    );
    assert.equal(marks[4]?.title, 'CPUID reflected to L1');
    assert.deepEqual(
      marks.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6],
    );
  });

  it('a part of the run begins with who was running there', () => {
    const part = picture(run, { scale: 'instructions', from: 15, to: 40 });
    assert.deepEqual(part.runs, [
      { level: 'L2', from: 15, to: 30 },
      { level: 'L1', from: 30, to: 40 },
    ]);
    assert.equal(part.records, 3);
  });

  it('a part that is not there is the whole run', () => {
    const { from, to, known } = picture(run, { from: 500, to: 600 });
    assert.deepEqual({ from, to }, known);
  });

  it('an empty log is an empty picture', () => {
    const { runs, marks, known } = picture([]);
    assert.deepEqual([runs, marks, known], [[], [], { from: 0, to: 0 }]);
  });

  it('the bare topology has two lanes', () => {
    const { lanes } = picture([entry('L1', 5), exit('L1', 9)], {}, 'bare');
    assert.deepEqual(lanes, [{ level: 'L1' }, { level: 'L0' }]);
  });

  describe('of two CPUs', () => {
    const second = (record: MachineRecord): MachineRecord => ({ ...record, vcpu: 1 });
    /** CPU 0 is in L1 from 0 to 30, CPU 1 in L2 from 10 to 25. */
    const both = [entry('L1', 0), second(entry('L2', 10)), second(exit('L2', 25)), exit('L1', 30)];

    it('each has its lanes, and is in its level while the other has its turn', () => {
      const { lanes, runs } = picture(both, { scale: 'instructions' }, 'nested', 2);
      assert.deepEqual(
        lanes.map(({ level, cpu }) => `${level} CPU ${cpu}`),
        ['L2 CPU 0', 'L1 CPU 0', 'L0 CPU 0', 'L2 CPU 1', 'L1 CPU 1', 'L0 CPU 1'],
      );
      assert.deepEqual(runs, [
        { cpu: 0, level: 'L1', from: 0, to: 30 },
        { cpu: 0, level: 'L0', from: 30, to: 31 },
        { cpu: 1, level: 'L0', from: 0, to: 10 },
        { cpu: 1, level: 'L2', from: 10, to: 25 },
        { cpu: 1, level: 'L0', from: 25, to: 31 },
      ]);
    });

    it('arrows stay in the lanes of their CPU', () => {
      const { marks } = picture(both, {}, 'nested', 2);
      assert.deepEqual(
        marks.map(({ cpu, level, to }) => [cpu, level, to]),
        [
          [0, 'L0', 'L1'],
          [1, 'L0', 'L2'],
          [1, 'L2', 'L0'],
          [0, 'L1', 'L0'],
        ],
      );
    });

    it('a part of the run begins with where each was', () => {
      const { runs } = picture(both, { scale: 'instructions', from: 12, to: 20 }, 'nested', 2);
      assert.deepEqual(runs, [
        { cpu: 0, level: 'L1', from: 12, to: 20 },
        { cpu: 1, level: 'L2', from: 12, to: 20 },
      ]);
    });

    it('columns tell how long each was where', () => {
      const many = Array.from({ length: 500 }, (_, i) =>
        both.map((made) => ({ ...made, count: made.count + i * 31 })),
      );
      const { columns } = picture(many.flat(), { scale: 'instructions', columns: 10 }, 'nested', 2);
      const { shares } = columns ?? assert.fail('no columns');
      assert.equal(shares.length, 6);
      const sums = [shares.slice(0, 3), shares.slice(3)].map((ofCpu) => ofCpu.map((lane) => lane[4]!));
      for (const ofCpu of sums) assert.ok(Math.abs(ofCpu.reduce((sum, part) => sum + part, 0) - 100) <= 1);
      // 30 of 31 instructions, and 15 of them.
      assert.deepEqual(
        [sums[0]![1], sums[1]![0]],
        [Math.round((30 / 31) * 100), Math.round((15 / 31) * 100)],
      );
    });
  });

  it('very many records become columns whose shares make up the whole', () => {
    const many = Array.from({ length: 3000 }, (_, i) => [entry('L2', i * 4), exit('L2', i * 4 + 3)]).flat();
    const { columns, marks, records } = picture([...many, refused], { scale: 'instructions', columns: 50 });
    assert.equal(marks.length, 0);
    assert.equal(records, 6001);
    const { shares, exits, failures } = columns ?? assert.fail('no columns');
    assert.equal(
      exits.reduce((sum, each) => sum + each, 0),
      3000,
    );
    assert.deepEqual(failures, [49], 'the failed entry at the end');
    const [ofL2 = [], , ofL0 = []] = shares;
    for (let column = 0; column < 49; column++) {
      assert.equal(Math.round(ofL2[column]! + ofL0[column]!), 100);
      assert.equal(Math.abs(ofL2[column]! - 75) <= 1, true, `column ${column}: ${ofL2[column]}`);
    }
  });

  it('records that the log has dropped stay in the picture once they were in one', () => {
    const log = new RecordLog(100);
    const inspection = watching(log);
    for (let i = 0; i < 150; i++) {
      log.push(i % 2 === 0 ? entry('L1', i) : exit('L1', i));
      if (i === 99) levelPicture(inspection, { scale: 'events', columns: 1000 });
    }
    for (let i = 150; i < 260; i++) log.push(i % 2 === 0 ? entry('L1', i) : exit('L1', i));
    const { known, marks } = levelPicture(inspection, { scale: 'events', columns: 1000 });
    assert.equal(log.oldest, 100);
    assert.deepEqual(known, { from: 0, to: 260 });
    assert.deepEqual(
      [marks[0], marks[1]].map((mark) => [mark?.level, mark?.to, mark?.title]),
      [
        ['L0', 'L1', 'entry'],
        ['L1', 'L0', 'exit'],
      ],
    );
    assert.equal(marks[100]?.title, 'VM entry to L1');
  });

  it('records that were dropped before anybody looked are not in it', () => {
    const log = new RecordLog(100);
    for (let i = 0; i < 260; i++) log.push(i % 2 === 0 ? entry('L1', i) : exit('L1', i));
    const { known } = levelPicture(watching(log), { scale: 'events', columns: 1000 });
    assert.deepEqual(known, { from: log.oldest, to: 260 });
  });
});
