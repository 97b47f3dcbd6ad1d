/** The port of the gdb stub: who may come, what they may send, and what stays behind when they go. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { resolveFunction } from '../../src/debugger/breakpoints/resolve';
import { packet } from '../../src/gdb/packets';
import { Stub } from './client';

/** Another address of the same machine's loopback network: only who listens on all addresses is there. */
const ELSEWHERE = '127.0.0.2';
const PACKETS = 3000;

function canConnect(port: number, host: string): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      tell(true);
    });
    socket.once('error', () => tell(false));
  });
}

/** The same numbers each time. */
function* numbers(): Generator<number> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield state >>> 8;
  }
}

describe('gdb: server', () => {
  let stub: Stub;
  beforeEach(async () => (stub = await new Stub().start()));
  afterEach(() => stub.close());

  function runForEver(): void {
    const { session } = stub;
    const { machine } = session;
    const at = machine.driver.translate(
      { kind: 'linear', level: 'L1' },
      machine.driver.registers('L1')!.rip,
    )!;
    // JMP to itself.
    machine.cpu.physical.write(at, Uint8Array.of(0xeb, 0xfe));
  }

  it('listens on the loopback interface alone', async () => {
    assert.equal(await canConnect(stub.port, ELSEWHERE), false);
    assert.equal(await canConnect(stub.port, '127.0.0.1'), true);
  });

  it('listens elsewhere when it is told to', async () => {
    const open = await new Stub('nested', '0.0.0.0').start();
    try {
      assert.equal(await canConnect(open.port, ELSEWHERE), true);
    } finally {
      open.close();
    }
  });

  it('turns a second client away, and the first goes on', async () => {
    const first = await stub.client();
    assert.match(await first.ask('?'), /^T05/);
    const second = await stub.client();
    await second.ended();
    assert.match(stub.told.join(), /second gdb client was turned away/);
    assert.match(await first.ask('?'), /^T05/);
  });

  for (const [what, bytes] of [
    ['a request of HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['bytes of no meaning', '\xff\xfe\x00'],
    ['a packet without an end', `$${'a'.repeat(100_000)}`],
  ] as const)
    it(`ends the connection at ${what}, and takes the next client`, async () => {
      const garbage = await stub.client();
      garbage.raw(bytes);
      await garbage.ended();
      assert.match(stub.told.join(), /what it sent is not gdb's remote protocol/);
      const next = await stub.client();
      assert.match(await next.ask('?'), /^T05/);
    });

  it('a client that vanishes while the machine runs leaves it standing, without its breakpoints', async () => {
    runForEver();
    const client = await stub.client();
    const [place] = resolveFunction(stub.session.surroundings, 'run_l2').guest;
    assert.equal(await client.ask(`Z0,${place!.address.toString(16)},1`), 'OK');
    assert.equal(await client.ask('Z2,5000,8'), 'OK');
    client.raw(packet('vCont;c'));
    while (!stub.session.running) await new Promise((turn) => setImmediate(turn));
    client.socket.destroy();
    while (stub.session.running) await new Promise((turn) => setImmediate(turn));
    assert.deepEqual(stub.session.breakpoints.addresses(), []);
    assert.deepEqual(stub.session.data.requests(), []);
    const next = await stub.client();
    assert.match(await next.ask('?'), /^T05thread:2;/);
  });

  it('a client that comes while the machine runs finds it standing', async () => {
    runForEver();
    stub.session.continue();
    const client = await stub.client();
    assert.match(await client.ask('?'), /^T0[25]thread:2;/);
    assert.equal(stub.session.running, false);
  });

  it('detaching lets the machine go on', async () => {
    runForEver();
    const client = await stub.client();
    assert.equal(await client.ask('D;1'), 'OK');
    assert.equal(stub.session.running, true);
  });

  it(`answers ${PACKETS} packets that mean little or nothing, and then those that do`, async () => {
    const client = await stub.client();
    const random = numbers();
    const below = (limit: number) => random.next().value! % limit;
    const heads = [...'gGpPmMXHTZzq?Qvs', 'qXfer:', 'vFile:', 'vCont', 'qRcmd,', 'qThreadExtraInfo,'];
    const parts = [
      '0',
      '1',
      '2',
      '3',
      ',',
      ':',
      ';',
      '=',
      'c',
      's',
      'r',
      'ff',
      '-1',
      'g',
      'features',
      'read',
    ];
    parts.push('exec-file', 'open', 'pread', '\u00ff', '}', '#', '$', '7fffffffffffffff', '6576616c', 'x/8');
    for (let count = 0; count < PACKETS; count++) {
      let data = heads[below(heads.length)]!;
      for (let more = below(9); more > 0; more--) data += parts[below(parts.length)]!;
      // What makes it go on is answered by a stop, and the guest's end may be that.
      if (/^(vCont;[csCSr]|s|vKill)/.test(data)) data = `q${data}`;
      assert.equal(typeof (await client.ask(data)), 'string', data);
    }
    assert.match(await client.ask('?'), /^T05thread:2;/);
  });
});
