/**
 * Makes an instance of the AssemblyScript core (`dist/core.wasm`) and gives it its memory and its bus. The only file that knows
 * what the Wasm imports and exports.
 */
import { Region } from '../abi/memory-map';
import { State } from '../abi/state-block';
import type { WalkOutcome } from '../abi/walk-space';
import { host } from '../host/host';
import type { Bus } from './bus';

/** Functions of the core, see `src/core/index.ts`. Addresses cross as two u32 halves, high half first. */
export interface CoreExports {
  /** Runs until a stop; returns Stop. */
  run(): number;
  /** Processor state after RESET (SDM 9.1.1), except what the boot loader sets. */
  reset(): void;
  /** Call after another CPU's state block was put in the running one's place. */
  cpuSelected(): void;
  /** Call after the breakpoint set was changed. */
  breakpointsChanged(): void;
  /** Call after PageAttribute.WATCHED was changed anywhere. */
  watchesChanged(): void;
  /** Call after control registers, segments, EFER or RFLAGS were written from outside. */
  stateReplaced(): void;
  /** From here on the run depends on nothing that was cached before. */
  beginEpoch(): void;
  /** Call after state blocks and RAM became those of another moment: drops decoded code, then as `beginEpoch`. */
  forgetDecoded(): void;
  /** Call after state blocks, RAM and Region.TLB became those of another moment: drops decoded code, translations stay. */
  translationsRestored(): void;
  /** Call after RAM was written from outside at `length` bytes from the address: drops decoded code there. */
  ramWritten(addressHigh: number, addressLow: number, length: number): void;
  /** Linear to host-physical with the running translation, no side effects: 1 = found (State.IMPORT_VALUE), 0 = not mapped. */
  translateLinear(linearHigh: number, linearLow: number): number;
  /** Guest-physical to host-physical through the EPT in force: as `translateLinear`. */
  translateGuestPhysical(addressHigh: number, addressLow: number): number;
  /** Walks through the space at Region.WALK: a WalkOutcome, the answers in the block. See src/core/foreign-walk.ts. */
  walkForeign(linearHigh: number, linearLow: number, access: number): WalkOutcome;
  walkEptForeign(addressHigh: number, addressLow: number, need: number): WalkOutcome;
  /** 1: the entries of PAE paging are at State.PDPTE of the block; 0: one has a reserved bit or cannot be reached. */
  loadPdptesForeign(cr3High: number, cr3Low: number): number;
  vmxonByEmbedder(addressHigh: number, addressLow: number): number;
  vmclearByEmbedder(addressHigh: number, addressLow: number): number;
  vmptrldByEmbedder(addressHigh: number, addressLow: number): number;
  /** VM entry with the current VMCS: 0 = guest state loaded, in non-root operation; else the failure, see `Cpu.enter`. */
  vmEnterByEmbedder(launch: number): number;
  /** INVEPT single-context (type 1) or all (2); INVVPID by type. For an embedded host. */
  inveptByEmbedder(type: number, eptpHigh: number, eptpLow: number): void;
  invvpidByEmbedder(type: number, vpid: number): void;
  /**
   * Runs every entry check on a VMCS image; ids at Region.FAILED_CHECKS; returns their count. The image's physical addresses
   * go through `eptp` (0: host-physical); `pointer` is its own address (all ones: unknown).
   */
  collectFailedChecksThrough(
    vmcs: number,
    capabilities: number,
    eptpHigh: number,
    eptpLow: number,
    pointerHigh: number,
    pointerLow: number,
  ): number;
  /** Rows of isa/entry-checks that the core implements, at Region.FAILED_CHECKS; returns their count. */
  implementedChecks(): number;
  /** Whether the core can make a VM exit of this basic reason, and a VMfail with this error; 0: no. */
  raisesExit(reason: number): number;
  raisesVmError(error: number): number;
  physicalAddressWidth(): number;
}

export interface CoreInstance {
  readonly memory: WebAssembly.Memory;
  readonly exports: CoreExports;
}

const PAGE = 65536;

/**
 * A core with `ramBytes` bytes of RAM at host-physical 0. The memory never grows: the operating system commits pages
 * when they are first touched, so a large machine costs nothing until it is used.
 * @throws RangeError when the host cannot give that much memory.
 */
export function instantiateCore(ramBytes: number, bus: Bus): CoreInstance {
  const pages = Math.ceil((Region.RAM + ramBytes) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const result = new DataView(memory.buffer);
  const instance = new WebAssembly.Instance(host().core(), {
    env: {
      memory,
      abort: (message: number, file: number, line: number, column: number) => {
        throw new Error(`core trap at ${file}:${line}:${column} (message ${message})`);
      },
      portRead: (port: number, size: number) => bus.portRead(port >>> 0, size),
      portWrite: (port: number, size: number, value: number) => bus.portWrite(port >>> 0, size, value >>> 0),
      memoryRead: (high: number, low: number, size: number) => bus.memoryRead(join64(high, low), size),
      memoryWrite: (high: number, low: number, size: number, value: number) =>
        bus.memoryWrite(join64(high, low), size, value >>> 0),
      msrRead: (index: number) => {
        const value = bus.msrRead(index >>> 0);
        if (value === undefined) return 0;
        result.setBigUint64(Region.STATE + State.IMPORT_VALUE, value, true);
        return 1;
      },
      msrWrite: (index: number, high: number, low: number) =>
        bus.msrWrite(index >>> 0, join64(high, low)) ? 1 : 0,
      interruptAcknowledge: () => bus.interruptAcknowledge(),
      taskPriorityRead: () => bus.taskPriorityRead(),
      taskPriorityWrite: (value: number) => bus.taskPriorityWrite(value),
    },
  });
  return { memory, exports: instance.exports as unknown as CoreExports };
}

function join64(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
