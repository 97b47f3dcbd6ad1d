/** The headless runner as a shell sees it: exit statuses, what it says to whom, and the trace. Runs the built dist/cli.js. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..', '..');
const hello = join(root, 'samples/hello-nested/hello-nested.elf');

function turtlescope(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...args], { encoding: 'utf8' });
}

describe('turtlescope', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'turtlescope-cli-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A flat binary that starts with this code in real mode. */
  function flat(name: string, code: readonly number[]): string[] {
    const path = join(folder, name);
    writeFileSync(path, Uint8Array.from(code));
    return ['run', path, '--load-address', '0x7c00', '--max-instructions', '1000'];
  }

  describe('run', () => {
    for (const topology of ['nested', 'bare']) {
      it(`ends with the guest's status in the ${topology} topology, with the same trace each time`, () => {
        const [first, second] = ['first', 'second'].map((name) => {
          const trace = join(folder, name);
          const { status, stdout } = turtlescope('run', hello, '--topology', topology, '--trace', trace);
          assert.equal(status, 1);
          assert.match(stdout, /hello-nested: success\n$/);
          return readFileSync(trace, 'latin1');
        });
        assert.equal(first, second);
        assert.ok(first!.split('\n').every((line) => line === '' || JSON.parse(line) instanceof Object));
      });
    }

    it('ends with 124 at the instruction budget', () => {
      const { status, stderr } = turtlescope('run', hello, '--max-instructions', '10');
      assert.equal(status, 124);
      assert.match(stderr, /budget is used up\n.*L1 at RIP 0x[0-9a-f]+ after 10 instructions\n/);
    });

    it('ends with 125 at an instruction the chip lacks, and names it', () => {
      // FNOP, for a processor without x87.
      const { status, stderr } = turtlescope(...flat('gap', [0xd9, 0xd0]), '--cpu', 'turtle-64');
      assert.equal(status, 125);
      assert.match(stderr, /fnop \(d9 d0\) needs FPU/);
    });

    it('ends with 126 at a triple fault', () => {
      // LIDT of six zero bytes below the code, then UD2: no vector is within the limit.
      const { status, stderr } = turtlescope(
        ...flat('shutdown', [0x0f, 0x01, 0x1e, 0x00, 0x05, 0x0f, 0x0b]),
        '--topology',
        'bare',
      );
      assert.equal(status, 126);
      assert.match(stderr, /triple fault/i);
      assert.match(stderr, /First #UD in L0 at RIP 0x[0-9a-f]+, CPL 0: The bytes at RIP are no instruction/);
      assert.match(stderr, /#DF\(0\) could not be delivered: #GP\(0x1\): The interrupt table has no entry/);
    });

    for (const topology of ['nested', 'bare'])
      it(`prints every failing check of a refused VM entry, with who wrote the fields (${topology})`, () => {
        const broken = join(root, 'samples/broken-entry/broken-entry.elf');
        const { stderr } = turtlescope('run', broken, '--topology', topology);
        assert.match(stderr, /VM entry failed: INVALID_STATE/);
        assert.match(stderr, /G28 .*GUEST_TR_AR_BYTES is 0x89 \(type 9\): the type .* must be 11/);
        assert.match(stderr, /I04 .*GUEST_RFLAGS is 0x0: bit 1 must be 1/);
        assert.match(stderr, /GUEST_RFLAGS = 0x0+, last written at \S+vmx\.c:\d+\n/);
      });

    it('says nothing of entries when the last one was good', () => {
      assert.doesNotMatch(turtlescope('run', hello).stderr, /entry/i);
    });

    for (const [topology, level] of [
      ['nested', 'L1'],
      ['bare', 'L0'],
    ] as const)
      it(`always says why the run ended and where: ${topology}`, () => {
        const { stderr } = turtlescope('run', hello, '--topology', topology);
        const [why, where] = stderr.split('\n');
        assert.match(why!, /ended the run by its debug-exit port: exit status \d+$/);
        assert.match(where!, new RegExp(`: ${level} at RIP 0x[0-9a-f]+ after \\d+ instructions$`));
      });

    it('says it when the guest switches the machine off', () => {
      // mov dx, 604h; mov ax, 2000h; out dx, ax: ACPI S5
      const off = turtlescope(...flat('off', [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4]));
      assert.equal(off.status, 0);
      assert.match(off.stderr, /switched the machine off/);
    });

    describe('standard input', () => {
      // again: in al, 3fdh; test al, 1; jz again; in al, 3f8h; out 3f8h, al; cmp al, 'q'; jne again; out 0f4h, al
      const echo = [
        ...[0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf8, 0xba, 0xf8, 0x03, 0xec, 0xee],
        ...[0x3c, 0x71, 0x75, 0xef, 0xe6, 0xf4],
      ];
      const withInput = (input: string, ...args: string[]) =>
        spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...args], { encoding: 'utf8', input });

      it('goes to COM1 when asked to, and a log of it repeats the run', () => {
        const path = join(folder, 'echo');
        const log = join(folder, 'typed');
        writeFileSync(path, Uint8Array.from(echo));
        const image = ['run', path, '--load-address', '0x7c00', '--stats'];
        const typed = withInput('abq', ...image, '--stdin', '--input-log', log);
        assert.deepEqual([typed.status, typed.stdout], [0xe3, 'abq'], typed.stderr);
        const again = withInput('xyz', ...image, '--replay-input', log);
        assert.deepEqual([again.status, again.stdout], [0xe3, 'abq'], again.stderr);
        const instructions = (stderr: string) => /instructions (\d+)/.exec(stderr)![1];
        assert.equal(instructions(again.stderr), instructions(typed.stderr));
      });

      it('is no input log when it is another file', () => {
        const { status, stderr } = turtlescope('run', hello, '--replay-input', hello);
        assert.equal(status, 2);
        assert.match(stderr, /which is no input log: its first line is not .*--input-log writes one/);
      });
    });

    it('takes a command line that begins with a dash', () => {
      const { status, stdout } = turtlescope('run', hello, '--append', '-x', '--max-instructions', '10');
      assert.equal(stdout, '');
      assert.equal(status, 124);
    });

    const wrong: [string, string[], RegExp][] = [
      ['an initrd for no Linux kernel', ['run', hello, '--initrd', hello], /no Linux kernel.*as a module/],
      ['no image', ['run'], /exactly one image/],
      [
        'no such file',
        ['run', 'nowhere.elf'],
        /IMAGE names nowhere\.elf, and there is no such file: build it first/,
      ],
      ['a folder', ['run', root], /is a directory: name a file in it/],
      [
        'a file that is no image',
        ['run', join(root, 'LICENSE')],
        /neither an ELF file nor a multiboot image/,
      ],
      ['an image larger than memory', ['run', hello, '--memory', '2'], /memory/],
      [
        'a topology that does not exist',
        ['run', hello, '--topology', 'x'],
        /--topology must be "nested" or "bare"/,
      ],
      [
        'memory that is no number',
        ['run', hello, '--memory', 'much'],
        /--memory must be a whole number of MiB from 2 to/,
      ],
      [
        'too many CPUs',
        ['run', hello, '--smp', '9'],
        /--smp must be a whole number of CPUs from 1 to 8, not 9/,
      ],
      [
        'a module that is not there',
        ['run', hello, '--module', 'no.bin'],
        /--module names no\.bin, and there is no such file/,
      ],
      ['an unknown option', ['run', hello, '--bogus'], /--bogus/],
      ['an unknown command', ['walk'], /unknown command "walk"/],
      ['an unknown option of rows', ['rows', '--all'], /rows has no option "--all"/],
    ];
    for (const [what, args, message] of wrong) {
      it(`ends with 2 for ${what}, and says so`, () => {
        const { status, stdout, stderr } = turtlescope(...args);
        assert.equal(status, 2);
        assert.match(stderr, message);
        assert.equal(stdout, '');
      });
    }
  });

  it('prints its usage when asked to', () => {
    for (const args of [['--help'], ['-h'], ['help'], ['run', '--help']]) {
      const { status, stdout, stderr } = turtlescope(...args);
      assert.deepEqual([status, stderr], [0, ''], args.join(' '));
      assert.match(stdout, /^Usage: turtlescope run IMAGE/);
    }
  });
});
