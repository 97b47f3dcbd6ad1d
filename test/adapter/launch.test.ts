/**
 * Bad input at launch: one clear message that says what to do, and a session that can be ended in order.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchAttributes } from '../../src/protocol/launch-attributes';
import { checkedConfiguration } from '../../src/protocol/launch-check';
import { ElfFile } from '../../src/symbols/elf';
import { Client, sample } from './client';

const refused = (given: object) => {
  try {
    checkedConfiguration(given, () => {});
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('adapter: launch configuration', () => {
  const program = sample('hello-nested.elf');

  it('accepts a configuration with every attribute', () => {
    const given = {
      program,
      cmdline: 'a b',
      initrd: program,
      modules: [{ path: program, cmdline: 'm' }],
      memory: 64,
      cpus: 2,
      cpu: 'turtle-64',
      cpuFeatures: { smap: false },
      featureControl: 'unlocked',
      unclaimedInstructions: 'fault',
      topology: 'nested',
      l0: { profile: 'kvm-6.12', features: { ENABLE_EPT: false } },
      symbols: [{ path: program, level: 'L2', loadBias: '0x1000' }],
      sourceMap: { '/build': '/src' },
      stopOnEntry: true,
      serial: { file: 'com1.txt' },
      inputLog: 'input.log',
      replayInput: 'before.log',
      onReset: 'stop',
      onTripleFault: 'reboot',
      loadAddress: '0x7c00',
      maxInstructions: 1000,
      history: 64,
    };
    assert.deepEqual(Object.keys(given).sort(), Object.keys(launchAttributes).sort());
    assert.deepEqual(
      checkedConfiguration({ ...given, name: 'x', type: 't', request: 'launch', __sessionId: '1' }, () => {}),
      given,
    );
  });

  it('warns of an unknown attribute, names the one that was meant, and goes on without it', () => {
    const warned = (given: object) => {
      const told: string[] = [];
      assert.deepEqual(Object.keys(checkedConfiguration({ program, ...given }, (text) => told.push(text))), [
        'program',
        ...Object.keys(given).filter((key) => Object.hasOwn(launchAttributes, key)),
      ]);
      return told.join();
    };
    assert.match(
      warned({ topologie: 'bare' }),
      /unknown attribute "topologie" is ignored; did you mean "topology"\?/,
    );
    assert.match(warned({ l0: { feature: {} } }), /"l0.feature" is ignored; did you mean "features"/);
    assert.match(warned({ xyzzy: 1 }), /unknown attribute "xyzzy" is ignored; known are program, .*serial/);
    assert.match(warned({ constructor: 1 }), /unknown attribute "constructor"/);
  });

  for (const [attribute, value, wanted] of [
    ['program', 5, 'the path of a file'],
    ['memory', '64', 'a whole number of MiB'],
    ['memory', 0, 'a whole number of MiB'],
    ['memory', 1, 'a whole number of MiB from 2'],
    ['loadAddress', '-0x1000', 'an address below 4 GiB'],
    ['loadAddress', 2 ** 32, 'an address below 4 GiB'],
    ['memory', 1e9, 'a whole number of MiB'],
    ['cpus', 0, 'a whole number of CPUs from 1 to 8'],
    ['cpus', 9, 'a whole number of CPUs from 1 to 8'],
    ['cpus', 'two', 'a whole number of CPUs'],
    ['topology', 'sideways', '"nested" or "bare"'],
    ['modules', {}, 'a list'],
    ['modules', ['x'], 'an object'],
    ['symbols', [{ level: 'L1' }], 'given'],
    ['sourceMap', { a: 1 }, 'text'],
    ['stopOnEntry', 'yes', 'true or false'],
    ['serial', 'printer', '"console"'],
    ['loadAddress', 'top', 'an address'],
    ['loadAddress', -1, 'an address'],
    ['maxInstructions', 1.5, 'a whole number of instructions'],
    ['l0', [], 'an object'],
  ] as const)
    it(`says what "${attribute}" must be instead of ${JSON.stringify(value)}`, () => {
      const message = refused({ program, [attribute]: value });
      assert.match(message, new RegExp(`"${attribute}`));
      assert.ok(message.includes(wanted), message);
    });

  describe('over the protocol', () => {
    let client: Client;
    let folder: string;
    beforeEach(async () => {
      client = await Client.start();
      folder = mkdtempSync(join(tmpdir(), 'turtlescope-'));
      await client.initializeRequest();
    });
    afterEach(async () => {
      await client.stop();
    });
    const launch = (given: object) => client.refused('launch', given);

    it('says that "program" is missing', async () => {
      assert.match(await launch({}), /"program" is missing/);
    });

    it('says that a file does not exist, and accepts a second launch', async () => {
      assert.match(
        await launch({ program: join(folder, 'nothing.elf') }),
        /there is no such file: build it first/,
      );
      await client.launchRequest({ program } as object);
    });

    it('says that a file is empty, no image, or too large for the memory', async () => {
      const write = (name: string, bytes: Uint8Array | string) => {
        writeFileSync(join(folder, name), bytes);
        return join(folder, name);
      };
      assert.match(await launch({ program: write('empty', '') }), /is empty/);
      const text = await launch({ program: write('text', 'hello, this is no program at all') });
      assert.match(text, /^Cannot boot: /);
      assert.match(await launch({ program, memory: 2 }), /^Cannot boot: .*memory/i);
      assert.match(await launch({ program: folder }), /is a directory: name a file in it/);
    });

    it('says that CPU profiles and features do not exist', async () => {
      assert.match(await launch({ program, cpu: 'pentium' }), /unknown CPU profile "pentium"/);
      assert.match(await launch({ program, l0: { features: { EPTT: true } } }), /unknown L0 feature "EPTT"/);
    });

    for (const section of ['.debug_info', '.debug_abbrev', '.debug_line'])
      it(`runs an image whose ${section} is noise, and says so once`, async () => {
        const bytes = Buffer.from(readFileSync(program));
        const { offset, size } = new ElfFile(bytes).section(section)!;
        const damaged = join(folder, 'damaged.elf');
        writeFileSync(damaged, bytes.fill(0xa5, offset, offset + size));
        const initialized = client.waitForEvent('initialized');
        await client.launchRequest({ program: damaged, stopOnEntry: true } as object);
        await initialized;
        const stopped = client.stop1();
        await client.configurationDoneRequest();
        const { threadId } = await stopped;
        await client.stack(threadId!);
        await client.stack(threadId!);
        const told = client.console.split('\n').filter((line) => line.startsWith('Symbols of damaged.elf'));
        assert.ok(told.length > 0, client.console);
        assert.equal(new Set(told).size, told.length);
        const terminated = client.waitForEvent('terminated');
        await client.continueRequest({ threadId: threadId! });
        await terminated;
        assert.match(client.serial, /hello-nested: success/);
      });

    it('writes the serial port to a file', async () => {
      const file = join(folder, 'com1.txt');
      const initialized = client.waitForEvent('initialized');
      await client.launchRequest({ program, serial: { file } } as object);
      await initialized;
      const terminated = client.waitForEvent('terminated');
      await client.configurationDoneRequest();
      await terminated;
      assert.match(readFileSync(file, 'utf8'), /hello-nested: success\n$/);
      assert.equal(client.serial, '');
    });

    it('pauses by itself after maxInstructions', async () => {
      const initialized = client.waitForEvent('initialized');
      await client.launchRequest({ program, maxInstructions: 1000 } as object);
      await initialized;
      const stopped = client.stop1();
      await client.configurationDoneRequest();
      assert.match((await stopped).description!, /maxInstructions/);
    });
  });
});
