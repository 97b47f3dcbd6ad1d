/** A run recorded by one process and replayed by another: the same to the last bit, or a sentence that says why not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readRecording, writtenRecording } from '../../src/machine/recording/file-format';
import type { Recording } from '../../src/machine/recording/recording';
import { CODE, ECHO } from '../support/typed-guests';

const root = resolve(__dirname, '..', '..');
const hello = join(root, 'samples/hello-nested/hello-nested.elf');

function turtlescope(args: readonly string[], input = '') {
  return spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...args], { encoding: 'utf8', input });
}

describe('turtlescope replay', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'turtlescope-recording-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const inFolder = (name: string) => join(folder, name);

  function recorded(name: string, args: readonly string[], input = ''): string {
    const file = inFolder(name);
    const run = turtlescope(['run', ...args, '--record', file], input);
    assert.match(run.stderr, /recorded in .*"turtlescope replay /);
    return file;
  }

  function changed(file: string, change: (recording: Recording) => Recording): string {
    writeFileSync(`${file}.changed`, writtenRecording(change(readRecording(readFileSync(file)))));
    return `${file}.changed`;
  }

  for (const [what, args] of [
    ['bare', ['--topology', 'bare']],
    ['several CPUs', ['--smp', '2']],
  ] as const)
    it(`is the same run, with the guest's own status: ${what}`, () => {
      const file = recorded(what.replace(' ', '-'), [hello, ...args]);
      const { status, stdout, stderr } = turtlescope(['replay', file]);
      assert.equal(status, 1, stderr);
      assert.match(stdout, /hello-nested: success\n$/);
      assert.match(stderr, /same run as recorded, up to instruction \d+: its [1-9]\d* checks were right/);
    });

  it('is the same run with what was typed', () => {
    const image = inFolder('echo.bin');
    writeFileSync(image, Uint8Array.from(ECHO));
    const file = recorded('echo', [image, '--load-address', String(CODE), '--stdin'], 'abq');
    const { status, stdout, stderr } = turtlescope(['replay', file], 'xyz');
    assert.equal(stdout, 'abq', stderr);
    assert.notEqual(status, 123);
    assert.match(stderr, /same run as recorded, up to instruction \d+/);
    // Another input is another run, and that is told with the place.
    const other = changed(file, (recording) => ({
      ...recording,
      input: recording.input.map((event) => ({ ...event, bytes: event.bytes.map((byte) => byte ^ 1) })),
    }));
    const wrong = turtlescope(['replay', other]);
    assert.equal(wrong.status, 123);
    assert.match(wrong.stderr, /differs from the recording at instruction \d+: .*defect of Turtlescope/);
  });

  it('is the same run with resets', () => {
    // inc byte [9000h]; cmp byte [9000h], 3; jae done; mov al, 6; mov dx, cf9h; out dx, al; hlt; done: out f4h, al
    const code = [
      ...[0xfe, 0x06, 0x00, 0x90, 0x80, 0x3e, 0x00, 0x90, 3, 0x73, 7],
      ...[0xb0, 6, 0xba, 0xf9, 0x0c, 0xee, 0xf4, 0xe6, 0xf4],
    ];
    const image = inFolder('resets.bin');
    writeFileSync(image, Uint8Array.from(code));
    const file = recorded('resets', [image, '--load-address', String(CODE)]);
    const { stderr } = turtlescope(['replay', file, '--stats']);
    assert.match(stderr, /resets +2\n/);
    assert.match(stderr, /same run as recorded/);
  });

  it('compares the state: a check that is wrong stops it, with status 123 and the part that differs', () => {
    const file = recorded('checked', [hello]);
    const wrong = changed(file, (recording) => ({
      ...recording,
      checks: recording.checks.map(({ moment, digest }) => ({ moment, digest: { ...digest, RAM: '0' } })),
    }));
    const { status, stderr } = turtlescope(['replay', wrong]);
    assert.equal(status, 123);
    assert.match(stderr, /differs from the recording at instruction 0: RAM\. 0 checks before it were right/);
  });

  describe('says before the run what stands in its way', () => {
    let file: string;
    let image: string;
    before(() => {
      image = inFolder('image.elf');
      copyFileSync(hello, image);
      file = recorded('ways', [image]);
    });
    beforeEach(() => copyFileSync(hello, image));

    /** The sentence, of a replay that printed nothing of the guest. */
    function refusal(path: string): string {
      const { status, stdout, stderr } = turtlescope(['replay', path]);
      assert.deepEqual([status, stdout], [2, ''], stderr);
      return stderr;
    }

    it('a file that is not there, and one beside the recording will do', () => {
      const moved = inFolder('moved');
      mkdirSync(moved);
      rmSync(image);
      assert.match(
        refusal(file),
        /whose program was .*image\.elf: there is no such file.*record with --embed/,
      );
      copyFileSync(file, join(moved, 'ways'));
      copyFileSync(hello, join(moved, 'image.elf'));
      assert.equal(turtlescope(['replay', join(moved, 'ways')]).status, 1);
    });

    it('that "run" is the wrong command for a recording, and "replay" for another file', () => {
      const { status, stderr } = turtlescope(['run', file]);
      assert.equal(status, 2);
      assert.match(stderr, /IMAGE names .*ways, which is a recording: "turtlescope replay" runs it again/);
      assert.match(refusal(image), /FILE names .*image\.elf, which is no recording/);
    });

    it('that it cannot be written, and nothing else', () => {
      const { status, stdout, stderr } = turtlescope(['run', image, '--record', inFolder('no/such')]);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(
        stderr,
        /^turtlescope: --record names .*no\/such, and the folder .* does not exist: .*\n$/,
      );
    });

    it('a file that has changed', () => {
      writeFileSync(image, Buffer.concat([readFileSync(hello), Buffer.of(0)]));
      assert.match(refusal(file), /another .*image\.elf: it has changed since .*SHA-256 [0-9a-f]{64}/);
    });

    it('nothing, when the files are in the recording', () => {
      const embedded = recorded('embedded', [image, '--embed']);
      rmSync(image);
      assert.equal(turtlescope(['replay', embedded]).status, 1);
    });

    it('a recording that was cut off, and one that was changed on the way', () => {
      const bytes = readFileSync(file);
      for (const [name, damaged] of [
        ['cut', bytes.subarray(0, bytes.length - 9)],
        ['heading', bytes.subarray(0, bytes.indexOf(10) + 1)],
        ['byte', bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 0x10 : byte))],
      ] as const) {
        writeFileSync(inFolder(name), damaged);
        assert.match(refusal(inFolder(name)), /damaged recording: it was cut off or changed/);
      }
    });

    it('a file that is none, and a format of another version', () => {
      assert.match(refusal(hello), /is no recording: "turtlescope run --record FILE" writes one/);
      writeFileSync(inFolder('newer'), 'turtlescope recording 99 5\nhello');
      assert.match(
        refusal(inFolder('newer')),
        /format 99.*reads format 1: open it with the version that wrote it/,
      );
    });

    it('another build of Turtlescope, which replays it as far as they are the same', () => {
      const other = changed(file, (recording) => ({ ...recording, build: '0.0.1 (build abc)' }));
      const { status, stderr } = turtlescope(['replay', other]);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^turtlescope: This run was recorded by Turtlescope 0\.0\.1 \(build abc\), and this is /,
      );
      const wrong = changed(other, (recording) => ({
        ...recording,
        checks: recording.checks.map(({ moment, digest }) => ({ moment, digest: { ...digest, RAM: '0' } })),
      }));
      assert.match(turtlescope(['replay', wrong]).stderr, /replay it with the one that recorded it/);
    });
  });
});
