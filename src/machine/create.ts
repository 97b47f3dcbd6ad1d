/**
 * From what a user asks for (text, numbers, bytes) to a machine. Everything that can be wrong with the request is found here and
 * said in one sentence that tells what to do.
 */
import { CpuCount } from '../abi/memory-map';
import type { CpuProfileRow } from '../isa/cpu-profiles';
import { control } from '../isa/vmx-controls';
import { capability_names, type OfferedFeature } from '../l0';
import type { InputEvent } from './input-log';
import type { DiskImage } from '../platform/bios/connections';
import { LoadError } from '../platform/boot/boot-image';
import { loadImage } from '../platform/boot/load-image';
import type { BootModule } from '../platform/boot/multiboot';
import { chooseCpu, CpuChoiceError } from './cpu-choice';
import { featureControls, type FeatureControl } from './firmware-msrs';
import type { Topology } from './machine-config';
import { Machine } from './machine';

/** The request cannot be met; the message says why and what to do. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

export interface MachineRequest {
  readonly image: Uint8Array;
  /** For messages, and the first word of multiboot's command line. */
  readonly imageName: string;
  readonly topology?: string | undefined;
  readonly memoryMiB?: number | undefined;
  readonly cmdline?: string | undefined;
  readonly modules?: readonly BootModule[];
  /** Initial RAM disk of a Linux kernel. */
  readonly initrd?: Uint8Array | undefined;
  /** The image is a flat binary for this address. */
  readonly loadAddress?: number | undefined;
  readonly l0Profile?: string | undefined;
  /** `false` withholds a feature from L1. */
  readonly l0Features?: Readonly<Record<string, boolean>> | undefined;
  /** CPUs of the machine, default 1. */
  readonly cpus?: number | undefined;
  /** A profile's name; `,-feature` and `,+feature` may follow it. */
  readonly cpuProfile?: string | undefined;
  /** `false` takes a feature from the profile, `true` adds one. */
  readonly cpuFeatures?: Readonly<Record<string, boolean>> | undefined;
  /** First hard disk of the BIOS; written sectors are kept beside it. */
  readonly disk?: DiskImage | undefined;
  /** `stop` (default) or `fault`. */
  readonly unclaimedInstructions?: string | undefined;
  /** What a reset by the guest does: "reboot" (default), or "stop". */
  readonly onReset?: string | undefined;
  /** What a triple fault of the image does: "stop" (default), or "reboot". */
  readonly onTripleFault?: string | undefined;
  /** What firmware did about VMX; default `locked-on`. */
  readonly featureControl?: string | undefined;
  /** Instructions from one moment to the next at which a run can be taken up again; 0: there is none. */
  readonly epoch?: bigint | undefined;
  /** Input of an earlier run, to come at its ticks again. */
  readonly input?: readonly InputEvent[] | undefined;
  readonly serial: (byte: number) => void;
}

const DEFAULT_MEMORY_MIB = 256;
const MIB = 1024 * 1024;
const TOPOLOGIES: readonly Topology[] = ['nested', 'bare'];
const END_OR_AGAIN = ['reboot', 'stop'] as const;
const L0_PROFILES = ['kvm-6.12'] as const;
const STOP_OR_FAULT = ['stop', 'fault'] as const;

/** @throws MachineError */
export function createMachine(request: MachineRequest): Machine {
  const ramBytes = (request.memoryMiB ?? DEFAULT_MEMORY_MIB) * MIB;
  const { loadAddress, cpus = 1 } = request;
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > CpuCount.MOST)
    throw new MachineError(`a machine has 1 to ${CpuCount.MOST} CPUs, not ${cpus}`);
  try {
    const image = loadImage(request.image, {
      name: request.imageName,
      memoryBytes: ramBytes,
      cpus,
      ...(request.cmdline !== undefined && { append: request.cmdline }),
      modules: request.modules ?? [],
      disks: request.disk === undefined ? 0 : 1,
      ...(request.initrd !== undefined && { initrd: request.initrd }),
      ...(loadAddress !== undefined && { flat: { address: loadAddress } }),
    });
    return new Machine({
      image,
      ramBytes,
      cpus,
      topology: oneOf('topology', request.topology ?? 'nested', TOPOLOGIES),
      cpuProfile: processor(request),
      featureControl: oneOf(
        'feature control',
        request.featureControl ?? 'locked-on',
        Object.keys(featureControls) as FeatureControl[],
      ),
      unclaimedInstructions: oneOf(
        'answer to unclaimed instructions',
        request.unclaimedInstructions ?? 'stop',
        STOP_OR_FAULT,
      ),
      l0: {
        profile: oneOf('L0 profile', request.l0Profile ?? 'kvm-6.12', L0_PROFILES),
        features: features(request.l0Features ?? {}),
      },
      disk: request.disk,
      onReset: oneOf('answer to a reset', request.onReset ?? 'reboot', END_OR_AGAIN),
      onTripleFault: oneOf('answer to a triple fault', request.onTripleFault ?? 'stop', END_OR_AGAIN),
      epoch: request.epoch,
      input: request.input,
      serial: request.serial,
    });
  } catch (error) {
    if (error instanceof LoadError || error instanceof CpuChoiceError) throw new MachineError(error.message);
    if (error instanceof RangeError)
      throw new MachineError(`this computer cannot give ${ramBytes / MIB} MiB of guest memory: ask for less`);
    throw error;
  }
}

/** The processor the user asks for. The built-in L0 runs on VMX, so only L1's part of it can be taken away there. */
function processor({ cpuProfile, cpuFeatures, topology }: MachineRequest): CpuProfileRow {
  const chosen = chooseCpu(cpuProfile, cpuFeatures);
  if (topology !== 'bare' && !chosen.features.includes('VMX'))
    throw new MachineError(
      'without VMX, or what it needs (msr, lm), the built-in L0 cannot run: take VMX from L1 alone (l0.features: {"VMX": false}), or choose the bare topology',
    );
  return chosen;
}

function oneOf<T extends string>(what: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === given);
  if (found === undefined)
    throw new MachineError(
      `unknown ${what} "${given}": choose ${allowed.map((name) => `"${name}"`).join(' or ')}`,
    );
  return found;
}

function features(given: Readonly<Record<string, boolean>>): Partial<Record<OfferedFeature, boolean>> {
  for (const name of Object.keys(given))
    if (!(name in control) && !capability_names.includes(name as never))
      throw new MachineError(
        `unknown L0 feature "${name}": use the name of a VMX control (ENABLE_EPT) or one of ${capability_names.join(', ')}`,
      );
  return given;
}
