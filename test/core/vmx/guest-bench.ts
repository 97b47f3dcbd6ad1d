// A guest on a bench: the embedder is the VMX root program, the guest runs a small 64-bit program under an identity EPT whose
// first 2 MiB are 4-KiB pages. A test chooses controls, runs to the VM exit and reads the exit fields.
import assert from 'node:assert/strict';
import { Seg, State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { applyProfile } from '../../../src/cpu/profile';
import type { CpuProfileName } from '../../../src/isa/cpu-profiles';
import { exitReasonByNumber } from '../../../src/isa/exit-reasons';
import type { FieldName } from '../../../src/isa/vmcs-fields';
import { Bench, CODE, Select, STACK } from '../system/bench';
import { Capabilities, EPT_ROOT, Fixture, VMCS, VMXON_REGION, type Image } from './valid-vmcs';

/** Level-1 EPT table: one entry a page of the first 2 MiB. */
export const EPT_PAGES = Number(EPT_ROOT) + 0x3000;
/** Read, write, execute, write-back memory. */
export const EPT_ALL = 0x37n;
/** Where an L1 program of `inRoot` finds the addresses of its regions, as VMX pointers. */
export const VMXON_POINTER = 0x230000;
export const VMCS_POINTER = 0x230008;

export interface Exit {
  /** Name of the basic exit reason, or its number where isa has no row. */
  readonly reason: string;
  readonly qualification: bigint;
  readonly length: number;
}

export class GuestBench {
  readonly bench = Bench.long();
  readonly fixture: Fixture;
  readonly image: Image;

  constructor(configure?: (image: Image) => void, profile: CpuProfileName = 'turtle-64') {
    this.fixture = new Fixture(new Capabilities(profile), this.bench.cpu, profile);
    this.image = this.fixture.image;
    this.identityEpt();
    const { image } = this;
    image.set('GUEST_CR0', 0x80010031n);
    image.set('GUEST_CR3', 0x1000n);
    image.set('GUEST_RIP', BigInt(CODE));
    image.set('GUEST_RSP', BigInt(STACK));
    image.set('GUEST_GDTR_BASE', 0x5000n);
    image.set('GUEST_GDTR_LIMIT', 0x9f);
    image.set('GUEST_IDTR_BASE', 0x7000n);
    image.set('GUEST_IDTR_LIMIT', 0xfff);
    image.set('GUEST_CS_SELECTOR', Select.code);
    image.set('GUEST_TR_SELECTOR', Select.tss);
    image.set('GUEST_TR_BASE', 0x6000n);
    image.set('GUEST_TR_LIMIT', 0xfff);
    configure?.(image);
  }

  private identityEpt(): void {
    const { bench } = this;
    const root = Number(EPT_ROOT);
    bench.write64(root, BigInt(root + 0x1000) | 7n);
    bench.write64(root + 0x1000, BigInt(root + 0x2000) | 7n);
    bench.write64(root + 0x2000, BigInt(EPT_PAGES) | 7n);
    for (let i = 1; i < 8; i++) bench.write64(root + 0x2000 + i * 8, BigInt(i * 0x200000) | EPT_ALL | 0x80n);
    for (let i = 0; i < 512; i++) bench.write64(EPT_PAGES + i * 8, BigInt(i * 0x1000) | EPT_ALL);
  }

  /** Replaces the EPT entry of the page of `address` (below 2 MiB); flags as they stand in the entry. */
  page(address: number, entry: bigint): this {
    this.bench.write64(EPT_PAGES + (address >> 12) * 8, entry);
    return this;
  }

  get(name: FieldName): bigint {
    return this.image.get(name);
  }

  /** Loads `source` at CODE and enters it; the entry must succeed. */
  enter(source: string, launch = true): this {
    this.bench.load(source, 64);
    const outcome = this.bench.cpu.enter(launch);
    assert.deepEqual(outcome, { kind: 'entered' }, `failing: ${this.fixture.failing().join(' ')}`);
    return this;
  }

  /** Runs to the VM exit. */
  exit(): Exit {
    const stop = this.bench.run();
    assert.equal(stop, Stop.VM_EXIT, `stopped at ${this.bench.cpu.rip.toString(16)}`);
    return this.lastExit;
  }

  get lastExit(): Exit {
    const word = Number(this.get('VM_EXIT_REASON'));
    return {
      reason: exitReasonByNumber.get(word & 0xffff)?.name ?? `reason ${word.toString(16)}`,
      qualification: this.get('EXIT_QUALIFICATION'),
      length: Number(this.get('VM_EXIT_INSTRUCTION_LEN')),
    };
  }

  /** Enters `source` and runs to its first VM exit. */
  firstExit(source: string): Exit {
    return this.enter(source).exit();
  }
}

/**
 * A 64-bit program at ring 0 outside VMX operation, with CR4.VMXE set, IA32_FEATURE_CONTROL locked open, and a VMXON region and a
 * clear VMCS whose addresses stand at VMXON_POINTER and VMCS_POINTER. The program is its own host.
 */
export function rootBench(profile: CpuProfileName = 'turtle-64'): Bench {
  const bench = Bench.long();
  const { cpu } = bench;
  applyProfile(cpu, profile);
  const revision = new Fixture().region32(0);
  bench.write32(Number(VMXON_REGION), revision);
  bench.write32(Number(VMCS), revision);
  bench.write64(VMXON_POINTER, VMXON_REGION);
  bench.write64(VMCS_POINTER, VMCS);
  cpu.set64(State.CR4, 0x2020n);
  cpu.set64(State.MSR_FEATURE_CONTROL, 5n);
  assert.equal(cpu.segment(Seg.CS).selector, Select.code);
  cpu.set64(State.CR0, 0x80010031n);
  cpu.stateReplaced();
  return bench;
}
