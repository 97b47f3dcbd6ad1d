/**
 * Packets about the state of a machine that stands: registers, memory, and the places where it is to stop.
 */
import { linear, readMemory, writeMemory } from '../debugger/level-memory';
import { FAULT, INVALID, OK, REFUSED, UNKNOWN } from './answers';
import type { BreakpointType, ClientBreakpoints } from './client-breakpoints';
import { bytesOf, countOf, hexOf, numberOf } from './hex';
import { LONGEST_PACKET } from './packets';
import { readOne, readRegisters, writeOne, writeRegisters } from './registers';
import type { GdbTarget } from './target';
import type { ClientThreads } from './threads';

export class StatePackets {
  constructor(
    private readonly target: GdbTarget,
    private readonly threads: ClientThreads,
    private readonly breakpoints: ClientBreakpoints,
  ) {}

  /** Answers about a machine that stands; of one that another client lets run nothing can be told. */
  standing(answer: (session: GdbTarget['session']) => string): string {
    const { session } = this.target;
    session.mustStand();
    return answer(session);
  }

  readRegisters(): string {
    return this.standing((session) => readRegisters(session, this.threads.current));
  }

  writeRegisters(hex: string): string {
    return this.edited((session) => writeRegisters(session, this.threads.current, hex));
  }

  readRegister(number: string): string {
    return this.standing(
      (session) => readOne(session, this.threads.current, countOf(number) ?? -1) ?? INVALID,
    );
  }

  private edited(edit: (session: GdbTarget['session']) => boolean): string {
    return this.standing((session) => {
      const done = edit(session);
      if (done) this.target.changed();
      return done ? OK : REFUSED;
    });
  }

  writeRegister(text: string): string {
    const [number, value = ''] = text.split('=');
    return this.edited((session) => writeOne(session, this.threads.current, countOf(number) ?? -1, value));
  }

  readMemory(text: string): string {
    const [address, length] = text.split(',');
    const [start, bytes] = [numberOf(address), countOf(length)];
    if (start === undefined || bytes === undefined) return INVALID;
    return this.standing(({ machine }) => {
      const wanted = Math.min(bytes, LONGEST_PACKET / 2 - 1);
      const found = readMemory(machine, linear(this.threads.current), start, wanted);
      return found.length === 0 && bytes > 0 ? FAULT : hexOf(found);
    });
  }

  writeMemory(text: string, binary: boolean): string {
    const [, address, length, data = ''] = /^([^,]*),([^:]*):(.*)$/s.exec(text) ?? [];
    const [start, count] = [numberOf(address), countOf(length)];
    const bytes = binary ? Uint8Array.from(data, (character) => character.charCodeAt(0)) : bytesOf(data);
    if (start === undefined || bytes === undefined || bytes.length !== count) return INVALID;
    return this.standing(({ machine }) => {
      const written = writeMemory(machine, linear(this.threads.current), start, bytes);
      if (written > 0) this.target.changed();
      return written === bytes.length ? OK : FAULT;
    });
  }

  breakpoint(text: string, insert: boolean): string {
    // Conditions and commands of the target's own are not claimed, so nothing follows the third number.
    const [type, address, kind] = text.split(',');
    const [start, bytes] = [numberOf(address), countOf(kind)];
    if (!/^[0-4]$/.test(type ?? '')) return UNKNOWN;
    if (start === undefined || bytes === undefined) return INVALID;
    const which = Number(type) as BreakpointType;
    return this.standing(() => {
      if (insert) return this.breakpoints.insert(which, start, bytes, this.threads.current) ? OK : INVALID;
      this.breakpoints.remove(which, start, bytes);
      return OK;
    });
  }
}
