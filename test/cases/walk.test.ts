// Walk Address: every table behind an address, and the entry that refuses with the rule that the exit named, in both topologies.
import assert from 'node:assert/strict';
import { walk } from '../../src/debugger/console/walk';
import { timelineItem, timelineItems } from '../../src/debugger/decode/timeline';
import { walkAddress } from '../../src/debugger/decode/walk';
import { inspectMachine } from '../../src/debugger/inspect-machine';
import { Programs } from '../../src/debugger/programs';
import { SourcePaths } from '../../src/debugger/source-paths';
import { expressionScope } from '../../src/debugger/session-scope';
import type { Machine } from '../../src/machine/machine';
import type { AccessKind } from '../../src/machine/stage-walk';
import { topologies, type TopologyName } from '../guests/vmx/small-hypervisor';
import { tellHypervisor } from './records';

/** The page L2 reads, and the entry of its EPT. */
const PAGE = 0x187000n;
const ENTRY = 0x216000n + (PAGE >> 12n) * 8n;
const hex = (value: bigint) => `0x${value.toString(16)}`;

/** A run in which L1 gives the page this entry, and L2 then does something. */
function withEntry(entry: bigint, topology: TopologyName, guest = `mov rax, [${hex(PAGE)}]; vmcall`) {
  return tellHypervisor(
    { setup: `mov rax, ${hex(entry)}; mov [${hex(ENTRY)}], rax`, guest, handler: 'finish' },
    topology,
  );
}

const guestOf = (topology: TopologyName) => (topology === 'nested' ? 'L2' : 'L1');
const eptOf = (topology: TopologyName) => (topology === 'nested' ? 'ept12' : 'EPT');

function walkPhysical(machine: Machine, topology: TopologyName, access: AccessKind = 'read') {
  return walkAddress(
    machine,
    { space: { kind: 'physical', level: guestOf(topology) }, address: PAGE },
    access,
  );
}

function walkLinear(machine: Machine, topology: TopologyName, address = PAGE) {
  return walkAddress(machine, { space: { kind: 'linear', level: guestOf(topology) }, address }, 'read');
}

/** A byte of the host's memory that an entry's place names. */
function hostEntry(machine: Machine, topology: TopologyName): bigint {
  const level = topology === 'nested' ? 'L1' : 'L0';
  const host = machine.driver.translate({ kind: 'physical', level }, ENTRY)!;
  return machine.cpu.physical.read(host, 8)!.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
}

for (const topology of topologies)
  describe(`walk of an address, ${topology}`, () => {
    it('names the entry that the exit named: table, level, address, value and bit', () => {
      const { run, told } = withEntry(0x187032n, topology);
      const { summary, failed, stages } = walkPhysical(run.machine, topology);
      assert.equal(failed, true);
      const [sentence] = /The EPT PTE at .*? is 0\./.exec(summary)!;
      assert.ok(
        told(topology === 'nested' ? 'nested-exit' : 'exit')
          .at(-1)!
          .includes(sentence),
        summary,
      );
      assert.equal(stages[0]!.title, eptOf(topology));
      assert.deepEqual(
        stages[0]!.entries.map(({ row }) => [row.label, row.error !== undefined]),
        [
          ['EPT PML4E', false],
          ['EPT PDPTE', false],
          ['EPT PDE', false],
          ['EPT PTE', true],
        ],
      );
      const owner = topology === 'nested' ? 'L1gpa' : 'hpa';
      assert.equal(stages[0]!.entries[3]!.address, `${owner}:${hex(ENTRY)}`);
      assert.match(stages[0]!.entries[3]!.row.meaning!, /^W MEMORY_TYPE=write-back BASE=0x187000/);
    });

    it('checks the rights of the access that is asked for, and sets no flag', () => {
      const { run } = withEntry(0x187031n, topology);
      const before = hostEntry(run.machine, topology);
      const read = walkPhysical(run.machine, topology);
      assert.match(read.summary, /^A read of L\dgpa:0x187000 leads to hpa:0x/);
      assert.equal(read.failed, false);
      const write = walkPhysical(run.machine, topology, 'write');
      assert.match(write.summary, /is refused by (ept12|EPT): .*not writable: W \(bit 1\) is 0/);
      assert.match(walkPhysical(run.machine, topology, 'fetch').summary, /not executable: X \(bit 2\) is 0/);
      assert.equal(hostEntry(run.machine, topology), before);
    });

    it('is offered by the exit with the access that was refused', () => {
      const { run, told } = withEntry(0x187031n, topology, `mov [${hex(PAGE)}], rax; vmcall`);
      assert.equal(run.exits[0]!.reason, 'EPT_VIOLATION');
      const record = told(topology === 'nested' ? 'nested-exit' : 'exit').length;
      assert.ok(record > 0);
      const { machine } = run;
      const inspection = inspectMachine(
        { machine, programs: new Programs([]), paths: new SourcePaths({}, '/') },
        guestOf(topology),
      );
      const offers = timelineItems(inspection).flatMap(({ walk: offer }) => (offer ? [offer] : []));
      assert.deepEqual(offers.at(-1), { expression: `${guestOf(topology)}gpa:0x187000`, access: 'write' });
      const index = timelineItems(inspection).findLast((item) => item.walk)!.index;
      const line = timelineItem(inspection, index)!.rows.find(({ label }) => label === 'console');
      assert.equal(line!.value, `walk ${guestOf(topology)}gpa:0x187000 write`);
    });

    it('shows the tables of all stages beside each other, down to the host', () => {
      const { run } = withEntry(0x187037n, topology);
      const { stages, summary } = walkLinear(run.machine, topology);
      const titles = stages.map(({ title }) => title);
      const guest = guestOf(topology);
      assert.deepEqual(
        titles,
        topology === 'nested'
          ? [`Page tables of ${guest}`, 'ept12', 'ept02', 'ept01']
          : [`Page tables of ${guest}`, 'EPT'],
      );
      const ends = stages.map(({ to }) => to);
      const host = /leads to (hpa:0x[0-9a-f]+)\.$/.exec(summary)![1];
      assert.equal(ends[0], `${guest}gpa:0x187000`);
      assert.equal(ends.at(-1), host);
      if (topology === 'nested') assert.deepEqual(ends.slice(1), ['L1gpa:0x187000', host, host]);
      for (const { entries } of stages)
        assert.deepEqual(
          entries.map(({ level }) => level),
          [4, 3, 2, 1].slice(0, entries.length),
        );
    });

    it('stops at the page table that has no page', () => {
      const { run } = withEntry(0x187037n, topology);
      const { stages, summary } = walkLinear(run.machine, topology, 0x7f0000000000n);
      assert.equal(stages.length, 1);
      assert.match(
        summary,
        /refused by the page tables of L\d: .*its PML4E at 0x[0-9a-f]+ is 0x0, not present/,
      );
      assert.equal(stages[0]!.entries.at(-1)!.row.error !== undefined, true);
    });

    it('shows the EPT of a page table that it hides', () => {
      // L1 gives L2 page tables at a page that the EPT does not map, when L2 has made its exit.
      const { run } = tellHypervisor(
        {
          guest: 'vmcall',
          handler: `mov qword ptr [0x216000 + 0x188 * 8], 0; mov eax, 0x188000; mov ecx, GUEST_CR3; vmwrite rcx, rax; finish`,
        },
        topology,
      );
      const { stages, summary } = walkLinear(run.machine, topology);
      assert.match(summary, /refused by (ept12|EPT): The EPT PTE .* not present/);
      assert.match(stages[0]!.note!, /The EPT refuses the entry at L\dgpa:0x[0-9a-f]+/);
      assert.equal(stages[0]!.entries.length, 1);
      assert.equal(stages[0]!.entries[0]!.row.value, 'not read');
      assert.equal(stages[1]!.entries.at(-1)!.row.error !== undefined, true);
    });

    it('is a command of the console', () => {
      const { run } = withEntry(0x187031n, topology);
      const { machine } = run;
      const level = guestOf(topology);
      const scope = expressionScope({ machine, programs: new Programs([]), level, vmcsOf: level });
      const text = walk(machine, scope, `${level}gpa:0x187000 w`);
      assert.match(text, /^A write of .* is refused by/);
      assert.match(text, /^ -> EPT PTE at \w+:0x216c38 is 0x0000000000187[0-9a-f]{3} R /m);
      assert.match(walk(machine, scope, '0x187000'), /^A read of L\d:0x187000 leads to hpa/);
      assert.match(walk(machine, scope, '0x187000 execute'), /not executable/);
      assert.match(walk(machine, scope, ''), /^Write walk ADDRESS/);
      assert.match(walk(machine, scope, '"text"'), /is no address/);
    });
  });

describe('walk of an address of L0', () => {
  it('is the host address itself', () => {
    const { run } = withEntry(0x187037n, 'nested');
    const walked = walkAddress(run.machine, { space: { kind: 'host' }, address: 0x1000n }, 'read');
    assert.deepEqual([walked.stages, walked.failed], [[], false]);
  });
});
