/**
 * One architecture, one hand: the same random questions to everybody in the house who answers them, the chip by instructions, walks and
 * entry checks, L0 by its own checks, and isa by its rows. Questions lie near the borders.
 */
import assert from 'node:assert/strict';
import { State } from '../../src/abi/state-block';
import { Access } from '../../src/abi/walk-space';
import { isCanonical } from '../../src/cpu/canonical';
import { cpuProfiles } from '../../src/isa/cpu-profiles';
import { memoryTypes } from '../../src/isa/memory-types';
import { msr } from '../../src/isa/msrs';
import { nested_vmx_check_host_state } from '../../src/l0/nested/check-state';
import { kvm_pat_valid, page_address_valid } from '../../src/l0/nested/failed-check';
import { is_noncanonical_address } from '../../src/l0/registers';
import { Bench, CODE } from '../core/system/bench';
import { Fixture } from '../core/vmx/valid-vmcs';
import { createNestedGuest } from '../l0/nested-guest';
import { Random } from '../support/random';

const QUESTIONS = 100;
type Answer = (question: bigint) => boolean;

function asks(title: string, questions: readonly bigint[], callers: Readonly<Record<string, Answer>>): void {
  const [first, ...others] = Object.entries(callers);
  for (const [name, answer] of others)
    it(`${title}: ${name} answers as ${first![0]}`, () => {
      const yes = questions.filter((question) => {
        const expected = first![1](question);
        assert.equal(answer(question), expected, `0x${question.toString(16)}`);
        return expected;
      });
      assert.ok(yes.length > 0 && yes.length < questions.length, 'every question has the same answer');
    });
}

/** Runs one instruction on a bench of its own kind; true when it did not fault. */
function completes(bench: Bench, registers: Readonly<Record<number, bigint>>): boolean {
  const { cpu } = bench;
  cpu.set64(State.RIP, BigInt(CODE));
  cpu.set64(State.RFLAGS, 2n);
  cpu.set32(State.ACTIVITY, 0);
  for (const [register, value] of Object.entries(registers)) cpu.setGpr(Number(register), value);
  bench.run();
  return bench.trap === undefined;
}

const [RAX, RCX, RDX, RBX] = [0, 1, 2, 3] as const;
/** WRMSR of a value, by the chip. */
function wrmsr(name: 'IA32_LSTAR' | 'IA32_PAT' | 'IA32_MTRR_DEF_TYPE'): Answer {
  const bench = Bench.long().load('wrmsr; hlt');
  return (value) =>
    completes(bench, { [RCX]: BigInt(msr[name].number), [RAX]: value & 0xffffffffn, [RDX]: value >> 32n });
}

/** A field of a valid VMCS: true when the check does not fail. */
function field(check: string, name: 'HOST_IA32_SYSENTER_ESP' | 'HOST_IA32_PAT' | 'IO_BITMAP_A'): Answer {
  const fixture = new Fixture();
  fixture.image.enable('USE_IO_BITMAPS', 'VM_EXIT_LOAD_IA32_PAT');
  return (value) => {
    fixture.image.set(name, value);
    return !fixture.failing().includes(check);
  };
}

const random = new Random(1);
const repeat = (make: () => bigint) => Array.from({ length: QUESTIONS }, make);

describe('the same answers', () => {
  const nested = createNestedGuest([]);
  const { cpu } = new Fixture();

  const accessing = Bench.long().load('mov al, [rbx]; hlt');
  asks(
    'canonical addresses',
    repeat(() => {
      const near = 1n << BigInt(44 + random.below(8));
      return BigInt.asUintN(64, (random.below(2) ? near : -near) + BigInt(random.below(9) - 4));
    }),
    {
      'bits 63:47': (address) => [0n, 0x1ffffn].includes(address >> 47n),
      'cpu/canonical': isCanonical,
      'L0, is_noncanonical_address': (address) => !is_noncanonical_address(address),
      'the chip, WRMSR': wrmsr('IA32_LSTAR'),
      // A canonical address is not mapped there: #PF, not #GP.
      'the chip, a memory operand': (address) =>
        completes(accessing, { [RBX]: address }) || accessing.trap?.vector === 14,
      'the chip, check E05': field('E05', 'HOST_IA32_SYSENTER_ESP'),
      'L0, check E05': (address) => {
        nested.vmcs12.HOST_IA32_SYSENTER_ESP = address;
        const failed = nested_vmx_check_host_state(nested.vcpu, nested.vmcs12);
        nested.vmcs12.HOST_IA32_SYSENTER_ESP = 0n;
        return failed?.check !== 'E05';
      },
    },
  );

  const [ROOT, TABLES] = [0x300000n, 0x301000n];
  const all = { base: 0n, size: 1n << 52n };
  /** A leaf of 1 GByte for address 0 behind a root, with flags of page tables or of EPT. */
  const leaf = (entry: bigint, table: bigint) => {
    cpu.physical.write64(ROOT, TABLES | table);
    cpu.physical.write64(TABLES, entry);
  };
  const GBYTE = (1n << 30n) - 1n;
  const paging = { cr0: 0x80000011n, cr3: ROOT, cr4: 0x20n, efer: 0x500n, rflags: 2n };
  asks(
    'widths of physical addresses',
    repeat(() => (1n << BigInt(36 + random.below(16))) | (random.bits(36) & ~GBYTE)),
    {
      "the profile's number": (address) =>
        address >> BigInt(cpuProfiles['turtle-64'].numbers.PHYSICAL_ADDRESS_BITS) === 0n,
      'L0, page_address_valid': (address) => page_address_valid(nested.vcpu, address),
      'the chip, check B09': field('B09', 'IO_BITMAP_A'),
      'the walk of page tables': (address) => {
        leaf(address | 0x83n, 3n);
        return cpu.walk(all, paging, 0n, Access.READ | Access.PROBE).kind === 'mapped';
      },
      'the walk of EPT': (address) => {
        leaf(address | 0xb7n, 7n);
        return cpu.walkEpt({ ...all, ept: { pointer: ROOT | 0x1en } }, 0n).kind === 'mapped';
      },
    },
  );

  const types = (place: 'pat' | 'mtrr' | 'ept') =>
    memoryTypes.filter((row) => row[place]).map(({ number }) => BigInt(number));
  asks(
    'memory types of IA32_PAT',
    repeat(() => BigInt(random.below(10)) << BigInt(8 * random.below(8))),
    {
      'the rows of isa': (pat) =>
        [0, 8, 16, 24, 32, 40, 48, 56].every((at) => types('pat').includes((pat >> BigInt(at)) & 0xffn)),
      'L0, kvm_pat_valid': kvm_pat_valid,
      'the chip, WRMSR': wrmsr('IA32_PAT'),
      'the chip, check E08': field('E08', 'HOST_IA32_PAT'),
    },
  );
  asks(
    'memory types of range registers',
    repeat(() => BigInt(random.below(10))),
    {
      'the rows of isa': (type) => types('mtrr').includes(type),
      'the chip, WRMSR': wrmsr('IA32_MTRR_DEF_TYPE'),
    },
  );
  asks(
    'memory types of EPT',
    repeat(() => BigInt(random.below(8))),
    {
      'the rows of isa': (type) => types('ept').includes(type),
      'the walk of EPT': (type) => {
        leaf((type << 3n) | 0x87n, 7n);
        return cpu.walkEpt({ ...all, ept: { pointer: ROOT | 0x1en } }, 0n).kind === 'mapped';
      },
    },
  );
});
