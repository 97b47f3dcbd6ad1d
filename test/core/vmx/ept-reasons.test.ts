// Each rule of isa/fault-reasons that ends a walk of extended page tables: an entry that breaks it, and the sentence with what the
// walk found.
import assert from 'node:assert/strict';
import { applyProfile } from '../../../src/cpu/profile';
import { causeText } from '../../../src/decode/fault-text';
import { cpuProfiles } from '../../../src/isa/cpu-profiles';
import { faultReasonById, type FaultCause, type FaultReasonId } from '../../../src/isa/fault-reasons';
import type { eptReasons } from '../../../src/isa/fault-reasons/ept';
import { decodeTraceRecord, drainTraceRing } from '../../../src/machine/trace-ring';
import { proves } from '../../support/proves';
import { CODE, DATA } from '../system/bench';
import { EPT_ALL, EPT_PAGES, GuestBench } from './guest-bench';
import { EPT_ROOT } from './valid-vmcs';

type Covered = (typeof eptReasons)[number]['id'];

interface Case {
  guest: () => GuestBench;
  source: string;
  shows: RegExp;
}

const read = `mov al, [${DATA}]`;
const write = `mov byte ptr [${DATA}], 1`;
const page = (flags: bigint) => () => new GuestBench().page(DATA, BigInt(DATA) | flags);
/** An entry of a table above the pages. */
const table = (at: number, bits: bigint) => () => {
  const guest = new GuestBench();
  guest.bench.write64(at, guest.bench.read64(at) | bits);
  return guest;
};
const SECOND_LARGE = Number(EPT_ROOT) + 0x2008;
const EXECUTE_USER = 0x400n;

/** A guest on a processor whose EPT offers less. */
function without(capability: bigint, change: (guest: GuestBench) => void): () => GuestBench {
  return () => {
    const guest = new GuestBench();
    const { capabilities } = guest.fixture;
    capabilities.set('IA32_VMX_EPT_VPID_CAP', capabilities.get('IA32_VMX_EPT_VPID_CAP') & ~capability);
    guest.fixture.useCapabilities();
    change(guest);
    return guest;
  };
}

const cases: Record<Covered, Case> = {
  EPT_BEYOND_WALK: {
    guest: () => {
      const guest = new GuestBench();
      const profile = cpuProfiles['turtle-64'];
      const numbers = { ...profile.numbers, PHYSICAL_ADDRESS_BITS: 52 };
      applyProfile(guest.bench.cpu, { ...profile, numbers });
      guest.bench.cpu.stateReplaced();
      guest.bench.write64(0x2008, (1n << 48n) | 0x87n);
      return guest;
    },
    source: 'mov rax, [0x40000008]',
    shows: /0x1000000000008 is wider than the 48 bits/,
  },
  EPT_NOT_PRESENT: { guest: page(0n), source: read, shows: /not present/ },
  EPT_NOT_READABLE: { guest: page(0x34n), source: read, shows: /not readable/ },
  EPT_NOT_WRITABLE: { guest: page(0x31n), source: write, shows: /not writable/ },
  EPT_NOT_EXECUTABLE: {
    guest: () => new GuestBench().page(CODE, BigInt(CODE) | 0x33n),
    source: 'nop',
    shows: /not executable: X/,
  },
  EPT_NOT_USER_EXECUTABLE: {
    guest: () => {
      const guest = new GuestBench((image) => image.enable('MODE_BASED_EXECUTE_CONTROL'), 'skylake-server');
      for (let at = Number(EPT_ROOT); at < EPT_PAGES; at += 0x1000)
        guest.bench.write64(at, guest.bench.read64(at) | EXECUTE_USER);
      guest.bench.write64(0x1000, guest.bench.read64(0x1000) | 4n);
      return guest;
    },
    source: 'nop',
    shows: /not executable for user-mode linear addresses/,
  },
  EPT_WRITE_WITHOUT_READ: { guest: page(0x32n), source: read, shows: /W \(bit 1\) is 1 and R/ },
  EPT_EXECUTE_ONLY: {
    guest: without(1n, (guest) => guest.page(DATA, BigInt(DATA) | 0x34n)),
    source: read,
    shows: /X alone/,
  },
  EPT_ADDRESS_WIDTH: {
    guest: page((1n << 41n) | EPT_ALL),
    source: read,
    shows: /beyond the physical-address width/,
  },
  EPT_TABLE_RESERVED: { guest: table(Number(EPT_ROOT), 0x80n), source: 'nop', shows: /points to a table/ },
  EPT_MEMORY_TYPE: { guest: page(0x17n), source: read, shows: /the memory type in bits 5:3/ },
  EPT_PAGE_SIZE: {
    guest: without(1n << 16n, () => undefined),
    source: 'mov al, [0x200000]',
    shows: /a page of a size that this processor does not offer/,
  },
  EPT_PAGE_ALIGNMENT: {
    guest: table(SECOND_LARGE, 0x1000n),
    source: 'mov al, [0x200000]',
    shows: /a large page/,
  },
};

function causes(guest: GuestBench): FaultCause[] {
  const found: FaultCause[] = [];
  drainTraceRing(guest.bench.cpu, (words, at) => {
    const record = decodeTraceRecord(new DataView(words.buffer), at * 4);
    if ('cause' in record && typeof record.cause === 'object') found.push(record.cause);
  });
  return found;
}

describe('reasons of EPT violations and misconfigurations', () => {
  for (const [id, { guest: make, source, shows }] of Object.entries(cases) as [FaultReasonId, Case][]) {
    const { text, outcome } = faultReasonById.get(id)!;
    it(proves('fault-reasons', id, `${id}: ${text}`), () => {
      const guest = make();
      const { reason } = guest.firstExit(source);
      assert.deepEqual({ exit: reason }, outcome);
      const cause = causes(guest).find((one) => one.reason === id);
      assert.ok(
        cause,
        `reasons: ${causes(guest)
          .map((one) => one.reason)
          .join()}`,
      );
      assert.match(causeText(cause), shows);
    });
  }
});
