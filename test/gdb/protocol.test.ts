/** The gdb stub's answers, packet by packet. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolveFunction } from '../../src/debugger/breakpoints/resolve';
import { features, registers } from '../../src/gdb/features';
import { littleEndian } from '../../src/gdb/hex';
import { type Client, image, Stub } from './client';

const L1 = '2';
const L2 = '3';
const VALUE = 0x1122334455667788n;

function number(name: string): string {
  const index = registers.findIndex((row) => row.name === name);
  assert.ok(index >= 0, name);
  return index.toString(16);
}

describe('gdb: protocol', () => {
  let stub: Stub;
  let client: Client;
  beforeEach(async () => {
    stub = await new Stub().start();
    client = await stub.client();
  });
  afterEach(() => stub.close());

  function addressOf(name: string): bigint {
    const [place] = resolveFunction(stub.session.surroundings, name).guest;
    return place!.address;
  }

  /** Sets a breakpoint at a function and runs there; the stop reply. */
  function reach(name: string, type = 0): Promise<string> {
    const at = addressOf(name).toString(16);
    return client.ask(`Z${type},${at},1`).then((set) => {
      assert.equal(set, 'OK');
      return client.ask('vCont;c');
    });
  }

  it('stands at the entry, and says what it can do and no more', async () => {
    assert.equal(await client.ask('?'), `T05thread:${L1};`);
    const supported = await client.ask('qSupported:multiprocess+;swbreak+;hwbreak+');
    assert.match(supported, /^PacketSize=4000;.*qXfer:exec-file:read\+.*swbreak\+;hwbreak\+/);
    assert.match(supported, /;ReverseStep\+;ReverseContinue\+$/);
    assert.equal(await client.ask('bz'), '');
    assert.equal(await client.ask('vMustReplyEmpty'), '');
  });

  it('goes back by instruction and to the previous breakpoint, and says where the run begins', async () => {
    const there = await reach('l1_main');
    const registers = await client.ask('g');
    assert.match(await client.ask('vCont;s'), /^T05/);
    assert.match(await client.ask('bs'), /^T05/);
    assert.equal(await client.ask('g'), registers);
    const launch = await reach('vmx_run');
    assert.notEqual(await client.ask('g'), registers);
    assert.equal(await client.ask('bc'), there);
    assert.equal(await client.ask('g'), registers);
    assert.equal(await client.ask('bc'), `T05thread:${L1};replaylog:begin;`);
    assert.match(await client.ask('vCont;c'), /^T05.*swbreak/);
    assert.equal(await client.ask('vCont;c'), launch);
    // A change in the past is refused with the way out, until somebody says that the future may go.
    await client.ask('bc');
    assert.match(await client.ask('P0=0100000000000000'), /^E\.This would change the past: "monitor fork"/);
    assert.match(await client.ask('M7000,1:00'), /^E\.This would change the past/);
    assert.equal(await client.ask(`qRcmd,${Buffer.from('fork').toString('hex')}`), 'OK');
    assert.equal(await client.ask('P0=0100000000000000'), 'OK');
  });

  it('describes registers that gdb knows, with the bits of the manual, and answers for each of them', async () => {
    const xml = await client.object('features', 'target.xml');
    assert.match(xml, /<architecture>i386:x86-64<\/architecture>/);
    for (const { name } of features) assert.ok(xml.includes(`<feature name="${name}">`), name);
    assert.match(xml, /<flags id="cr0_bits" size="8">\s+<field name="PE" start="0" end="0"\/>/);
    assert.equal(xml.match(/<reg /g)?.length, registers.length);
    const all = await client.ask('g');
    assert.equal(
      all.length,
      registers.reduce((digits, { bits }) => digits + bits / 4, 0),
    );
    let at = 0;
    for (const [index, { bits, name }] of registers.entries()) {
      assert.equal(await client.ask(`p${index.toString(16)}`), all.slice(at, at + bits / 4), name);
      at += bits / 4;
    }
    assert.equal(await client.ask(`p${registers.length.toString(16)}`), 'E16');
  });

  it('writes registers, one and all, those of x87, SSE and AVX too', async () => {
    for (const name of ['rax', 'r15', 'cr2', 'st3', 'xmm2', 'ymm2h', 'mxcsr', 'fctrl']) {
      const { bits } = registers[Number.parseInt(number(name), 16)]!;
      const value = littleEndian(VALUE & ((1n << BigInt(Math.min(bits, 12))) - 1n), bits);
      assert.equal(await client.ask(`P${number(name)}=${value}`), 'OK', name);
      assert.equal(await client.ask(`p${number(name)}`), value, name);
    }
    const all = await client.ask('g');
    const changed = littleEndian(VALUE, 64) + all.slice(16);
    assert.equal(await client.ask(`G${changed}`), 'OK');
    assert.equal(await client.ask('g'), changed);
    assert.equal(await client.ask(`P${number('fs_base')}=${littleEndian(VALUE, 64)}`), 'E01');
    assert.equal(await client.ask(`P${number('rax')}=12`), 'E01');
  });

  it('the tag word of x87 follows what the registers hold', async () => {
    assert.equal(await client.ask(`P${number('ftag')}=${littleEndian(0n, 32)}`), 'OK');
    await client.ask(`P${number('st0')}=${littleEndian(0x3fff8000000000000000n, 80)}`);
    await client.ask(`P${number('st1')}=${littleEndian(0x7fff8000000000000000n, 80)}`);
    // Valid, special, and zero for the rest.
    assert.equal(await client.ask(`p${number('ftag')}`), littleEndian(0x5558n, 32));
    await client.ask(`P${number('ftag')}=${littleEndian(0xffffn, 32)}`);
    assert.equal(await client.ask(`p${number('ftag')}`), littleEndian(0xffffn, 32));
  });

  it('reads and writes memory of the selected level, as hex and as bytes', async () => {
    const at = addressOf('l1_main').toString(16);
    const before = await client.ask(`m${at},4`);
    assert.equal(await client.ask(`M${at},4:23242a7d`), 'OK');
    assert.equal(await client.ask(`m${at},4`), '23242a7d');
    assert.equal(await client.ask(`X${at},4:${Buffer.from(before, 'hex').toString('latin1')}`), 'OK');
    assert.equal(await client.ask(`m${at},4`), before);
    assert.equal(await client.ask('md0000000,4'), 'E0e');
    assert.equal(await client.ask('Md0000000,1:00'), 'E0e');
    assert.equal(await client.ask(`M${at},4:00`), 'E16');
    assert.equal(await client.ask('mzz,4'), 'E16');
  });

  for (const [type, kind] of [
    [0, 'swbreak'],
    [1, 'hwbreak'],
  ] as const)
    it(`stops at a breakpoint of type ${type}, of whichever level, and says ${kind}`, async () => {
      assert.equal(await reach('run_l2', type), `T05thread:${L1};${kind}:;`);
      assert.equal(await client.ask(`z${type},${addressOf('run_l2').toString(16)},1`), 'OK');
      assert.equal(await reach('ask_for_cpuid', type), `T05thread:${L2};${kind}:;`);
    });

  it('steps through VMLAUNCH into the guest, and out again at its exit', async () => {
    await reach('vmx_run');
    await client.ask(`z0,${addressOf('vmx_run').toString(16)},1`);
    let steps = 0;
    let stop = '';
    while (!stop.includes(`thread:${L2}`)) {
      stop = await client.ask(`vCont;s:${L1};c`);
      assert.ok(++steps < 100, 'VMLAUNCH is near');
    }
    const { machine } = stub.session;
    const vmcs12 = machine.driver.vmcss().find(({ name }) => name === 'vmcs12')!;
    assert.equal(machine.driver.registers('L2')?.rip, vmcs12.read('GUEST_RIP'));
    await reach('ask_for_cpuid');
    await client.ask(`z0,${addressOf('ask_for_cpuid').toString(16)},1`);
    while (!stop.includes(`thread:${L1}`)) stop = await client.ask(`vCont;s:${L2};c`);
    assert.equal(
      machine.log.slice(0, machine.log.total).filter(({ kind }) => kind === 'nested-exit').length,
      1,
    );
  });

  it('a step alone stays in its level: the guest runs in between', async () => {
    await reach('vmx_run');
    await client.ask(`z0,${addressOf('vmx_run').toString(16)},1`);
    for (;;) {
      assert.equal(await client.ask(`vCont;s:${L1}`), `T05thread:${L1};`);
      if (stub.session.machine.driver.registers('L2')) return;
    }
  });

  it('steps through a range and stops behind it', async () => {
    await reach('run_l2');
    const start = addressOf('run_l2');
    const line = stub.session.ground.location('L1', start)!;
    const stop = await client.ask(
      `vCont;r${line.rangeStart.toString(16)},${line.rangeEnd.toString(16)}:${L1};c`,
    );
    assert.equal(stop, `T05thread:${L1};`);
    assert.equal(stub.session.machine.driver.registers('L1')!.rip, line.rangeEnd);
  });

  it('watches memory of the level that was selected, through stops at which gdb takes everything away', async () => {
    await reach('run_l2');
    // touch_lazy_page of L2 writes here; L1 maps guest-physical memory at the same place.
    assert.equal(await client.ask('Z2,406000,4'), 'OK');
    assert.equal(await reach('touch_lazy_page'), `T05thread:${L2};swbreak:;`);
    assert.equal(await client.ask('z2,406000,4'), 'OK');
    assert.equal(await client.ask('Z2,406000,4'), 'OK');
    assert.equal(await client.ask('vCont;c'), `T05thread:${L2};watch:406000;`);
    assert.match(client.console, /L2 wrote L1:0x406000 \(4 bytes\) at l2\.c:\d+: 0x0 -> /);
  });

  it('watches reads and accesses', async () => {
    const at = stub.session.machine.driver.registers('L1')!.rip + 0x100000n;
    assert.equal(await client.ask(`Z3,${at.toString(16)},8`), 'OK');
    assert.equal(await client.ask(`z3,${at.toString(16)},8`), 'OK');
    await reach('run_l2');
    const stack = (stub.session.machine.driver.registers('L1')!.gprs[4]! - 16n).toString(16);
    assert.equal(await client.ask(`Z4,${stack},8`), 'OK');
    assert.equal(await client.ask('vCont;c'), `T05thread:${L1};awatch:${stack};`);
    assert.equal(await client.ask(`Z2,${stack},0`), 'E16');
    assert.equal(await client.ask(`Z2,${stack},2000`), 'E16');
    assert.equal(await client.ask('Z7,0,1'), '');
  });

  it('lists the levels as threads, with names that stay true, and answers for each', async () => {
    assert.equal(await client.ask('qfThreadInfo'), `m${L1}`);
    await reach('ask_for_cpuid');
    assert.equal(await client.ask('qfThreadInfo'), `m${L1},${L2}`);
    assert.equal(await client.ask('qsThreadInfo'), 'l');
    const xml = await client.object('threads');
    assert.match(xml, /<thread id="2" core="0" name="L1 · 64-bit · waits · in vmx_run"\/>/);
    assert.match(xml, /<thread id="3" core="0" name="L2 · 64-bit · in ask_for_cpuid"\/>/);
    const info = Buffer.from(await client.ask(`qThreadExtraInfo,${L2}`), 'hex').toString();
    assert.match(info, /^L2 · 64-bit/);
    assert.deepEqual(await Promise.all([client.ask(`T${L2}`)]), ['OK']);
    assert.equal(await client.ask('T9'), 'E01');
    assert.equal(await client.ask('Hg9'), 'E01');
    assert.equal(await client.ask('qC'), `QC${L2}`);
    const rip = await client.ask(`p${number('rip')}`);
    assert.equal(await client.ask(`Hg${L1}`), 'OK');
    assert.notEqual(await client.ask(`p${number('rip')}`), rip);
    // What software keeps while its level waits, nobody knows.
    assert.match(await client.ask(`p${number('xmm0')}`), /^x+$/);
  });

  it('in the bare topology the threads are L0 and L1', async () => {
    const bare = await new Stub('bare').start();
    try {
      const other = await bare.client();
      const [place] = resolveFunction(bare.session.surroundings, 'ask_for_cpuid').guest;
      await other.ask(`Z0,${place!.address.toString(16)},1`);
      assert.equal(await other.ask('vCont;c'), 'T05thread:2;swbreak:;');
      assert.equal(await other.ask('qfThreadInfo'), 'm1,2');
    } finally {
      bare.close();
    }
  });

  it('gives the files with symbols to read, and no other', async () => {
    assert.equal(await client.object('exec-file', '1'), image);
    const hex = (path: string) => Buffer.from(path).toString('hex');
    const opened = await client.ask(`vFile:open:${hex(image)},0,0`);
    assert.match(opened, /^F[0-9a-f]+$/);
    const file = opened.slice(1);
    const bytes = readFileSync(image);
    const piece = await client.ask(`vFile:pread:${file},40,10`);
    assert.equal(piece, `F40;${bytes.subarray(0x10, 0x50).toString('latin1')}`);
    const stat = Buffer.from((await client.ask(`vFile:fstat:${file}`)).slice('F40;'.length), 'latin1');
    assert.equal(stat.readBigUInt64BE(28), BigInt(bytes.length));
    assert.equal(await client.ask(`vFile:close:${file}`), 'F0');
    assert.equal(await client.ask(`vFile:pread:${file},40,10`), 'F-1,9');
    assert.equal(await client.ask(`vFile:open:${hex('/etc/passwd')},0,0`), 'F-1,2');
    assert.equal(await client.ask(`vFile:open:${hex(`${image}/../../Makefile`)},0,0`), 'F-1,2');
    assert.equal(await client.ask(`vFile:open:${hex(image)},1,0`), 'F-1,16');
    assert.equal(await client.ask(`vFile:unlink:${hex(image)}`), '');
  });

  it('monitor answers as the debug console does, about the selected thread', async () => {
    await reach('ask_for_cpuid');
    assert.match(await client.monitor('vmcs vmcs12 GUEST_RIP'), /GUEST_RIP +0x/);
    assert.match(await client.monitor('exits'), /L2/);
    assert.match(await client.monitor('why'), /^L2 at a breakpoint$/m);
    assert.match(
      await client.monitor('walk $rip fetch'),
      /^A fetch of L2:.* leads to hpa:0x[^]*\nept12: L2gpa:/,
    );
    assert.match(await client.monitor('help'), /rdmsr NAME/);
    assert.match(await client.monitor('vmcs12.GUEST_RIP'), /^0x/);
    assert.match(await client.monitor('nonsense here'), /Write "monitor help"/);
    await client.ask(`Hg${L1}`);
    assert.match(await client.monitor('$rip'), /vmx_run|0x/);
  });

  it('Ctrl-C stops a run, and the end of the guest is told with its status', async () => {
    // A loop at the entry: the guest never ends by itself.
    const at = stub.session.machine.driver.registers('L1')!.rip.toString(16);
    const before = await client.ask(`m${at},2`);
    assert.equal(await client.ask(`M${at},2:ebfe`), 'OK');
    client.raw(Buffer.concat([packetOf('vCont;c'), Buffer.of(3)]));
    assert.equal(await client.reply(), `T02thread:${L1};`);
    assert.equal(await client.ask(`M${at},2:${before}`), 'OK');
    assert.equal(await client.ask('vCont;c'), 'W01');
    assert.match(stub.serial, /hello-nested: success/);
  });

  it('tells the owner that the client killed what it debugs', async () => {
    assert.equal(await client.ask('vKill;1'), 'OK');
    assert.equal(stub.kills, 1);
  });

  it('a packet with a wrong checksum is asked for again', async () => {
    client.raw('$?#00');
    assert.equal(await client.complaint(), '-');
    assert.equal(await client.ask('?'), `T05thread:${L1};`);
    assert.equal(await client.ask('QStartNoAckMode'), 'OK');
  });
});

function packetOf(data: string): Buffer {
  const sum = [...Buffer.from(data)].reduce((total, byte) => (total + byte) & 0xff, 0);
  return Buffer.from(`$${data}#${sum.toString(16).padStart(2, '0')}`);
}
