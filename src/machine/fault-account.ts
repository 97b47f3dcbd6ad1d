/**
 * Joins what L0 tells with what the chip knows of faults: a triple fault gets the exceptions that led to it, an exception that
 * L0 injected the rule by which L0 raised it, and an EPT exit the entry that ended the walk.
 */
import { readFaultChain } from '../cpu/fault-chain';
import { exitReason } from '../isa/exit-reasons';
import type { FaultCause, FaultChain } from '../isa/fault-reasons';
import type { L0Record } from '../l0/records';

const BASIC_REASON = 0xffff;

function isTripleFault(record: L0Record): boolean {
  return 'reasonWord' in record && (record.reasonWord & BASIC_REASON) === exitReason.TRIPLE_FAULT.number;
}

export class FaultAccount {
  private chain: FaultChain | undefined;
  /** What ended the walk of the extended page tables, when the chip's last exit was about that. */
  private walk: FaultCause | undefined;
  private raised: { rip: bigint; vector: number; cause: FaultCause } | undefined;

  constructor(private readonly memory: () => ArrayBuffer) {}

  /** The chain of the triple fault under way; undefined when there is none. */
  get faults(): FaultChain | undefined {
    return this.chain;
  }

  /** The record, with the chain where it is about a triple fault. */
  explained(made: L0Record): L0Record {
    if (made.kind === 'entry') this.chain = undefined;
    if (made.kind === 'fault') this.remember(made.rip, made.vector, made.cause);
    if (made.kind === 'vmx-instruction' && made.outcome === 'fault')
      this.remember(made.rip, made.error, made.cause);
    if (made.kind === 'exit' && isTripleFault(made))
      this.chain = this.withCause(readFaultChain(this.memory()));
    else if (made.kind === 'exit' && this.walk) return { ...made, cause: this.walk };
    if (!this.chain) return made;
    const about =
      ((made.kind === 'exit' || made.kind === 'nested-exit') && isTripleFault(made)) ||
      (made.kind === 'shutdown' && made.abort === 0);
    return about ? { ...made, faults: this.chain } : made;
  }

  /** The chip's own record of the exit that L0 handles next. */
  exited(cause: FaultCause | undefined): void {
    this.walk = cause;
  }

  save(): unknown {
    return structuredClone({ chain: this.chain, walk: this.walk, raised: this.raised });
  }

  restore(saved: unknown): void {
    Object.assign(this, structuredClone(saved));
  }

  private remember(rip: bigint, vector: number, cause: FaultCause | undefined): void {
    this.raised = cause && { rip, vector, cause };
  }

  private withCause(chain: FaultChain): FaultChain {
    const [first, ...rest] = chain.links;
    const { raised } = this;
    if (!first || first.cause || !raised || raised.vector !== first.vector || raised.rip !== chain.rip)
      return chain;
    return { ...chain, links: [{ ...first, cause: raised.cause }, ...rest] };
  }
}
