/**
 * Debian's gdb itself with `turtlescope gdb`: the built command line, a real client, hello-nested from its entry through VMLAUNCH to its
 * end.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { image } from './client';

const cli = resolve(__dirname, '../../dist/cli.js');

interface Server {
  readonly port: string;
  readonly process: ChildProcess;
  readonly status: Promise<number | null>;
  output(): string;
}

/** Starts the server on a free port, which it tells. */
async function serve(...options: string[]): Promise<Server> {
  const child = spawn(process.execPath, [cli, 'gdb', image, '--port', '0', ...options]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const status = new Promise<number | null>((done) => child.once('close', done));
  const port = await new Promise<string>((found, failed) => {
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
      const [, told] = /target remote 127\.0\.0\.1:(\d+)/.exec(errors) ?? [];
      if (told !== undefined) found(told);
    });
    child.once('close', () => failed(new Error(errors)));
  });
  return { port, process: child, status, output: () => output };
}

/** What gdb prints for these commands. */
function gdb(port: string, commands: readonly string[]): Promise<string> {
  const all = [
    'set pagination off',
    'set confirm off',
    'set debuginfod enabled off',
    `directory ${dirname(image)}`,
    `target remote 127.0.0.1:${port}`,
    ...commands,
  ];
  const child = spawn('gdb', ['-nx', '-q', '-batch', ...all.flatMap((command) => ['-ex', command])]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  return new Promise((done, failed) => child.once('close', () => done(said)).once('error', failed));
}

describe('gdb: Debian’s gdb', () => {
  let server: Server;
  before(function () {
    // Left out, and counted as that, where there is no gdb; protocol.test.ts speaks the protocol by itself.
    if (spawnSync('gdb', ['--version']).error) this.skip();
  });
  afterEach(() => void server.process.kill());

  it('takes the image from the stub and steps through VMLAUNCH into L2', async () => {
    server = await serve();
    const said = await gdb(server.port, [
      'info threads',
      'tbreak vmx-run.S:61',
      'continue',
      'x/i $pc',
      'stepi',
      'info threads',
      'x/i $pc',
      'step',
      'backtrace',
      'monitor vmcs vmcs12 GUEST_RIP',
      'kill',
    ]);
    assert.match(said, /Reading symbols from target:.*hello-nested\.elf/);
    assert.match(said, /\* 1 +Thread 2 "L1 · 32-bit protected mode, no paging · in _start"/);
    assert.match(said, /=> 0x[0-9a-f]+ <vmx_run\+\d+>:\tvmlaunch/);
    assert.match(said, /Switching to Thread 3/);
    assert.match(said, / 1 +Thread 2 "L1 · 64-bit · waits · in vmx_run"/);
    assert.match(said, /\* 2 +Thread 3 "L2 · 64-bit · in l2_entry"/);
    assert.match(said, /=> 0x400656 <l2_entry>:/);
    assert.match(said, /GUEST_RIP +0x400656/);
    assert.equal(await server.status, 0);
  });

  it('steps back through VMLAUNCH into L1, goes back to a breakpoint and to the start', async () => {
    server = await serve();
    const said = await gdb(server.port, [
      'tbreak ask_for_cpuid',
      'break *vmx_run',
      'continue',
      'tbreak vmx-run.S:61',
      'continue',
      'stepi',
      'info threads',
      'reverse-stepi',
      'x/i $pc',
      'continue',
      'reverse-continue',
      'delete',
      'reverse-continue',
      'kill',
    ]);
    assert.match(
      said,
      /Switching to Thread 3[^]*Switching to Thread 2[^]*=> 0x[0-9a-f]+ <vmx_run\+\d+>:\tvmlaunch/,
    );
    assert.match(said, /hit Temporary breakpoint 1, ask_for_cpuid[^]*hit Breakpoint 2, .*vmx_run/);
    assert.match(said, /No more reverse-execution history/);
    assert.equal(await server.status, 0);
  });

  it('breaks in L2, shows both stacks, watches, and sees the guest’s status', async () => {
    server = await serve();
    const said = await gdb(server.port, [
      'break ask_for_cpuid',
      'continue',
      'backtrace',
      'thread 1',
      'backtrace',
      'p $cr0',
      'watch *(unsigned *)0x406000',
      'continue',
      'info breakpoints',
      'continue',
    ]);
    assert.match(
      said,
      /Thread 2 "L2 · 64-bit · in ask_for_cpuid" hit Breakpoint 1, ask_for_cpuid \(\) at .*l2\.c:79/,
    );
    assert.match(said, /#1 +0x[0-9a-f]+ in l2_main \(\) at .*l2\.c:\d+/);
    assert.match(said, /#2 +0x[0-9a-f]+ in l1_main \(\) at .*main\.c:\d+/);
    assert.match(said, /\$1 = \[ PE.* PG \]/);
    assert.match(said, /L2 wrote L2:0x406000 \(4 bytes\) at l2\.c:\d+: 0x0 -> /);
    assert.match(said, /Hardware watchpoint 2: \*\(unsigned \*\)0x406000\n\nOld value = 0\nNew value = \d+/);
    assert.match(said, /exited with code 01/);
    assert.equal(await server.status, 1);
    assert.match(server.output(), /hello-nested: success\n$/);
  });

  it('steps over lines, out of functions and off a breakpoint at VMLAUNCH', async () => {
    server = await serve();
    const said = await gdb(server.port, [
      'tbreak run_l2',
      'continue',
      'next',
      'tbreak vmx_run',
      'continue',
      'finish',
      'break vmx-run.S:61',
      'break vmx-run.S:63',
      'continue',
      'tbreak touch_heap',
      'delete 4',
      'continue',
      'kill',
    ]);
    assert.match(said, /Temporary breakpoint 1, run_l2 \(\) at .*exits\.c:\d+/);
    assert.match(said, /Temporary breakpoint 2, vmx_run \(\)[^]*in run_l2 \(\) at .*exits\.c:193/);
    assert.match(said, /Breakpoint 4, .*vmx-run\.S:63/);
    assert.match(said, /Thread 2 "L2 .*" hit Temporary breakpoint 5, touch_heap/);
  });

  it('does what README tells users to type', async () => {
    const readme = readFileSync(resolve(__dirname, '../../README.md'), 'utf8');
    const typed = [...readme.matchAll(/^ +\(gdb\) (.*?)(?: {2,}#.*)?$/gm)].map(([, command]) => command!);
    assert.match(readme, /turtlescope gdb IMAGE \[--port N\]/);
    assert.match(typed.join('\n'), /^info threads$/m);
    server = await serve();
    const said = await gdb(server.port, [...typed, 'kill']);
    assert.doesNotMatch(said, /[Uu]ndefined|No symbol|not supported|[Ee]rror|Cannot/);
    for (const found of [
      /hit Breakpoint 1, ask_for_cpuid/,
      /\* 2 +Thread 3 "L2 · 64-bit · in ask_for_cpuid"/,
      /GUEST_RIP +0x/,
      /L2 at a breakpoint/,
      /\[Switching to thread 1 \(Thread 2\)\]/,
      /#1 +0x[0-9a-f]+ in run_l2 \(\)/,
      /cr4 +0x[0-9a-f]+ +\[.* VMXE/,
    ])
      assert.match(said, found);
  });

  it('survives clients that come and go', async () => {
    server = await serve();
    assert.match(await gdb(server.port, ['break run_l2', 'continue', 'disconnect']), /Breakpoint 1, run_l2/);
    const [host, port] = ['127.0.0.1', Number(server.port)];
    await new Promise<void>((gone) => {
      const socket = connect(port, host, () => socket.end('nonsense'));
      socket.once('close', () => gone());
    });
    const said = await gdb(server.port, ['info threads', 'kill']);
    assert.match(said, /\* 1 +Thread 2 "L1 · 64-bit · in run_l2"/);
    assert.equal(await server.status, 0);
  });
});

describe('gdb: wrong usage', () => {
  const refused = (...options: string[]) =>
    spawnSync(process.execPath, [cli, 'gdb', image, ...options], { encoding: 'utf8' });

  for (const [what, options, message] of [
    ['a port that is no number', ['--port', 'x'], /--port needs a whole number/],
    ['a port that is too high', ['--port', '65536'], /--port goes to 65535/],
    [
      'an address that is not here',
      ['--port', '0', '--listen', '192.0.2.1'],
      /cannot listen on 192\.0\.2\.1:0/,
    ],
  ] as const)
    it(`says so: ${what}`, () => {
      const { status, stderr } = refused(...options);
      assert.match(stderr, message);
      assert.equal(status, 2);
    });

  it('a port that is taken is named', async () => {
    const server = await serve();
    const { status, stderr } = refused('--port', server.port);
    server.process.kill();
    assert.match(stderr, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${server.port} \\(EADDRINUSE\\)`));
    assert.equal(status, 2);
  });
});
