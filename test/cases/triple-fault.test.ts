// The commonest report, exit reason 2 right after VMLAUNCH, and VMXON without an IDT: the chain of exceptions with RIP and rules.
import assert from 'node:assert/strict';
import { endDetails, endText } from '../../src/debugger/stop-text';
import { machineWith } from '../machine/support/small-program';
import { topologies } from '../guests/vmx/small-hypervisor';
import { tellHypervisor } from './records';

const variants: readonly { name: string; setup: string; guest: string; says: RegExp }[] = [
  {
    name: 'RIP that the CR3 of L2 does not map',
    setup: 'field GUEST_CR3, 0x230000',
    guest: 'vmcall',
    says: /It began with #PF\(0x10\) in L2 at RIP 0x[0-9a-f]+, CPL 0: Address 0x[0-9a-f]+ is not mapped: its PML4E at 0x230000 is 0x0, not present/,
  },
  {
    name: 'no IDT and a #UD',
    setup: 'field GUEST_IDTR_LIMIT, 0',
    guest: 'nop; ud2',
    says: /It began with #UD in L2 at RIP 0x[0-9a-f]+, CPL 0: The bytes at RIP are no instruction/,
  },
  {
    name: 'a stack that is not mapped',
    setup: 'field GUEST_RSP, 0x7f0000000000',
    guest: 'ud2',
    says: /It began with #UD in L2/,
  },
  {
    name: 'a GDT whose limit is 0',
    setup: 'field GUEST_GDTR_LIMIT, 0',
    guest: 'ud2',
    says: /It began with #UD in L2/,
  },
];

for (const topology of topologies)
  describe(`triple faults, ${topology}`, () => {
    for (const { name, setup, guest, says } of variants)
      it(`of L2 by ${name}`, () => {
        const { run, told } = tellHypervisor({ setup, guest, handler: 'finish' }, topology);
        assert.deepEqual(
          run.exits.map((exit) => exit.reason),
          ['TRIPLE_FAULT'],
        );
        const kind = topology === 'nested' ? 'nested-exit' : 'exit';
        const text = told(kind).at(-1)!;
        assert.match(topology === 'nested' ? text : text.replaceAll('in L1 at', 'in L2 at'), says);
      });

    it('of L1: VMXON with CR0.NE 0 and without an IDT', () => {
      const machine = machineWith(
        `mov eax, cr4; or eax, 0x2000; mov cr4, eax; mov eax, cr0; and eax, ~0x20; mov cr0, eax;
         sub esp, 16; lidt [esp]; vmxon [esp]; hlt`,
        topology,
      );
      let stop = machine.run(1000n);
      while (stop.kind === 'budget') stop = machine.run(1000n);
      assert.equal(stop.kind, 'shutdown');
      const lines = [endText(stop)!, ...endDetails(stop)];
      assert.match(
        lines[0]!,
        /It began with #GP\(0\) in L[01] at RIP 0x[0-9a-f]+, CPL 0: CR0 is 0x[0-9a-f]+: /,
      );
      assert.match(lines[1]!, /^First #GP\(0\) in L[01]/);
      assert.match(
        lines[2]!,
        /^#GP\(0\) could not be delivered: #GP\(0x6b\): The IDT has no entry for vector #GP \(13\)/,
      );
      assert.match(lines.at(-1)!, /^#DF\(0\) could not be delivered: /);
    });
  });
