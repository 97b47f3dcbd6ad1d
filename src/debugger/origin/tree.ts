/**
 * Where a value came from, as a tree that grows when somebody looks: below a thing is what gave it its value, below that what it was
 * made of. Each row is a place to go to.
 */
import type { Machine } from '../../machine/machine';
import type { Moment } from '../../machine/moment';
import type { WatchTarget } from '../../machine/watch-request';
import type { OriginRow } from '../../protocol/custom-requests';
import type { Cause, Explanation } from './explain';
import { shown } from './values';

type Node = OriginRow & { readonly moment: Moment } & (
    | { readonly kind: 'thing'; readonly target: WatchTarget }
    | { readonly kind: 'cause'; readonly inputs: readonly Node[] }
  );

export class OriginTree {
  private readonly nodes: Node[] = [];
  private readonly below = new Map<number, readonly Node[]>();

  constructor(
    private readonly machine: Machine,
    private readonly explanation: Explanation,
  ) {}

  /** What a thing is where the machine stands. */
  root(target: WatchTarget): OriginRow {
    return rowOf(this.thing(target, this.machine.now()));
  }

  /** Undefined: there is no such row. */
  moment(id: number): Moment | undefined {
    return this.nodes[id]?.moment;
  }

  /** The machine stands somewhere afterwards. Undefined: somebody interrupted. */
  async children(id: number): Promise<readonly OriginRow[] | undefined> {
    const node = this.nodes[id]!;
    if (node.kind === 'cause') return node.inputs.map(rowOf);
    const known = this.below.get(id);
    if (known) return known.map(rowOf);
    const cause = await this.explanation.of(node.target, node.moment);
    if (!cause) return undefined;
    const made = [this.cause(cause)];
    this.below.set(id, made);
    return made.map(rowOf);
  }

  private thing(target: WatchTarget, moment: Moment): Node {
    const text = shown(this.machine, target);
    return this.add({ id: this.nodes.length, kind: 'thing', text, expands: true, moment, target });
  }

  /** The machine stands at the cause. */
  private cause({ text, moment, inputs }: Cause): Node {
    const below = inputs.map((input) => this.thing(input, moment));
    const id = this.nodes.length;
    return this.add({ id, kind: 'cause', text, expands: below.length > 0, moment, inputs: below });
  }

  private add(node: Node): Node {
    this.nodes.push(node);
    return node;
  }
}

function rowOf({ id, text, kind, expands }: Node): OriginRow {
  return { id, text, kind, expands };
}
