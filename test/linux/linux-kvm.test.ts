/**
 * samples/linux-kvm as its README says: Debian's kernel loads kvm-intel and starts the same kernel as its guest, down to a
 * shell that answers. `npm run test:linux` runs it; it fetches Debian's packages once and takes minutes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
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

interface Run {
  readonly stop: MachineStop;
  readonly output: string;
  readonly instructions: bigint;
  readonly entries: number;
  /** Of every record: instruction, kind and what decided it. */
  readonly trace: string;
}

function runSample(topology: 'nested' | 'bare'): Run {
  let output = '';
  const answers = ['uname -r\n', 'exit\n'];
  const machine = createMachine({
    image: readFileSync(join(build, 'vmlinuz')),
    imageName: 'vmlinuz',
    initrd: readFileSync(join(build, 'l1.cpio')),
    cmdline: COMMAND_LINE,
    memoryMiB: MEMORY_MIB,
    topology,
    serial: (byte) => {
      output += String.fromCharCode(byte);
      // Typed at the prompt, so it comes at the same instruction every time.
      if (output.endsWith(PROMPT)) machine.input('serial', Buffer.from(answers.shift() ?? ''));
    },
  });
  const hash = createHash('sha256');
  const start = process.hrtime.bigint();
  let stop: MachineStop;
  do {
    stop = machine.run(STEP);
    hash.update(`${machine.cpu.retired} ${machine.ticks()} ${machine.counts.entries} ${machine.cpu.rip}\n`);
  } while (stop.kind === 'budget' && machine.cpu.retired < LIMIT);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { retired: instructions } = machine.cpu;
  console.log(
    `      ${topology}: ${instructions} instructions, ${machine.counts.entries} VM entries, ${seconds.toFixed(1)} s`,
  );
  for (const { route, reason, count } of machine.counts.list())
    console.log(`      ${String(count).padStart(9)}  ${route} ${reason}`);
  return { stop, output, instructions, entries: machine.counts.entries, trace: hash.digest('hex') };
}

describe('Linux with KVM as L1, Linux as L2', function () {
  this.timeout(600_000);

  before(() => {
    const { status, stderr } = spawnSync(join(sample, 'make.sh'), { encoding: 'utf8' });
    assert.equal(status, 0, `make.sh: ${stderr}`);
  });

  for (const topology of ['nested', 'bare'] as const) {
    describe(`${topology} topology`, () => {
      let run: Run;
      before(() => void (run = runSample(topology)));

      it("comes to L2's shell, which answers uname -r", () => {
        const release = /L1: Linux (\S+) starts L2/.exec(run.output)?.[1];
        assert.ok(release, run.output);
        assert.ok(run.output.includes(`L2: Linux ${release}`), run.output);
        assert.match(run.output, new RegExp(`uname -r\\s+${release.replaceAll('.', '[.]')}\\s`));
      });

      it('ends in order: the shell, L2, the monitor, L1', () => {
        assert.match(run.output, /L1: vmm ended with status 0/);
        assert.deepEqual(run.stop, { kind: 'power', action: 'off' });
      });
    });
  }
});
