/**
 * From a launch configuration to what the machine is asked for: bytes instead of paths, numbers instead of text.
 */
import type { MachineRequest } from '../machine/create';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import type { NamedFile, ReadFile } from './files';
import { replayedInput } from './replayed-input';

/** Everything but where the serial port goes. */
export type RequestedMachine = Omit<MachineRequest, 'serial'>;

/** @throws ConfigurationProblem for a file that cannot be read */
export function machineRequest(
  configuration: LaunchConfiguration,
  image: NamedFile,
  read: ReadFile,
): RequestedMachine {
  const {
    program,
    topology,
    memory,
    cmdline,
    initrd,
    modules = [],
    loadAddress,
    l0,
    replayInput,
  } = configuration;
  return {
    image: image.bytes,
    imageName: program,
    topology,
    memoryMiB: memory,
    cmdline,
    initrd: initrd === undefined ? undefined : read('initrd', initrd).bytes,
    modules: modules.map((module, index) => ({
      bytes: read(`modules[${index}].path`, module.path).bytes,
      commandLine: module.cmdline ?? module.path,
    })),
    loadAddress: loadAddress === undefined ? undefined : Number(loadAddress),
    onReset: configuration.onReset,
    onTripleFault: configuration.onTripleFault,
    cpus: configuration.cpus,
    l0Profile: l0?.profile,
    l0Features: l0?.features,
    cpuProfile: configuration.cpu,
    cpuFeatures: configuration.cpuFeatures,
    featureControl: configuration.featureControl,
    unclaimedInstructions: configuration.unclaimedInstructions,
    input: replayInput === undefined ? undefined : replayedInput(replayInput),
  };
}
