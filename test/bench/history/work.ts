/**
 * What the past of a run is measured on: guests that run for long, each with the way to boot it. A session of one is driven by waiting
 * for its stops.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EndedEvent, StoppedEvent } from '../../../src/debugger/run-control';
import { DebugSession } from '../../../src/debugger/session';
import { createMachine, type MachineRequest } from '../../../src/machine/create';
import type { Machine } from '../../../src/machine/machine';

export interface Work {
  readonly name: string;
  readonly request: Omit<MachineRequest, 'serial' | 'epoch'>;
  readonly instructions: bigint;
}

/** A long run of the hypervisor of samples/hello-nested: its guest computes, or does nothing but exit. */
export function nestedWork(images: string, commandLine: string, instructions: bigint): Work {
  const folder = resolve(__dirname, '../../guests/bench');
  const make = spawnSync('make', ['-s', '-C', folder, `OUT=${images}`], { encoding: 'utf8' });
  if (make.status !== 0)
    throw new Error(`the guest does not build (gcc, binutils and make are needed): ${make.stderr ?? ''}`);
  const request = {
    image: readFileSync(join(images, 'bench.elf')),
    imageName: 'bench',
    cmdline: `${commandLine} 1000000000`,
  };
  return { name: commandLine, request, instructions };
}

/** As test/linux boots it: L1 starts L2, which comes to a shell. */
export function linuxWork(folder: string, instructions: bigint): Work {
  const request = {
    image: readFileSync(join(folder, 'vmlinuz')),
    imageName: 'vmlinuz',
    initrd: readFileSync(join(folder, 'l1.cpio')),
    cmdline: 'console=ttyS0 quiet cryptomgr.notests initcall_blacklist=load_system_certificate_list',
    memoryMiB: 512,
  };
  return { name: 'Linux, KVM, Linux', request, instructions };
}

/** @param epoch none: one without end */
export function boot(work: Work, epoch?: bigint): Machine {
  return createMachine({ ...work.request, epoch, serial: () => undefined });
}

/** A session with its default history, one action at a time. */
export class Driven {
  readonly session: DebugSession;
  /** Bytes of the log that repeats the run. */
  logged = 0;
  private tell: (event: StoppedEvent | EndedEvent) => void = () => undefined;

  constructor(work: Work) {
    this.session = new DebugSession(
      { machine: work.request, programs: [], sourceMap: {}, imagePath: work.name },
      {
        serial: () => undefined,
        log: () => undefined,
        stopped: (event) => this.tell(event),
        ended: (event) => this.tell(event),
        input: (text) => (this.logged += text.length),
      },
    );
  }

  /** Milliseconds of this process until the stop: others on the computer make a user wait for longer. */
  async time(action: (session: DebugSession) => void): Promise<number> {
    const begun = process.cpuUsage();
    const event = await new Promise<StoppedEvent | EndedEvent>((told) => {
      this.tell = told;
      action(this.session);
    });
    if ('text' in event) throw new Error(`the run ended: ${event.text}`);
    return milliseconds(process.cpuUsage(begun));
  }

  /** Runs forward; milliseconds. */
  async forward(instructions: bigint): Promise<number> {
    const { machine } = this.session;
    const end = machine.cpu.retired + instructions;
    return this.time((session) =>
      session.start({
        plan: () => ({ budget: end - machine.cpu.retired, breakpoints: [] }),
        wants: () => false,
        arrived: () => machine.cpu.retired >= end,
      }),
    );
  }
}

export function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
