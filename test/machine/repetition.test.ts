// A guest that gets nowhere: the same exits at one instruction, counted in the records.
import assert from 'node:assert/strict';
import { exitReasons, type ExitReasonName } from '../../src/isa/exit-reasons';
import type { MachineRecord } from '../../src/machine/machine-record';
import { RecordLog } from '../../src/machine/record-log';
import { repetition } from '../../src/machine/repetition';

const RIP = 0x201000n;

interface Exit {
  reason?: ExitReasonName;
  rip?: bigint;
  qualification?: bigint;
  vcpu?: number;
}

function exit({
  reason = 'EPT_VIOLATION',
  rip = RIP,
  qualification = 0x181n,
  vcpu,
}: Exit = {}): MachineRecord {
  return {
    kind: 'exit',
    level: 'L1',
    count: 1,
    vmcs: 'vmcs01',
    reason,
    reasonWord: exitReasons.find(({ name }) => name === reason)!.number,
    qualification,
    rip,
    instructionLength: 3,
    interruption: 0,
    interruptionError: 0,
    idtVectoring: 0,
    idtVectoringError: 0,
    guestPhysical: 0x187000n,
    guestLinear: 0n,
    ...(vcpu !== undefined && { vcpu }),
  };
}

function entry(rip = RIP, vcpu?: number): MachineRecord {
  const words = { interruption: 0, interruptionError: 0, instructionLength: 0 };
  return {
    kind: 'entry',
    level: 'L1',
    count: 1,
    vmcs: 'vmcs01',
    rip,
    ...words,
    ...(vcpu !== undefined && { vcpu }),
  };
}

function log(rounds: number, round: () => MachineRecord[], capacity?: number): RecordLog {
  const made = new RecordLog(capacity);
  for (let i = 0; i < rounds; i++) for (const record of round()) made.push(record);
  return made;
}

const found = (made: RecordLog, vcpu?: number) => {
  const all = repetition(made, 'bare', vcpu);
  return all && [all.round.map(({ reason }) => reason), all.times, all.more];
};

describe('repetition', () => {
  it('counts one exit that comes again and again', () => {
    assert.deepEqual(found(log(41_230, () => [exit(), entry()])), [['EPT_VIOLATION'], 41_230, false]);
  });

  it('counts rounds of several exits, in their order', () => {
    const round = () => [exit(), entry(), exit({ reason: 'MONITOR_TRAP_FLAG', qualification: 0n }), entry()];
    assert.deepEqual(found(log(100, round)), [['EPT_VIOLATION', 'MONITOR_TRAP_FLAG'], 100, false]);
  });

  it('counts from where the guest last got on', () => {
    const made = log(7, () => [exit({ qualification: 0x182n }), entry()]);
    for (let i = 0; i < 20; i++) [exit(), entry()].forEach((record) => made.push(record));
    assert.deepEqual(found(made), [['EPT_VIOLATION'], 20, false]);
  });

  it('says that there may be more than the log has kept', () => {
    const [, times, more] = found(log(1000, () => [exit(), entry()], 100))!;
    assert.ok((times as number) >= 50 && (times as number) < 1000);
    assert.equal(more, true);
  });

  it('is silent when entries go on behind the instruction, or to another place', () => {
    assert.equal(
      found(log(100, () => [exit({ reason: 'CPUID', qualification: 0n }), entry(RIP + 2n)])),
      undefined,
    );
    let rip = RIP;
    assert.equal(found(log(100, () => [exit({ rip: ++rip }), entry(rip)])), undefined);
  });

  it('is silent when the exits differ, or are few', () => {
    let qualification = 0n;
    assert.equal(found(log(100, () => [exit({ qualification: ++qualification }), entry()])), undefined);
    assert.equal(found(log(3, () => [exit(), entry()])), undefined);
    assert.equal(found(new RecordLog()), undefined);
  });

  it('passes over interrupts, and what other CPUs do', () => {
    const round = () => [
      exit(),
      entry(),
      exit({ reason: 'EXTERNAL_INTERRUPT' }),
      entry(),
      exit({ rip: 1n, vcpu: 1 }),
    ];
    assert.deepEqual(found(log(50, round)), [['EPT_VIOLATION'], 50, false]);
    assert.equal(found(log(50, round), 1)![1], 50);
  });
});
