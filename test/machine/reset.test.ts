/** Reset by the guest: a fresh processor and fresh devices, the image loaded and entered again, other RAM as it was. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { State } from '../../src/abi/state-block';
import { createMachine, type MachineRequest } from '../../src/machine/create';
import type { Machine } from '../../src/machine/machine';

const sample = join(__dirname, '..', '..', 'samples', 'hello-nested', 'hello-nested.elf');

function machineFor(request: Partial<MachineRequest>) {
  const bytes: number[] = [];
  const machine = createMachine({
    image: readFileSync(sample),
    imageName: 'hello-nested.elf',
    memoryMiB: 64,
    serial: (byte) => bytes.push(byte),
    ...request,
  });
  return { machine, output: () => Buffer.from(bytes).toString('latin1') };
}

function runToEnd(machine: Machine) {
  for (;;) {
    const stop = machine.run(1_000_000n);
    if (stop.kind !== 'budget') return stop;
    assert.ok(machine.cpu.retired < 50_000_000n, 'no end in sight');
  }
}

// Where the programs below lie, and a place in RAM that they do not cover.
const CODE = 0x7c00;
const BOOTS = 0x9000;

/**
 * inc byte [BOOTS]; inc byte [COVERED]; cmp byte [BOOTS], 3; jb again; mov al, [COVERED]; out 0xf4, al; again: (what resets); hlt
 * COVERED lies behind the code, where the image has a zero.
 */
function bootsThreeTimes(reset: readonly number[]): Uint8Array {
  const covered = CODE + 0x60;
  const low = (value: number) => [value & 0xff, value >> 8];
  const code = [
    ...[0xfe, 0x06, ...low(BOOTS), 0xfe, 0x06, ...low(covered)],
    ...[0x80, 0x3e, ...low(BOOTS), 3, 0x72, 5, 0xa0, ...low(covered), 0xe6, 0xf4],
    ...reset,
    0xf4,
  ];
  const image = new Uint8Array(0x80);
  image.set(code);
  return image;
}

/** mov al, value; out port, al */
const out = (port: number, value: number) => [0xb0, value, 0xe6, port];
const RESETS: [string, number[]][] = [
  ['port 0x92', [...out(0x92, 0), ...out(0x92, 1)]],
  ['the keyboard controller', out(0x64, 0xfe)],
  // mov dx, 0xcf9; mov al, 2; out dx, al; mov al, 6; out dx, al
  ['port 0xcf9', [0xba, 0xf9, 0x0c, 0xb0, 2, 0xee, 0xb0, 6, 0xee]],
];

for (const topology of ['nested', 'bare'] as const) {
  describe(`reset, ${topology} topology`, () => {
    for (const [what, code] of RESETS) {
      it(`by ${what}: the image is as in its file, other RAM as it was`, () => {
        const { machine } = machineFor({ topology, image: bootsThreeTimes(code), loadAddress: CODE });
        // The byte in the image counts to one each time; the status is (1 << 1) | 1.
        assert.deepEqual(runToEnd(machine), { kind: 'exited', status: 3 });
        assert.equal(machine.resets, 2);
      });

      it(`by ${what}: stops there when that is asked for`, () => {
        const { machine } = machineFor({
          topology,
          image: bootsThreeTimes(code),
          loadAddress: CODE,
          onReset: 'stop',
        });
        assert.deepEqual(runToEnd(machine), { kind: 'power', action: 'reset' });
      });
    }

    it('by a triple fault, where that is asked for', () => {
      // lidt [0x7c10] of zeros; ud2
      const image = bootsThreeTimes([0x0f, 0x01, 0x1e, 0x70, 0x7c, 0x0f, 0x0b]);
      const request = { topology, image, loadAddress: CODE };
      assert.equal(runToEnd(machineFor(request).machine).kind, 'shutdown');
      const { machine } = machineFor({ ...request, onTripleFault: 'reboot' });
      assert.deepEqual(runToEnd(machine), { kind: 'exited', status: 3 });
    });

    it('in VMX operation, with a guest: VMX is off, and everything runs again as the first time', () => {
      const { machine, output } = machineFor({ topology });
      machine.stopAt((record) => record.kind === 'exit' && record.reason === 'CPUID');
      assert.equal(machine.run(1n << 40n).kind, 'record');
      machine.stopAt(undefined);
      const before = output();
      machine.board.portWrite(0xcf9, 1, 2);
      machine.board.portWrite(0xcf9, 1, 6);
      machine.run(1n);
      assert.equal(machine.resets, 1);
      if (topology === 'bare') assert.equal(machine.cpu.get32(State.VMX_ON), 0);
      assert.deepEqual(runToEnd(machine), { kind: 'exited', status: 1 });
      assert.match(output().slice(before.length), /hello-nested: success/);
    });

    it('happens at the same instruction every time, however the run is sliced', () => {
      const retired = [1_000_000n, 1n].map((step) => {
        const { machine } = machineFor({
          topology,
          image: bootsThreeTimes(RESETS[2]![1]),
          loadAddress: CODE,
        });
        while (machine.run(step).kind === 'budget');
        return machine.cpu.retired;
      });
      assert.equal(retired[0], retired[1]);
    });

    it('keeps time, and bytes that wait on the serial line', () => {
      const { machine } = machineFor({ topology, image: bootsThreeTimes(RESETS[0]![1]), loadAddress: CODE });
      machine.input('serial', Uint8Array.of(65, 66, 67));
      runToEnd(machine);
      const inTransitions = machine.cpu.get64(State.TRANSITION_TICKS);
      assert.equal(BigInt(machine.ticks()), machine.cpu.retired + inTransitions);
      // What was in the receiver at each of the two resets is lost, as on hardware.
      assert.equal(machine.board.portRead(0x3f8, 1), 67);
    });
  });
}
