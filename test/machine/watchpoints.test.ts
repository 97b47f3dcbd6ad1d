/** Data watches: who touched what, in every space and topology; and a run that is the same with them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { State } from '../../src/abi/state-block';
import { createMachine } from '../../src/machine/create';
import type { Machine } from '../../src/machine/machine';
import { isFinal, type MachineStop } from '../../src/machine/machine-stop';
import type { WatchEvent, WatchRequest, WatchTarget } from '../../src/machine/watch-request';
import type { AddressSpace } from '../../src/machine/topology-driver';
import { ProgramSymbols } from '../../src/symbols/program-symbols';

const image = readFileSync(join(__dirname, '..', '..', 'samples', 'hello-nested', 'hello-nested.elf'));
const symbols = new ProgramSymbols(image);
const SLICE = 100_000n;

function machineFor(topology: 'nested' | 'bare', requests: readonly WatchRequest[]): Machine {
  const machine = createMachine({
    image,
    imageName: 'hello-nested.elf',
    topology,
    memoryMiB: 64,
    serial: () => {},
  });
  machine.watch(requests);
  return machine;
}

/** Runs to the end; everything the watches told, and the end. */
function run(machine: Machine, slice = SLICE): { events: WatchEvent[]; end: MachineStop } {
  const events: WatchEvent[] = [];
  for (;;) {
    const stop = machine.run(slice);
    if (stop.kind === 'watch') events.push(...stop.events);
    if (isFinal(stop)) return { events, end: stop };
  }
}

function symbol(name: string): bigint {
  const found = symbols.lookupSymbol(name)[0];
  assert.ok(found, name);
  return found.address;
}

function memory(space: AddressSpace, name: string, access: 'read' | 'write', bytes = 8): WatchRequest {
  const target: WatchTarget = { kind: 'memory', space, address: symbol(name), bytes };
  return { id: 1, target, read: access === 'read', write: access === 'write' };
}

function number(bytes: Uint8Array | undefined): bigint | undefined {
  return bytes?.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function functionAt(address: bigint | undefined): string {
  return address === undefined
    ? ''
    : (symbols.functionAt(address)[0]?.name ?? symbols.symbolAt(address)?.name ?? '');
}

/** `L2 count_page_fault 0 -> 1` */
function told({ by, rip, before, after }: WatchEvent): string {
  return `${by} ${functionAt(rip)} ${number(before)} -> ${number(after)}`.replace('  ', ' ');
}

describe('data watches', () => {
  for (const slice of [1n, 997n, SLICE])
    it(`linear memory of L2, slices of ${slice}: the writer, its instruction, before and after`, () => {
      const { events } = run(
        machineFor('nested', [memory({ kind: 'linear', level: 'L2' }, 'page_faults', 'write')]),
        slice,
      );
      assert.deepEqual(events.map(told), ['L2 l2_handle_page_fault 0 -> 1']);
    });

  it('in the bare topology the same bytes are L1’s', () => {
    const { events } = run(
      machineFor('bare', [memory({ kind: 'linear', level: 'L1' }, 'page_faults', 'write')]),
    );
    assert.deepEqual(events.map(told), ['L1 l2_handle_page_fault 0 -> 1']);
  });

  it('guest-physical and host-physical addresses see the access through any mapping', () => {
    for (const space of [
      { kind: 'physical', level: 'L2' },
      { kind: 'physical', level: 'L1' },
    ] as const) {
      const { events } = run(machineFor('nested', [memory(space, 'page_faults', 'write')]));
      assert.deepEqual(events.map(told), ['L2 l2_handle_page_fault 0 -> 1'], JSON.stringify(space));
    }
    const host = machineFor('nested', []);
    const address = host.driver.translate({ kind: 'physical', level: 'L1' }, symbol('page_faults'))!;
    host.watch([
      {
        id: 7,
        target: { kind: 'memory', space: { kind: 'host' }, address, bytes: 1 },
        read: false,
        write: true,
      },
    ]);
    assert.deepEqual(run(host).events.map(told), ['L2 l2_handle_page_fault 0 -> 1']);
  });

  it('reads are told apart from writes', () => {
    const reads = run(
      machineFor('nested', [memory({ kind: 'linear', level: 'L2' }, 'page_faults', 'read')]),
    ).events;
    assert.ok(reads.length > 0 && reads.every(({ access, by }) => access === 'read' && by === 'L2'));
  });

  it('bytes beside the watched ones are nobody’s', () => {
    const beside = { ...memory({ kind: 'linear', level: 'L2' }, 'page_faults', 'write', 1) };
    const target = { ...beside.target, address: symbol('page_faults') + 8n } as WatchTarget;
    assert.deepEqual(run(machineFor('nested', [{ ...beside, target }])).events, []);
  });

  it('fields of vmcs12: L1’s VMWRITE with its instruction, and what L0 writes at the exit', () => {
    const field = (name: 'GUEST_RIP', access: 'read' | 'write'): WatchRequest => ({
      id: 2,
      target: { kind: 'field', vmcs: 'vmcs12', field: name },
      read: access === 'read',
      write: access === 'write',
    });
    const writes = run(machineFor('nested', [field('GUEST_RIP', 'write')])).events;
    assert.equal(told(writes[0]!), `L1 vmwrite 0 -> ${symbol('l2_entry')}`);
    assert.ok(writes.some(({ by }) => by === 'L0'));
    const reads = run(machineFor('nested', [field('GUEST_RIP', 'read')])).events;
    assert.ok(reads.some(({ by, rip }) => by === 'L1' && rip !== undefined));
    assert.ok(reads.some(({ by }) => by === 'L0'));
  });

  it('fields of the chip’s VMCSs: L0 and the processor in nested, the program and the processor in bare', () => {
    const field = (vmcs: 'vmcs01' | 'vmcs02', name: 'GUEST_RIP' | 'VM_EXIT_REASON'): WatchRequest => ({
      id: 3,
      target: { kind: 'field', vmcs, field: name },
      read: false,
      write: true,
    });
    const writers = (machine: Machine) => [...new Set(run(machine).events.map(({ by }) => by))].sort();
    assert.deepEqual(writers(machineFor('nested', [field('vmcs02', 'GUEST_RIP')])), ['L0', 'processor']);
    assert.deepEqual(writers(machineFor('nested', [field('vmcs01', 'VM_EXIT_REASON')])), ['processor']);
    const bare = run(machineFor('bare', [field('vmcs01', 'GUEST_RIP')])).events;
    assert.equal(told(bare[0]!), `L0 vmwrite 0 -> ${symbol('l2_entry')}`);
    assert.ok(bare.some(({ by }) => by === 'processor'));
  });

  it('registers and MSRs stop at the instruction that changed them', () => {
    const word = (place: State, level: 'L1' | 'L2'): WatchRequest => ({
      id: 4,
      target: { kind: 'word', level, name: 'a register', place, mask: 0xffffffffffffffffn },
      read: false,
      write: true,
    });
    const [first] = run(machineFor('nested', [word(State.CR4, 'L1')])).events.filter(({ by }) => by === 'L1');
    assert.equal(number(first?.before)! | (1n << 5n), number(first?.after), 'CR4.PAE is set first');
    const efer = run(machineFor('bare', [word(State.EFER, 'L1')])).events;
    assert.deepEqual(efer, [], 'L2’s EFER is as its VMCS says from the start');
  });

  it('a watched run is the same run', () => {
    const plain = machineFor('nested', []);
    const watched = machineFor('nested', [
      memory({ kind: 'linear', level: 'L2' }, 'page_faults', 'read'),
      { ...memory({ kind: 'linear', level: 'L1' }, 'port_latch', 'write'), id: 2 },
    ]);
    const end = run(plain).end;
    assert.deepEqual(run(watched).end, end);
    assert.equal(watched.cpu.retired, plain.cpu.retired);
    assert.equal(watched.log.total, plain.log.total);
  });

  it('nothing stays behind when the last watch goes', () => {
    const machine = machineFor('nested', [memory({ kind: 'linear', level: 'L2' }, 'page_faults', 'write')]);
    machine.watch([]);
    assert.deepEqual(run(machine).events, []);
    assert.equal(machine.cpu.watches.any, false);
  });
});
