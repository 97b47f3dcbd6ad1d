/**
 * How a command fails: on stderr, with a sentence that says what to do, and a status a script can tell apart.
 */

/** The command line is wrong; the usage follows the message. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A file that an option names cannot be used: the sentence says it all, the usage would only push it off the screen. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

export function complain(text: string): void {
  console.error(`turtlescope: ${text}`);
}

/** Exit statuses of the program's own; every other one is the guest's. */
export const Status = {
  OK: 0,
  USAGE: 2,
  /** A replay is not the run that was recorded. */
  DIFFERS: 123,
  BUDGET: 124,
  GAP: 125,
  SHUTDOWN: 126,
  /** From the terminal, as a shell has it for SIGINT. */
  QUIT: 130,
} as const;
