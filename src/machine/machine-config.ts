/**
 * What a machine is made of, already validated: bytes instead of paths, numbers instead of text. Types only.
 */
import type { CpuProfileName, CpuProfileRow } from '../isa/cpuid';
import type { L0Profile, OfferedFeature } from '../l0';
import type { DiskImage } from '../platform/bios/connections';
import type { InputEvent } from '../platform/device';
import type { BootImage } from '../platform/boot/boot-image';
import type { FeatureControl } from './firmware-msrs';

export type Topology = 'nested' | 'bare';

export interface MachineConfig {
  readonly image: BootImage;
  readonly topology: Topology;
  /** Guest RAM in bytes, a multiple of 4096. */
  readonly ramBytes: number;
  /** How many, 1 to CpuCount.MOST. */
  readonly cpus: number;
  readonly cpuProfile: CpuProfileName | CpuProfileRow;
  readonly featureControl: FeatureControl;
  /** An instruction of a feature that the profile does not claim: stop and name it, or #UD. */
  readonly unclaimedInstructions: 'stop' | 'fault';
  readonly l0: {
    readonly profile: L0Profile;
    /** `false` withholds a feature from L1. */
    readonly features: Partial<Record<OfferedFeature, boolean>>;
  };
  /** The BIOS's first hard disk. */
  readonly disk?: DiskImage | undefined;
  /** The guest resets the machine: boot again, or stop there. */
  readonly onReset: 'reboot' | 'stop';
  /** A triple fault of the outermost program: stop there, or reset the machine as a PC does. */
  readonly onTripleFault: 'reboot' | 'stop';
  /** Instructions of an epoch: at its end what the chip has cached is forgotten. It is part of what makes a run that run. */
  readonly epoch?: bigint | undefined;
  /** What comes from outside, known beforehand: the log of an earlier run. */
  readonly input?: readonly InputEvent[] | undefined;
  /** A byte the guest sent on COM1. */
  readonly serial: (byte: number) => void;
}
