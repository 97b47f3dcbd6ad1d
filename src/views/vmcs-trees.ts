/**
 * The VMCS trees of the session in focus. The adapter sends of each answer what differs from one before; here the rest is put back, as
 * the same objects.
 */
import type { DecodedRow, VmcsTree } from '../protocol/decoded-row';
import type { DebugFocus } from './debug-focus';

export type VmcsTreesAnswer = { trees: VmcsTree[]; empty?: string } | { error: string } | undefined;

export class VmcsTrees {
  private known: { number: number; session: string; groups: Map<string, DecodedRow> } | undefined;

  constructor(private readonly focus: DebugFocus) {}

  async ask(given: { filter?: string; threadId?: number }): Promise<VmcsTreesAnswer> {
    const session = this.focus.session?.id ?? '';
    const known = this.known?.session === session ? this.known : undefined;
    const answer = await this.focus.ask('turtlescope/vmcs', {
      ...given,
      ...(known && { known: known.number }),
    });
    if (!answer || 'error' in answer) return answer;
    const { number, trees, empty } = answer.body;
    const whole = trees.map(({ groups, ...tree }) => ({
      ...tree,
      groups: groups.map((group) => ('known' in group ? known!.groups.get(group.id)! : group)),
    }));
    const groups = new Map(whole.flatMap((tree) => tree.groups.map((group) => [group.id, group])));
    this.known = { number, session, groups };
    return { trees: whole, ...(empty !== undefined && { empty }) };
  }
}
