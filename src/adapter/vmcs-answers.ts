/**
 * The VMCS trees as a client gets them: groups whose rows it has from an earlier answer are named and not sent again. The trees are
 * most of what a stop has to say, and hardly any of it is news.
 */
import { KeptRows } from '../debugger/decode/kept-rows';
import { vmcsTrees } from '../debugger/decode/vmcs-tree';
import type { Inspection } from '../debugger/inspection';
import type { ResponseBody } from '../protocol/custom-requests';
import type { DecodedRow } from '../protocol/decoded-row';

/** Answers remembered: more than there are views that ask. */
const REMEMBERED = 8;

type Groups = ReadonlyMap<string, DecodedRow>;

export class VmcsAnswers {
  private readonly kept = new KeptRows();
  private readonly given = new Map<number, Groups>();
  private answers = 0;

  /** @param known number of the answer whose groups the client still has */
  answer(
    inspection: Inspection,
    filter: string,
    known: number | undefined,
  ): ResponseBody<'turtlescope/vmcs'> {
    const trees = vmcsTrees(inspection, filter, this.kept);
    const before = known === undefined ? undefined : this.given.get(known);
    const number = ++this.answers;
    this.given.set(number, new Map(trees.flatMap(({ groups }) => groups.map((group) => [group.id, group]))));
    this.given.delete(number - REMEMBERED);
    const isKnown = (group: DecodedRow) => before?.get(group.id) === group;
    return {
      number,
      trees: trees.map(({ groups, ...tree }) => ({
        ...tree,
        groups: groups.map((group) => (isKnown(group) ? { id: group.id, known: true } : group)),
      })),
      ...(trees.length === 0 && { empty: 'No VMCS yet: one appears here after VMPTRLD.' }),
    };
  }
}
