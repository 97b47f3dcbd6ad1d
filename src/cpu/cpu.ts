/**
 * One CPU of the chip as TypeScript sees it: run a slice, read and write architectural state and host-physical memory, and use VMX
 * as a host does (enter, exit, VMCS). Knows no level, no symbol and no device; never throws on what a guest does.
 *
 * All CPUs share one core and its memory. The state of one of them stands where the core works on it, the others' are parked;
 * reading and writing reaches either, and whatever needs the core brings the CPU's state there first.
 */
import { Region, PageAttribute, BreakpointTable } from '../abi/memory-map';
import { type Gpr, type Mode, Seg, Segment, State } from '../abi/state-block';
import { Stop } from '../abi/stop-codes';
import type { Access } from '../abi/walk-space';
import { VmcsPage } from '../abi/vmcs-page';
import type { FieldName } from '../isa/vmcs-fields';
import type { Bus } from './bus';
import { instantiateCore, type CoreInstance } from './core-module';
import { PhysicalMemory } from './physical-memory';
import { readField, readWriter, vmcsOffset, writeField, type FieldValue } from './vmcs-access';
import {
  readEptWalk,
  readLogIndex,
  readGuestWalk,
  readPdptes,
  readVisits,
  writeWalkSpace,
  type EptWalk,
  type GuestWalk,
  type PagingRegisters,
  type WalkedEntry,
  type WalkedSpace,
} from './walk-space';
import { Watches } from './watches';

/** One segment register; `access` in the VMCS access-rights format (SDM 24.4.1). */
export interface SegmentRegister {
  selector: number;
  base: bigint;
  /** In bytes. */
  limit: number;
  access: number;
}

/** How a VM entry asked for by an embedded host ended. */
export type EntryOutcome =
  /** Guest state is loaded; `run()` goes on in VMX non-root operation. */
  | { kind: 'entered' }
  /** VMfailInvalid (`error` 0) or VMfailValid with the VM-instruction error. */
  | { kind: 'vmfail'; error: number }
  /** The entry itself ended in a VM exit (reason 33 or 34, bit 31 set): read EXIT_REASON. */
  | { kind: 'exit' };

/** 2^64 - 1: "no pointer" in VMCS pointers, "off" in deadlines. */
export const NONE_64 = 0xffffffffffffffffn;

/** What the CPUs of a machine have in common. */
interface Chip {
  /** The CPU whose state the core works on. */
  running: Cpu;
}

export class Cpu {
  readonly physical: PhysicalMemory;
  /** What the debugger watches. Nothing asks it while nothing is watched. */
  readonly watches: Watches;
  private readonly core: CoreInstance;
  private readonly view: DataView;
  private readonly chip: Chip;
  /** Where this CPU's state block is now, in linear memory. */
  private block: number;

  /**
   * @param ramBytes RAM at host-physical 0, a multiple of 4096.
   * @param number of the CPU: its initial APIC ID
   * @param of the chip it is another CPU of
   */
  constructor(
    readonly ramBytes: number,
    bus: Bus,
    readonly number = 0,
    of?: Cpu,
  ) {
    this.core = of?.core ?? instantiateCore(ramBytes, bus);
    this.view = new DataView(this.core.memory.buffer);
    this.physical = of?.physical ?? new PhysicalMemory(this.core, ramBytes);
    this.watches = of?.watches ?? new Watches(this.core, ramBytes);
    this.block = of ? Region.PARKED + number * State.END : Region.STATE;
    this.chip = of?.chip ?? { running: this };
    if (of) {
      this.set32(State.CPU, number);
    } else {
      const pages = new Uint8Array(this.core.memory.buffer, Region.PAGE_ATTRIBUTES, ramBytes >>> 12);
      pages.fill(PageAttribute.RAM);
    }
    this.reset();
  }

  /** CPUs of one chip, by number. */
  static several(count: number, ramBytes: number, bus: Bus): readonly [Cpu, ...Cpu[]] {
    const first = new Cpu(ramBytes, bus);
    const others = Array.from({ length: count - 1 }, (_, index) => new Cpu(ramBytes, bus, index + 1, first));
    first.select();
    return [first, ...others];
  }

  /** Brings this CPU's state to where the core works on it. */
  select(): void {
    const { chip } = this;
    const before = chip.running;
    if (before === this) return;
    const bytes = new Uint8Array(this.core.memory.buffer);
    before.block = Region.PARKED + before.number * State.END;
    bytes.copyWithin(before.block, Region.STATE, Region.STATE + State.END);
    bytes.copyWithin(Region.STATE, this.block, this.block + State.END);
    this.block = Region.STATE;
    chip.running = this;
    this.core.exports.cpuSelected();
  }

  /** The core's functions, to work on this CPU's state. */
  private get exports(): CoreInstance['exports'] {
    this.select();
    return this.core.exports;
  }

  /** Architectural and private state of this CPU: a live view. The machine's snapshots copy it; after a change call `forgetDecoded`. */
  get stateBlock(): Uint8Array {
    return new Uint8Array(this.core.memory.buffer, this.block, State.END);
  }

  /** From here on the run depends on nothing that was cached before: see core/epoch.ts. */
  beginEpoch(): void {
    this.exports.beginEpoch();
  }

  /** State blocks and RAM are those of another moment now. */
  forgetDecoded(): void {
    this.exports.forgetDecoded();
  }

  /** A copy of what the chip has cached of translations, for all CPUs: with it a run is taken up in the middle of an epoch. */
  translations(): Uint8Array {
    return new Uint8Array(this.memory, Region.TLB, Region.TLB_END - Region.TLB).slice();
  }

  /** State blocks and RAM are those of the moment at which these translations were cached. */
  restoreTranslations(cached: Uint8Array): void {
    new Uint8Array(this.memory).set(cached, Region.TLB);
    this.exports.translationsRestored();
  }

  /** The core's whole linear memory, for snapshots and tables. */
  get memory(): ArrayBuffer {
    return this.core.memory.buffer;
  }

  /** RESET. Tables (CPUID, capabilities) and RAM stay; what a profile sets must be applied anew. */
  reset(): void {
    this.exports.reset();
  }

  // --- running ---------------------------------------------------------------------------------------------------

  /** Runs until `deadline` instructions are retired in total, or an earlier stop. */
  run(deadline: bigint): Stop {
    this.set64(State.DEADLINE, deadline);
    return this.exports.run();
  }

  /** Instructions retired by all CPUs since the machine began. */
  get retired(): bigint {
    return this.get64(State.RETIRED);
  }

  /** Detail of the last stop, by its kind: see Stop. */
  get stopDetail(): number {
    return this.get32(State.STOP_DETAIL);
  }

  get stopValue(): bigint {
    return this.get64(State.STOP_VALUE);
  }

  /** Replaces the instruction breakpoints: linear addresses, of whatever program runs there. */
  setBreakpoints(linear: Iterable<bigint>): void {
    const addresses = [...new Set(linear)];
    let entries = 64;
    while (entries < addresses.length * 2) entries *= 2;
    if (entries > BreakpointTable.MAX_ENTRIES)
      throw new RangeError(`more than ${BreakpointTable.MAX_ENTRIES / 2} breakpoints`);
    const table = Region.BREAKPOINTS;
    this.view.setUint32(table + BreakpointTable.MASK, entries - 1, true);
    this.view.setUint32(table + BreakpointTable.USED, addresses.length, true);
    const slot = (index: number) => table + BreakpointTable.ENTRIES + index * 8;
    for (let i = 0; i < entries; i++) this.view.setBigUint64(slot(i), NONE_64, true);
    for (const address of addresses) {
      // Linear probing from the low bits: the core's lookup does the same.
      let index = Number(address & BigInt(entries - 1));
      while (this.view.getBigUint64(slot(index), true) !== NONE_64) index = (index + 1) & (entries - 1);
      this.view.setBigUint64(slot(index), address, true);
    }
    this.core.exports.breakpointsChanged();
  }

  /** Lets the next `run` pass over a breakpoint at `linear` once. */
  skipBreakpointOnce(linear: bigint): void {
    this.set64(State.SKIP_BREAKPOINT, linear);
  }

  // --- state -----------------------------------------------------------------------------------------------------

  get32(offset: State): number {
    return this.view.getUint32(this.place(offset), true);
  }

  set32(offset: State, value: number): void {
    this.view.setUint32(this.place(offset), value >>> 0, true);
  }

  get64(offset: State): bigint {
    return this.view.getBigUint64(this.place(offset), true);
  }

  set64(offset: State, value: bigint): void {
    this.view.setBigUint64(this.place(offset), value, true);
  }

  /** Address in linear memory; behind the CPU's own block all have the same words. */
  private place(offset: State): number {
    return (offset < State.END ? this.block : Region.STATE) + offset;
  }

  gpr(index: Gpr | number): bigint {
    return this.view.getBigUint64(this.block + State.GPR + index * 8, true);
  }

  setGpr(index: Gpr | number, value: bigint): void {
    this.view.setBigUint64(this.block + State.GPR + index * 8, value, true);
  }

  get rip(): bigint {
    return this.get64(State.RIP);
  }

  get mode(): Mode {
    return this.get32(State.MODE);
  }

  segment(index: Seg | number): SegmentRegister {
    const at = this.block + State.SEGMENTS + index * Seg.SIZE;
    return {
      base: this.view.getBigUint64(at + Segment.BASE, true),
      limit: this.view.getUint32(at + Segment.LIMIT, true),
      access: this.view.getUint32(at + Segment.ACCESS, true),
      selector: this.view.getUint32(at + Segment.SELECTOR, true),
    };
  }

  setSegment(index: Seg | number, value: SegmentRegister): void {
    const at = this.block + State.SEGMENTS + index * Seg.SIZE;
    this.view.setBigUint64(at + Segment.BASE, value.base, true);
    this.view.setUint32(at + Segment.LIMIT, value.limit, true);
    this.view.setUint32(at + Segment.ACCESS, value.access, true);
    this.view.setUint32(at + Segment.SELECTOR, value.selector, true);
  }

  /** Must follow any change of CR0, CR3, CR4, EFER, RFLAGS or a segment made through the setters above. */
  stateReplaced(): void {
    this.exports.stateReplaced();
  }

  /** Host-physical address behind a linear address of the running program; `undefined` when not mapped. No side effect. */
  translateLinear(linear: bigint): bigint | undefined {
    const found = this.exports.translateLinear(high(linear), low(linear));
    return found ? this.get64(State.IMPORT_VALUE) : undefined;
  }

  /** Host-physical address behind a guest-physical one under the EPT in force; `undefined` when not mapped. */
  translateGuestPhysical(address: bigint): bigint | undefined {
    const found = this.exports.translateGuestPhysical(high(address), low(address));
    return found ? this.get64(State.IMPORT_VALUE) : undefined;
  }

  /**
   * Walks page tables that are not in force, by the chip's own rules. Without Access.PROBE the rights are checked and accessed
   * and dirty bits set; nothing is raised.
   */
  walk(space: WalkedSpace, registers: PagingRegisters, linear: bigint, access: Access): GuestWalk {
    writeWalkSpace(this.view, space, registers);
    return readGuestWalk(this.view, this.exports.walkForeign(high(linear), low(linear), access), linear);
  }

  /**
   * Translates a physical address of the space through its EPT, if it has one. `need`: rights the access must have (read 1,
   * write 2, execute 4); 0 only asks: no rights are checked and no accessed or dirty bit is set. With UNMARKED rights are
   * checked, and nothing is set.
   */
  walkEpt(space: WalkedSpace, physical: bigint, need = 0): EptWalk {
    writeWalkSpace(this.view, space);
    const outcome = this.exports.walkEptForeign(high(physical), low(physical), need);
    return readEptWalk(this.view, outcome, space.ept !== undefined);
  }

  /** Entries that the last `walk` or `walkEpt` came to, in order. */
  get walkedEntries(): WalkedEntry[] {
    return readVisits(this.view);
  }

  /** Index of the space's page-modification log after the last `walk` or `walkEpt`. */
  get walkedLogIndex(): number {
    return readLogIndex(this.view);
  }

  /** The four page-directory-pointer entries of PAE paging that CR3 names; undefined when one cannot be loaded (SDM 4.4.1). */
  loadPdptes(space: WalkedSpace, cr3: bigint): bigint[] | undefined {
    writeWalkSpace(this.view, space);
    const loaded = this.exports.loadPdptesForeign(high(cr3), low(cr3));
    return loaded ? readPdptes(this.view) : undefined;
  }

  // --- VMX, as an embedded host uses it ----------------------------------------------------------------------------

  /** VMXON by the embedder; from now on every VM exit stops the core. */
  vmxon(region: bigint): boolean {
    this.set32(State.EMBEDDED_HOST, 1);
    return this.exports.vmxonByEmbedder(high(region), low(region)) === 0;
  }

  vmclear(vmcs: bigint): boolean {
    return this.exports.vmclearByEmbedder(high(vmcs), low(vmcs)) === 0;
  }

  /** Makes `vmcs` current. */
  vmptrld(vmcs: bigint): boolean {
    return this.exports.vmptrldByEmbedder(high(vmcs), low(vmcs)) === 0;
  }

  /** Current-VMCS pointer, host-physical; NONE_64 when there is none. */
  get currentVmcs(): bigint {
    return this.get64(State.VMCS_POINTER);
  }

  /** VMREAD of the current VMCS, or of `vmcs` (host-physical). */
  vmread<N extends FieldName>(name: N, vmcs?: bigint): FieldValue<N> {
    this.physical.watcher?.('read', this.fieldAddress(name, vmcs), VmcsPage.SLOT);
    return readField(this.view, this.vmcsOffset(vmcs), name);
  }

  vmwrite<N extends FieldName>(name: N, value: FieldValue<N>, vmcs?: bigint): void {
    this.physical.watcher?.('write', this.fieldAddress(name, vmcs), VmcsPage.SLOT);
    const page = this.vmcsOffset(vmcs);
    this.physical.markWritten(page - Region.RAM);
    writeField(this.view, page, name, value);
  }

  /** RIP of the VMWRITE that last wrote a field of a VMCS page (host-physical); undefined when none did. */
  fieldWriter(name: FieldName, vmcs: bigint): bigint | undefined {
    return readWriter(this.view, this.vmcsOffset(vmcs), name);
  }

  /** MAXPHYADDR. */
  physicalAddressBits(): number {
    return this.core.exports.physicalAddressWidth();
  }

  /** Host-physical address of a field's slot in a VMCS page: that is where it is watched. */
  fieldAddress(name: FieldName, vmcs: bigint = this.currentVmcs): bigint {
    return vmcs + BigInt(vmcsOffset(name));
  }

  /** Where a VMCS page lies in linear memory. RAM ends below 4 GiB, so the low half of the pointer is enough. */
  private vmcsOffset(vmcs: bigint | undefined): number {
    return Region.RAM + (vmcs === undefined ? this.get32(State.VMCS_POINTER) : Number(vmcs));
  }

  /** VMLAUNCH or VMRESUME by the embedder. On success `run()` executes the guest. */
  enter(launch: boolean): EntryOutcome {
    const result = this.exports.vmEnterByEmbedder(launch ? 1 : 0);
    if (result === Stop.VM_FAIL) return { kind: 'vmfail', error: this.stopDetail };
    return result === Stop.VM_EXIT ? { kind: 'exit' } : { kind: 'entered' };
  }

  get inNonRoot(): boolean {
    return this.get32(State.VMX_NON_ROOT) !== 0;
  }

  /** INVEPT: single-context for one EPTP, or global. */
  invept(eptp?: bigint): void {
    this.exports.inveptByEmbedder(eptp === undefined ? 2 : 1, high(eptp ?? 0n), low(eptp ?? 0n));
  }

  /** INVVPID single-context for `vpid`, or all contexts. */
  invvpid(vpid?: number): void {
    this.exports.invvpidByEmbedder(vpid === undefined ? 2 : 1, vpid ?? 0);
  }

  /**
   * Row indexes of the entry checks a VMCS image fails, in SDM order.
   * @param vmcs offset in linear memory of the image (Region.SCRATCH_VMCS, or RAM)
   * @param capabilities offset of the capability block to check against
   * @param space where the image's physical addresses lead: through `eptp` (none: host-physical), and its own address there
   */
  failedChecks(
    vmcs: number,
    capabilities: number = Region.CAPABILITIES,
    space: { eptp?: bigint; pointer?: bigint } = {},
  ): number[] {
    const { eptp = 0n, pointer = NONE_64 } = space;
    const count = this.exports.collectFailedChecksThrough(
      vmcs,
      capabilities,
      high(eptp),
      low(eptp),
      high(pointer),
      low(pointer),
    );
    return this.checkRows(count);
  }

  /** Row indexes of the entry checks that the chip implements. */
  implementedChecks(): number[] {
    return this.checkRows(this.core.exports.implementedChecks());
  }

  /** Can the chip make a VM exit of this basic reason? */
  raisesExit(reason: number): boolean {
    return this.core.exports.raisesExit(reason) !== 0;
  }

  /** Can a VMX instruction of the chip fail with this VM-instruction error? */
  raisesVmError(error: number): boolean {
    return this.core.exports.raisesVmError(error) !== 0;
  }

  private checkRows(count: number): number[] {
    return Array.from({ length: count }, (_, i) =>
      this.view.getUint32(Region.FAILED_CHECKS + 4 + i * 4, true),
    );
  }
}

function high(value: bigint): number {
  return Number((value >> 32n) & 0xffffffffn);
}

function low(value: bigint): number {
  return Number(value & 0xffffffffn);
}
