/**
 * Validates a launch configuration, attribute by attribute. Reads no file: paths are checked where they are opened.
 */
import { closest } from '../machine/closest-name';
import { errors } from './errors';
import type {
  LaunchConfiguration,
  ModuleConfiguration,
  SymbolConfiguration,
} from '../protocol/launch-configuration';

/** Attributes every configuration may have: VS Code's own, which it keeps or strips as it likes. */
const FOREIGN = new Set([
  ...['name', 'type', 'request', 'noDebug', 'presentation', 'preLaunchTask', 'postDebugTask'],
  ...['internalConsoleOptions', 'debugServer', 'serverReadyAction', 'suppressMultipleSessionWarning'],
  ...['windows', 'linux', 'osx', 'restart'],
]);

/** Takes a sentence about something that is no mistake for sure: another tool's attribute, say. */
type Warn = (text: string) => void;
type Check<T> = (name: string, value: unknown, warn: Warn) => T;

const text: Check<string> = (name, value) => {
  if (typeof value !== 'string') throw errors.wrongType(name, 'text', value);
  return value;
};

const path: Check<string> = (name, value) => {
  if (typeof value !== 'string' || value === '') throw errors.wrongType(name, 'the path of a file', value);
  return value;
};

const flag: Check<boolean> = (name, value) => {
  if (typeof value !== 'boolean') throw errors.wrongType(name, 'true or false', value);
  return value;
};

function integer(low: number, high: number, unit: string): Check<number> {
  return (name, value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low || value > high)
      throw errors.wrongType(name, `a whole number of ${unit} from ${low} to ${high}`, value);
    return value;
  };
}

function oneOf<T extends string>(...allowed: readonly T[]): Check<T> {
  return (name, value) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined)
      throw errors.wrongType(name, allowed.map((candidate) => `"${candidate}"`).join(' or '), value);
    return found;
  };
}

const NUMBER_AS_TEXT = /^(0x[0-9a-f]+|\d+)$/i;

/** Hex as text, or a number: an address the image can be loaded at. */
const loadAddress: Check<string | number> = (name, value) => {
  const written = typeof value === 'number' || (typeof value === 'string' && NUMBER_AS_TEXT.test(value));
  const number = written ? Number(value) : -1;
  if (written && Number.isSafeInteger(number) && number >= 0 && number < 2 ** 32) return value;
  throw errors.wrongType(name, 'an address below 4 GiB: a number, or text such as "0x100000"', value);
};

/** What is added to the addresses of a symbol file: as an address, or negative. */
const bias: Check<string | number> = (name, value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && NUMBER_AS_TEXT.test(value.replace(/^-/, ''))) return value;
  throw errors.wrongType(name, 'a number, or text such as "0x100000" or "-0x1000"', value);
};

function list<T>(item: Check<T>): Check<T[]> {
  return (name, value, warn) => {
    if (!Array.isArray(value)) throw errors.wrongType(name, 'a list', value);
    return value.map((element, index) => item(`${name}[${index}]`, element, warn));
  };
}

function mapOf<T>(item: Check<T>): Check<Record<string, T>> {
  return (name, value, warn) => {
    const given = objectOf(name, value);
    return Object.fromEntries(
      Object.entries(given).map(([key, element]) => [key, item(`${name}.${key}`, element, warn)]),
    );
  };
}

function objectOf(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw errors.wrongType(name, 'an object', value);
  return value as Record<string, unknown>;
}

type Checks<T> = { readonly [K in keyof T]-?: Check<NonNullable<T[K]>> };

/** An object with these attributes; others are told and left out. */
function shape<T extends object>(checks: Checks<T>, required: readonly (keyof T & string)[]): Check<T> {
  const known = Object.keys(checks);
  return (name, value, warn) => {
    const given = objectOf(name, value);
    const prefix = name === '' ? '' : `${name}.`;
    const result: Record<string, unknown> = {};
    for (const [key, element] of Object.entries(given)) {
      if (element === undefined || (name === '' && (FOREIGN.has(key) || key.startsWith('__')))) continue;
      const check = (checks as Record<string, Check<unknown> | undefined>)[key];
      if (!check || !Object.hasOwn(checks, key)) {
        warn(unknownAttribute(prefix + key, closest(key, known), known));
        continue;
      }
      result[key] = check(prefix + key, element, warn);
    }
    for (const key of required)
      if (result[key] === undefined) throw errors.wrongType(prefix + key, 'given', undefined);
    return result as T;
  };
}

/** Guest-physical memory: what the machine offers at least, and what fits below the hole for devices. */
const MINIMUM_MEMORY_MIB = 2;
const MAXIMUM_MEMORY_MIB = 3072;

const configuration = shape<LaunchConfiguration>(
  {
    program: path,
    cmdline: text,
    initrd: path,
    modules: list(shape<ModuleConfiguration>({ path, cmdline: text }, ['path'])),
    memory: integer(MINIMUM_MEMORY_MIB, MAXIMUM_MEMORY_MIB, 'MiB'),
    cpu: text,
    cpuFeatures: mapOf(flag),
    featureControl: oneOf('locked-on', 'locked-off', 'unlocked'),
    unclaimedInstructions: oneOf('stop', 'fault'),
    topology: oneOf('nested', 'bare'),
    l0: shape<NonNullable<LaunchConfiguration['l0']>>(
      { profile: oneOf('kvm-6.12'), features: mapOf(flag) },
      [],
    ),
    symbols: list(
      shape<SymbolConfiguration>({ path, level: oneOf('L0', 'L1', 'L2'), loadBias: bias }, ['path']),
    ),
    sourceMap: mapOf(text),
    stopOnEntry: flag,
    serial: (name, value, warn) =>
      typeof value === 'string'
        ? oneOf('console')(name, value, warn)
        : shape<{ file: string }>({ file: path }, ['file'])(name, value, warn),
    onReset: oneOf('reboot', 'stop'),
    onTripleFault: oneOf('stop', 'reboot'),
    loadAddress,
    maxInstructions: integer(1, Number.MAX_SAFE_INTEGER, 'instructions'),
  },
  [],
);

function unknownAttribute(name: string, near: string | undefined, known: readonly string[]): string {
  const advice = near === undefined ? `known are ${known.join(', ')}` : `did you mean "${near}"?`;
  return `launch.json: unknown attribute "${name}" is ignored; ${advice}`;
}

/**
 * The configuration, as its type promises.
 * @param warn told of attributes nobody here knows
 * @throws UserError naming the attribute and what it must be
 */
export function launchArguments(given: unknown, warn: Warn): LaunchConfiguration {
  const checked = configuration('', given ?? {}, warn);
  if (checked.program === undefined) throw errors.missingProgram();
  return checked;
}
