/**
 * Everything a user or a client can do wrong, one factory each: the message says what is wrong and what to do. Numbers are
 * stable, for clients that tell errors apart.
 */
import type { ConfigurationProblem, ConfigurationProblemKind } from '../protocol/configuration-problem';

const CONFIGURATION_IDS: Readonly<Record<ConfigurationProblemKind, number>> = {
  wrong: 1101,
  missing: 1102,
  unreadable: 1103,
  unwritable: 1104,
  empty: 1105,
  unbootable: 1106,
};

export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    readonly id: number,
    message: string,
  ) {
    super(message);
  }
}

export const errors = {
  unknownRequest: (command: string) => new UserError(1000, `This adapter has no request "${command}".`),
  badArgument: (name: string, wanted: string) =>
    new UserError(1001, `The argument "${name}" must be ${wanted}.`),
  notLaunched: () => new UserError(1002, 'Nothing is being debugged: send "launch" first.'),
  alreadyLaunched: () =>
    new UserError(1003, 'This session has a program already: use "restart" to boot it again.'),
  unknownThread: (id: number) =>
    new UserError(1004, `There is no thread ${id}: 1 is L0, 2 is L1, 3 is L2 (once it has run).`),
  staleFrame: (id: number) =>
    new UserError(1005, `There is no stack frame ${id}: frames are valid until the machine goes on.`),
  staleVariables: (reference: number) =>
    new UserError(
      1006,
      `There is no variables reference ${reference}: they are valid until the machine goes on.`,
    ),
  unknownVariable: (name: string) => new UserError(1007, `There is no variable "${name}" here.`),
  readOnlyVariable: (name: string) => new UserError(1008, `"${name}" cannot be changed.`),
  notPossible: (reason: string) => new UserError(1009, reason),
  badAddress: (text: string) =>
    new UserError(1010, `"${text}" is not an address of this session: write a number, 0x for hex.`),
  noException: () =>
    new UserError(1011, 'The machine did not stop at an event: there is nothing to tell about it.'),
  badReference: (id: number) =>
    new UserError(1013, `There is no location ${id}: they are valid until the machine goes on.`),
  badTarget: (id: number) =>
    new UserError(1014, `There is no goto target ${id}: ask for the targets of a line first.`),
  futureKept: () => new UserError(1015, 'Nothing was changed: what came after this moment is kept.'),
  ended: () => new UserError(1012, 'The guest has ended: restart the session to run it again.'),

  configuration: ({ kind, message }: ConfigurationProblem) =>
    kind === 'unbootable'
      ? new UserError(CONFIGURATION_IDS[kind], `Cannot boot: ${message}`)
      : new UserError(CONFIGURATION_IDS[kind], `launch.json: ${message}`),
} as const;
