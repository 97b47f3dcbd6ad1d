/**
 * A guest that gets nowhere, in a sentence: which exits come again, how often, and at which instruction.
 */
import { hex } from '../../decode/word';
import type { Machine } from '../../machine/machine';
import { repetition, type ExitToUser } from '../../machine/repetition';
import { strandNamed } from '../../machine/strand';
import { exitReasonText, qualificationText } from './exit';

/** Empty while the guest gets on. */
export function repetitionText({ log, config, driver }: Machine): string {
  const { vcpu } = strandNamed(driver.currentStrand());
  const found = repetition(log, config.topology, vcpu);
  if (!found) return '';
  const { round, rip, times, more } = found;
  const [first] = round;
  const what = round.length === 1 ? 'The same exit' : `The same ${round.length} exits`;
  const often = `${more ? 'at least ' : ''}${times.toLocaleString('en-US')} times in a row`;
  return `${what} of ${first!.level} ${often} at RIP ${hex(rip)}: ${round.map(exitText).join(', then ')}. ${first!.level} gets no further.`;
}

function exitText({ reasonWord, qualification, interruption, guestPhysical }: ExitToUser): string {
  const said = qualificationText(reasonWord, qualification, interruption);
  const address = guestPhysical === 0n ? '' : ` at guest-physical ${hex(guestPhysical)}`;
  return `${exitReasonText(reasonWord)}${said && ` (${said})`}${address}`;
}
