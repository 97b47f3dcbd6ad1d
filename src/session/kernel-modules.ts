/** The files of a Linux kernel's modules, as a folder of the launch configuration has them. */
import type { KernelModules } from '../debugger/programs';
import { FileProblem, host } from '../host/host';
import { unreadable } from '../protocol/configuration-problem';
import { readNamed } from './files';

const MODULE = /^(.+)\.ko(\.debug)?$/;

/**
 * Files are read when their module is loaded. Of a module with several files, the last by path is taken.
 * @throws ConfigurationProblem for a folder that cannot be read
 */
export function modulesIn(attribute: string, folder: string): KernelModules {
  const { basename } = host().path;
  const paths = new Map<string, string>();
  for (const path of filesBelow(attribute, folder).sort()) {
    const name = MODULE.exec(basename(path))?.[1];
    // A kernel knows its modules without hyphens.
    if (name !== undefined) paths.set(name.replaceAll('-', '_'), path);
  }
  return {
    find(name) {
      const path = paths.get(name);
      return path === undefined ? undefined : { path, read: () => readNamed(attribute, path).bytes };
    },
  };
}

function filesBelow(attribute: string, folder: string): string[] {
  try {
    return host().filesBelow(folder);
  } catch (error) {
    if (error instanceof FileProblem) throw unreadable(attribute, folder, error.code);
    throw error;
  }
}
