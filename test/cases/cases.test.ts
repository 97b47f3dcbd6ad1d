// Every case of guests/, as a user runs it: through the CLI, whose last lines say what happened, and through DAP with all exception
// filters on, whose stops say it. Each case is a kind of report that people who write hypervisors make.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { exceptionFilters, type FilterId } from '../../src/debugger/exception-filters';
import { Client } from '../adapter/client';
import { serve, type Server } from '../adapter/server';
import { topologies, type TopologyName } from '../guests/vmx/small-hypervisor';
import { CaseBuilder } from './build';

const everyFilter = exceptionFilters.map(({ id }) => id);
const cli = join(resolve(__dirname, '..', '..'), 'dist/cli.js');

interface Case {
  readonly name: string;
  readonly build: (builder: CaseBuilder) => string;
  /** Exit status of the CLI: the guest's own, 124 at the budget, 126 for a halt or shutdown. */
  readonly status: number | Partial<Record<TopologyName, number>>;
  /** What the guest says on COM1. */
  readonly serial?: RegExp;
  /** The CLI's last lines. */
  readonly lines?: RegExp;
  /** Each is said by one of DAP's stops (description and details together). */
  readonly stops?: readonly RegExp[];
  readonly maxInstructions?: number;
  /** Simple enough to run in one topology by each. */
  readonly brief?: boolean;
  /** Exception filters of DAP's session; all of them by default. */
  readonly filters?: readonly FilterId[];
}

const c =
  (folder: string, ...defines: string[]) =>
  (builder: CaseBuilder) =>
    builder.c(folder, ...defines);
const boot = (name: string) => (builder: CaseBuilder) => builder.boot(name);

const chainWithoutIdt =
  /First #GP\(0\) in L\d at RIP 0x[0-9a-f]+, CPL 0: CR0 is 0x80000011: NE must be 1 .*\n.*#GP\(0\) could not be delivered: .*IDTR limit is 0x0.*\n.*#DF\(0\) could not be delivered/;

const cases: readonly Case[] = [
  {
    name: '08: EPT misconfigurations name table, level, entry, value and bit',
    build: c('08-ept-misconfig'),
    status: 1,
    serial:
      /write-only: exit reason 49[^]*not present: exit reason 48 qual 0x181[^]*present: exit reason 18[^]*done/,
    stops: [
      /EPT PTE at 0x[0-9a-f]+ is 0x2ff032: W \(bit 1\) is 1 and R \(bit 0\) is 0/,
      /EPT PTE at 0x[0-9a-f]+ is 0x2ff017: the memory type in bits 5:3 is 2, 3 or 7/,
      /EPT PTE at 0x[0-9a-f]+ is 0x80000002ff037: its address has bits beyond/,
      /EPT PDE at 0x[0-9a-f]+ is 0x[0-9a-f]+37 and points to a table: bits 6:3 must be 0/,
      /EPT PDE at 0x[0-9a-f]+ is 0x2010b7: it maps a large page, and address bits below/,
      /EPT PML4E at 0x[0-9a-f]+ is 0x[0-9a-f]+87 and points to a table: .*in a PML4E bit 7/,
      /EPT PTE at 0x[0-9a-f]+ is 0x0, not present/,
      /EPT PTE at 0x[0-9a-f]+ is 0x2ff034, not readable: R \(bit 0\) is 0.*\n[^]*console: walk L\dgpa:0x2ff120 read/,
    ],
  },
  {
    name: '09: exits without progress are counted',
    build: c('09-ept-violation-mtf-loop'),
    status: 1,
    serial: /hidden page: 2 violations[^]*split views: 12 violations, last reason 48/,
    lines:
      /The same 2 exits of L\d 6 times in a row at RIP 0x[0-9a-f]+: EPT_VIOLATION \(READ .*\) at guest-physical 0x[0-9a-f]+, then EPT_VIOLATION \(FETCH .*L\d gets no further\./,
    stops: [/The same 2 exits of L\d 5 times in a row/],
  },
  {
    name: '09: and when nobody gives up, at the end of a budget or in a pause',
    build: c('09-ept-violation-mtf-loop', 'ROUNDS=0x7fffffff'),
    status: 124,
    lines: /The same 2 exits of L\d [0-9,]{3,} times in a row/,
    stops: [/^L\d: maxInstructions .* are used up\. The same 2 exits of L\d [0-9,]{3,} times in a row/],
    maxInstructions: 200_000,
    // Each round would be two stops.
    filters: [],
  },
  {
    name: '16: VMXON where it faults names the rule',
    build: c('16-vmxon-gp'),
    status: 1,
    serial:
      /IA32_FEATURE_CONTROL 0x5 [^]*CR4.VMXE = 0: exception 6[^]*CR0.NE = 0: exception 13[^]*VMXON: success/,
    stops: [
      /#UD.*VMXON exists while CR4.VMXE \(bit 13\) is 1; CR4 is 0x20/,
      /#GP.*CR0 is 0x80000011: NE must be 1 in VMX operation/,
      /#GP.*IA32_FEATURE_CONTROL/,
      /VMfailInvalid. The processor is in VMX operation already: VMXON at 0x[0-9a-f]+ came before/,
      /#GP\(0\) in L\d: CR4 would be 0x20: VMXE must stay 1 in VMX operation/,
      /#GP\(0\) in L\d: CR0 would be 0x31: PG (must stay 1|cannot be cleared)/,
    ],
  },
  {
    name: '17: VMPTRLD, VMLAUNCH and VMRESUME that fail give the values found and wanted',
    build: c('17-vmptrld-revision'),
    status: 1,
    serial: /VMLAUNCH with no current VMCS: VMfailInvalid/,
    stops: [
      /The VMCS region begins with 0x[0-9a-f]+; the VMCS revision identifier in IA32_VMX_BASIC is 0x[0-9a-f]+/,
      /The VMXON region begins with 0x[0-9a-f]+: bit 31 must be 0, and the rest 0x[0-9a-f]+/,
      /The pointer 0x[0-9a-f]+8 is not 4-KByte aligned: bits 0x8 must be 0/,
      /The pointer 0x8000000000000 is wider than a physical address of this processor/,
      /The pointer 0x[0-9a-f]+ is the VMXON region/,
      /There is no current VMCS for VMREAD/,
      /VM entry failed: VMfailInvalid[^]*shadow VMCS/,
    ],
  },
  {
    name: '23: a halt nothing ends names the activity state',
    build: c('23-activity-hlt'),
    // KVM does not look at the DPL of SS before it lets L2 halt; silicon does.
    status: { nested: 126, bare: 1 },
    serial:
      /HLT, preemption timer: exit reason 52[^]*activity 1[^]*interrupt injected in HLT: exit reason 18[^]*vector 96/,
    stops: [/GUEST_ACTIVITY_STATE/],
  },
  {
    name: '26: SSE in the exit handler runs, and a misaligned MOVAPS is #GP(0)',
    build: c('26-sse-in-exit-handler'),
    status: 1,
    serial: /aligned movaps ok\nmisaligned movaps: exception 13 error 0x0/,
  },
  {
    name: '26: without CR4.OSFXSR it is #UD',
    brief: true,
    build: c('26-sse-in-exit-handler', 'MODE=1'),
    status: 19,
    serial: /unexpected exception 6/,
  },
  {
    name: '28: the first crash of all shows its chain',
    build: c('28-vmxon-gp-no-idt'),
    status: 126,
    lines: chainWithoutIdt,
    stops: [/It began with #GP\(0\) in L\d at RIP 0x[0-9a-f]+, CPL 0: CR0 is 0x80000011: NE must be 1/],
  },
  ...[
    /#PF\(0\) in L\d at RIP 0x[0-9a-f]+, CPL 0: Address 0x[0-9a-f]+ is not mapped: its PML4E at 0x[0-9a-f]+ is 0x0, not present[^]*exception 3: #DF\(0\) could not be delivered/,
    /#UD.*IDTR limit is 0x0/,
    /#UD in L\d[^]*exception 2: #UD could not be delivered: #(PF|SS)/,
    /#UD.*GDT|#UD[^]*Selector 0x8 names a descriptor beyond the limit/,
  ].map((says, why) => ({
    name: `29: a triple fault of the guest shows its chain (WHY=${why})`,
    build: c('29-l2-triple-fault', `WHY=${why}`),
    status: 1,
    serial: /enter: exit reason 2 /,
    stops: [says],
  })),
  {
    name: '34: multiboot 2 is loaded (32 bits)',
    brief: true,
    build: (builder) => builder.multiboot2(32),
    status: 1,
    serial: /^!$/,
  },
  {
    name: '34: multiboot 2 is loaded (64 bits)',
    brief: true,
    build: (builder) => builder.multiboot2(64),
    status: 1,
    serial: /^!$/,
  },
  ...[0, 1, 2].map((how) => ({
    brief: how > 0,
    name: `36: a reboot while L2 exists finds VMX off (HOW=${how})`,
    build: c('36-reboot-while-l2-exists', `HOW=${how}`),
    status: 1,
    serial:
      /boot 1 cr4.vmxe 0[^]*reset\nboot 2 cr4.vmxe 0\nvmxon: success\nload: success\nenter: exit reason 18[^]*done/,
  })),
  {
    name: 'bios: services answer in real mode',
    brief: true,
    build: boot('bios'),
    status: 3,
  },
  { name: 'cp: CPUID agrees with IA32_APIC_BASE', build: boot('cp'), status: 15 },
  {
    name: 'h2: cli; hlt is an end, and says so',
    build: boot('h2'),
    status: 126,
    lines:
      /halted at RIP 0x10000c with RFLAGS.IF = 0: no interrupt can wake it, and nothing sends an NMI or INIT/,
    stops: [/halted at RIP 0x10000c with RFLAGS.IF = 0/],
    maxInstructions: 1000,
  },
  { name: 'mb2: EAX is that of multiboot 2', build: boot('mb2'), status: 3, serial: /^M$/, brief: true },
  { name: 'mb2_64: also with 64-bit code', build: boot('mb2_64'), status: 3, serial: /^M$/, brief: true },
  { name: 'pid: IA32_PLATFORM_ID reads', build: boot('pid'), status: 3, brief: true },
  { name: 'sse-on: SSE as a kernel switches it on', build: boot('sse-on'), status: 3, brief: true },
  {
    name: 'sse: without CR4.OSFXSR a triple fault names the instruction and what it lacks',
    build: boot('sse'),
    status: 126,
    lines:
      /First #UD in L\d at RIP 0x100000, CPL 0: The instruction uses XMM registers and needs CR4.OSFXSR \(bit 9\)/,
    stops: [/#UD in L\d at RIP 0x100000, CPL 0: The instruction uses XMM registers and needs CR4.OSFXSR/],
  },
  {
    name: 'vga: text at B8000h is seen',
    brief: true,
    build: boot('vga'),
    status: 124,
    serial: /^H/,
    lines: /^Hi/m,
    maxInstructions: 20_000,
  },
  { name: 'x2: x2APIC can be enabled after reset', build: boot('x2'), status: 3 },
];

/** The next stop; undefined when the session ends instead. */
function stopOrEnd(client: Client): Promise<DebugProtocol.StoppedEvent['body'] | undefined> {
  return new Promise((resolve) => {
    const stopped = ({ body }: DebugProtocol.StoppedEvent) => {
      client.off('terminated', ended);
      resolve(body);
    };
    const ended = () => {
      client.off('stopped', stopped);
      resolve(undefined);
    };
    client.once('stopped', stopped);
    client.once('terminated', ended);
  });
}

/** What a stop says in its event, and when its exception is asked for. */
async function toldAt(client: Client, stop: DebugProtocol.StoppedEvent['body']): Promise<string> {
  if (stop.reason !== 'exception') return stop.description!;
  const { threadId } = stop;
  const said = await client.ask<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId });
  return `${stop.description}\n${said.details!.message}`;
}

/** A session with every filter on, taken to its end or its first pause: all that its stops said. */
async function debug(
  client: Client,
  path: string,
  topology: TopologyName,
  { filters = everyFilter, maxInstructions }: Case,
) {
  const told: string[] = [];
  try {
    const launch = { program: path, topology, ...(maxInstructions !== undefined && { maxInstructions }) };
    let next = stopOrEnd(client);
    await client.begin({ filters: filters.map((filterId) => ({ filterId })), launch });
    for (let stop = await next; stop; stop = await next) {
      told.push(await toldAt(client, stop));
      if (stop.reason === 'pause') break;
      next = stopOrEnd(client);
      await client.customRequest('continue', { threadId: stop.threadId });
    }
    return { told, serial: client.serial };
  } finally {
    await client.stop();
  }
}

describe('cases', () => {
  const builder = new CaseBuilder();
  let server: Server;
  before(async () => void (server = await serve()));
  after(() => {
    server.process.kill();
    builder.dispose();
  });

  for (const each of cases) {
    const { name, build, status, serial, lines, stops = [], maxInstructions, brief = false } = each;
    let path: string | undefined;
    for (const topology of brief ? (['bare'] as const) : topologies)
      it(`${name}, ${topology}, CLI`, () => {
        path ??= build(builder);
        const budget = maxInstructions === undefined ? [] : ['--max-instructions', String(maxInstructions)];
        const given = ['run', path, '--topology', topology, '--screen', ...budget];
        const run = spawnSync(process.execPath, [cli, ...given], { encoding: 'utf8' });
        assert.equal(run.status, typeof status === 'number' ? status : status[topology], run.stderr);
        if (serial) assert.match(run.stdout, serial);
        if (lines) assert.match(run.stderr, lines);
      });

    for (const topology of brief ? (['nested'] as const) : topologies)
      it(`${name}, ${topology}, DAP`, async () => {
        path ??= build(builder);
        const run = await debug(await Client.start(server.port), path, topology, each);
        if (serial) assert.match(run.serial, serial);
        for (const says of stops)
          assert.ok(
            run.told.some((text) => says.test(text)),
            `${says} in\n${run.told.join('\n\n')}`,
          );
      });
  }

  it('31: a kernel at -2 GiB without unwind tables shows its locals, CLI', () => {
    const run = spawnSync(process.execPath, [cli, 'run', builder.higherHalf()], { encoding: 'utf8' });
    assert.equal(run.stdout, 'higher half\n');
    assert.equal(run.status, 1);
  });

  it('31: a kernel at -2 GiB without unwind tables shows its locals, DAP', async () => {
    const client = await Client.start(server.port);
    try {
      const stop = await client.beginUntilStop({
        launch: { program: builder.higherHalf() },
        functions: [{ name: 'work' }],
      });
      assert.equal(await client.value('x', stop.threadId!), '1');
      assert.deepEqual((await client.stack(stop.threadId!)).slice(0, 2), [
        'work kernel.c:11',
        'kernel_main kernel.c:17',
      ]);
    } finally {
      await client.stop();
    }
  });
});
