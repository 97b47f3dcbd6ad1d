/**
 * The session's strands as gdb's threads, by the numbers they have in every protocol. The built-in L0 has no registers and is none.
 */
import { strandNamed, type StrandName } from '../machine/strand';
import { threadId, type LevelThread } from '../debugger/threads';
import type { GdbTarget } from './target';

export class ClientThreads {
  /** The thread that registers and memory are asked of. */
  private selected: StrandName | undefined;

  constructor(private readonly target: GdbTarget) {}

  get all(): LevelThread[] {
    const { session } = this.target;
    return session.threads().filter(({ level }) => !session.isBuiltIn(level));
  }

  /** The strand of a thread's number in hex; `0`, `-1` and nothing mean the one that runs. Undefined when there is none. */
  named(text: string | undefined): StrandName | undefined {
    if (text === undefined || text === '' || text === '0' || text === '-1') return this.running;
    return this.all.find(({ id }) => id.toString(16) === text.toLowerCase())?.level;
  }

  /** The user's strand that runs next. */
  get running(): StrandName {
    return this.target.session.ground.guest;
  }

  get current(): StrandName {
    const { selected } = this;
    return selected !== undefined && this.all.some(({ level }) => level === selected)
      ? selected
      : this.running;
  }

  /** False when there is no such thread. */
  select(text: string): boolean {
    const strand = this.named(text);
    if (strand !== undefined) this.selected = strand;
    return strand !== undefined;
  }

  /** After a stop gdb looks at the thread that stopped. */
  stopped(strand: StrandName): void {
    this.selected = strand;
  }

  idOf(strand: StrandName): string {
    return threadId(strand).toString(16);
  }

  xml(): string {
    const rows = this.all.map(
      ({ level, name }) =>
        `  <thread id="${this.idOf(level)}" core="${strandNamed(level).vcpu}" name="${escaped(name)}"/>\n`,
    );
    return `<?xml version="1.0"?>\n<threads>\n${rows.join('')}</threads>\n`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
