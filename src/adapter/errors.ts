/**
 * Everything a user or a client can do wrong, one factory each: the message says what is wrong and what to do. Numbers are
 * stable, for clients that tell errors apart.
 */
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
  ended: () => new UserError(1012, 'The guest has ended: restart the session to run it again.'),

  wrongType: (name: string, wanted: string, given: unknown) =>
    new UserError(
      1101,
      `launch.json: "${name}" must be ${wanted}, not ${JSON.stringify(given) ?? String(given)}.`,
    ),
  missingProgram: () =>
    new UserError(
      1102,
      'launch.json: "program" is missing: name the image to boot, e.g. "${workspaceFolder}/hypervisor.elf".',
    ),
  cannotRead: (attribute: string, path: string, code: string) =>
    new UserError(
      1103,
      code === 'ENOENT'
        ? `launch.json: "${attribute}" names ${path}, and there is no such file: build it first, or correct the path.`
        : code === 'EISDIR'
          ? `launch.json: "${attribute}" names ${path}, which is a directory: name a file in it.`
          : `launch.json: "${attribute}" names ${path}, which cannot be read (${code}).`,
    ),
  cannotWrite: (attribute: string, path: string, code: string) =>
    new UserError(1104, `launch.json: "${attribute}" names ${path}, which cannot be written (${code}).`),
  emptyFile: (attribute: string, path: string) =>
    new UserError(1105, `launch.json: "${attribute}" names ${path}, which is empty.`),
  cannotBoot: (reason: string) => new UserError(1106, `Cannot boot: ${reason}`),
} as const;
