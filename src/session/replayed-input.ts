/** The input of an earlier run, from its log: `replayInput`. */
import { InputLogError, readInputLog, type InputEvent } from '../machine/input-log';
import { ConfigurationProblem } from '../protocol/configuration-problem';
import { readNamed } from './files';

/** @throws ConfigurationProblem */
export function replayedInput(path: string): InputEvent[] {
  const { bytes } = readNamed('replayInput', path);
  try {
    return readInputLog(new TextDecoder('latin1').decode(bytes));
  } catch (error) {
    if (!(error instanceof InputLogError)) throw error;
    const problem = `names ${path}, which is no input log: ${error.message}; "inputLog" writes one.`;
    throw new ConfigurationProblem('wrong', 'replayInput', problem);
  }
}
