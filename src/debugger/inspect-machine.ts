/**
 * A machine as decoding sees it (inspection.ts): its VMCSs, its records, the programs that say where an instruction stands.
 */
import { entryChecks } from '../isa/entry-checks';
import type { Machine } from '../machine/machine';
import type { StrandName } from '../machine/strand';
import type { Inspection, Place } from './inspection';
import type { Programs } from './programs';
import type { SourcePaths } from './source-paths';
import { placeText } from './threads';

export interface Surveyed {
  readonly machine: Machine;
  readonly programs: Programs;
  readonly paths: SourcePaths;
}

/** @param previous fields at the stop before; without it nothing is known of one */
export function inspectMachine(
  { machine, programs, paths }: Surveyed,
  focused: StrandName,
  previous: Inspection['previous'] = () => undefined,
): Inspection {
  return {
    topology: machine.config.topology,
    cpus: machine.cpus.length,
    focused,
    current: machine.driver.currentStrand(),
    vmcss: machine.driver.vmcss(focused),
    log: machine.log,
    previous,
    failedEntryChecks: (vmcs) =>
      machine.driver.failedEntryChecks(focused, vmcs)?.map((index) => entryChecks[index]!),
    place: (level, address) => place({ machine, programs, paths }, level, address),
  };
}

/** The line of an instruction; of an instruction in an inlined wrapper the line that calls the wrapper. */
function place({ machine, programs, paths }: Surveyed, level: StrandName, address: bigint): Place {
  const symbols = programs.at(machine, level, address)?.symbols;
  const [innermost, caller] = symbols?.functionAt(address) ?? [];
  const location = (innermost?.inlined ? caller?.location : undefined) ?? symbols?.locate(address);
  if (!location) return { text: placeText(machine, programs, level, address) };
  const { file, line } = location;
  return {
    text: `${file.split('/').at(-1)}:${line}`,
    source: { path: paths.toLocal(file), line },
  };
}
