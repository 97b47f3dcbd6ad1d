/**
 * samples/linux-kvm as its README says: Debian's kernel loads kvm-intel and starts the same kernel as its guest, down to a
 * shell that answers. `npm run test:linux` runs it; it fetches Debian's packages once and takes minutes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createMachine } from '../../src/machine/create';
import type { MachineStop } from '../../src/machine/machine-stop';

const sample = resolve(__dirname, '..', '..', 'samples', 'linux-kvm');
const build = join(sample, 'build');
const MEMORY_MIB = 512;
/** As in the sample's launch configurations. */
const COMMAND_LINE = 'console=ttyS0 quiet cryptomgr.notests initcall_blacklist=load_system_certificate_list';
const PROMPT = 'L2 # ';
/** Three times what the run needs; a guest gone astray meets it. */
const LIMIT = 10_000_000_000n;
const STEP = 1_000_000n;
/** How far a run is repeated. */
const AGAIN = 100_000_000n;

interface Setup {
  readonly title: string;
  readonly topology: 'nested' | 'bare';
  readonly cpus: number;
}

const setups: readonly Setup[] = [
  { title: 'nested topology, 2 CPUs', topology: 'nested', cpus: 2 },
  { title: 'bare topology', topology: 'bare', cpus: 1 },
];

interface Run {
  readonly stop: MachineStop;
  readonly output: string;
  /** Of what the machine is at each step. */
  readonly trace: readonly string[];
}

/** Runs to the end, or as far as `limit`. */
function runSample({ title, topology, cpus }: Setup, limit = LIMIT): Run {
  let output = '';
  const answers = ['uname -r\n', 'exit\n'];
  const machine = createMachine({
    image: readFileSync(join(build, 'vmlinuz')),
    imageName: 'vmlinuz',
    initrd: readFileSync(join(build, 'l1.cpio')),
    cmdline: COMMAND_LINE,
    memoryMiB: MEMORY_MIB,
    topology,
    cpus,
    serial: (byte) => {
      output += String.fromCharCode(byte);
      // Typed at the prompt, so it comes at the same instruction every time.
      if (output.endsWith(PROMPT)) machine.input('serial', Buffer.from(answers.shift() ?? ''));
    },
  });
  const trace: string[] = [];
  const { user, system } = process.cpuUsage();
  let stop: MachineStop;
  do {
    stop = machine.run(STEP);
    trace.push(`${machine.cpu.retired} ${machine.ticks()} ${machine.counts.entries} ${machine.cpu.rip}`);
  } while (stop.kind === 'budget' && machine.cpu.retired < limit);
  const used = process.cpuUsage({ user, system });
  const seconds = ((used.user + used.system) / 1e6).toFixed(1);
  console.log(
    `      ${title}: ${machine.cpu.retired} instructions, ${machine.counts.entries} VM entries, ${seconds} s of CPU time`,
  );
  for (const { route, reason, count } of machine.counts.list())
    console.log(`      ${String(count).padStart(9)}  ${route} ${reason}`);
  return { stop, output, trace };
}

describe('Linux with KVM as L1, Linux as L2', function () {
  this.timeout(900_000);

  before(() => {
    const { status, stderr } = spawnSync(join(sample, 'make.sh'), { encoding: 'utf8' });
    assert.equal(status, 0, `make.sh: ${stderr}`);
  });

  for (const setup of setups) {
    describe(setup.title, () => {
      let run: Run;
      before(() => void (run = runSample(setup)));

      it("comes to L2's shell, which answers uname -r", () => {
        const release = /L1: Linux (\S+), (\d+) CPUs, starts L2/.exec(run.output);
        assert.ok(release, run.output);
        const [, version, cpus] = release;
        assert.equal(Number(cpus), setup.cpus);
        assert.ok(run.output.includes(`L2: Linux ${version}`), run.output);
        assert.match(run.output, new RegExp(`uname -r\\s+${version!.replaceAll('.', '[.]')}\\s`));
      });

      it('ends in order: the shell, L2, the monitor, L1', () => {
        assert.match(run.output, /L1: vmm ended with status 0/);
        assert.deepEqual(run.stop, { kind: 'power', action: 'off' });
      });

      it('does the same when it begins again', () => {
        const again = runSample(setup, AGAIN);
        assert.deepEqual(again.trace, run.trace.slice(0, again.trace.length));
      });
    });
  }
});
