/**
 * What can be wrong with a launch configuration. The message names the attribute and says what to do; where it is shown, somebody
 * may name the attribute otherwise (a command line has options).
 */
export type ConfigurationProblemKind =
  'wrong' | 'missing' | 'unreadable' | 'unwritable' | 'empty' | 'unbootable';

export class ConfigurationProblem extends Error {
  override readonly name = 'ConfigurationProblem';

  /**
   * @param attribute `modules[1].path`; undefined when the configuration as a whole cannot be met
   * @param problem completes a sentence that begins with the attribute's name; alone, a sentence of its own
   */
  constructor(
    readonly kind: ConfigurationProblemKind,
    readonly attribute: string | undefined,
    readonly problem: string,
  ) {
    super(attribute === undefined ? problem : `"${attribute}" ${problem}`);
  }
}

export function unreadable(attribute: string, path: string, code: string): ConfigurationProblem {
  const problem =
    code === 'ENOENT'
      ? `names ${path}, and there is no such file: build it first, or correct the path.`
      : code === 'EISDIR'
        ? `names ${path}, which is a directory: name a file in it.`
        : `names ${path}, which cannot be read (${code}).`;
  return new ConfigurationProblem('unreadable', attribute, problem);
}

export function unwritable(attribute: string, path: string, code: string): ConfigurationProblem {
  const problem =
    code === 'ENOENT'
      ? `names ${path}, and the folder that it is to be written to does not exist: make it first, or correct the path.`
      : code === 'EISDIR'
        ? `names ${path}, which is a directory: name a file in it.`
        : `names ${path}, which cannot be written (${code}).`;
  return new ConfigurationProblem('unwritable', attribute, problem);
}
