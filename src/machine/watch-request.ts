/**
 * What can be watched, and what watching finds. Types only.
 */
import type { State } from '../abi/state-block';
import type { FieldName } from '../isa/vmcs-fields';
import type { StrandName } from './strand';
import type { AddressSpace } from './address-space';
import type { VmcsName } from './vmcs-view';

export type WatchTarget =
  /** Bytes in any space. Linear and guest-physical addresses are followed when their translation changes. */
  | {
      readonly kind: 'memory';
      readonly space: AddressSpace;
      readonly address: bigint;
      readonly bytes: number;
    }
  | { readonly kind: 'field'; readonly vmcs: VmcsName; readonly field: FieldName }
  /** A register or MSR as the chip holds it while the level runs. */
  | {
      readonly kind: 'word';
      readonly level: StrandName;
      readonly name: string;
      readonly place: State;
      readonly mask: bigint;
    };

export interface WatchRequest {
  readonly id: number;
  readonly target: WatchTarget;
  readonly read: boolean;
  readonly write: boolean;
}

/** Who made an access: a level's program, the processor itself at a VM entry or exit, or a device. */
export type Accessor = StrandName | 'processor' | 'device';

/** Something happened to a watched thing. Several accesses of one instruction are one event. */
export interface WatchEvent {
  readonly id: number;
  readonly access: 'read' | 'write';
  readonly by: Accessor;
  /** The instruction that did it, when one did. */
  readonly rip: bigint | undefined;
  /** Little-endian bytes before and after; undefined where they could not be read. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}
