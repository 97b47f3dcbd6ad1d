/**
 * Validates a launch configuration by the rows of `launch-attributes`, which are its schema in package.json as well. Reads no file:
 * paths are checked where they are opened.
 */
import { closest } from './closest-name';
import { ConfigurationProblem } from './configuration-problem';
import { launchAttributes, type LaunchAttribute } from './launch-attributes';
import type { LaunchConfiguration } from './launch-configuration';

/** Attributes every configuration may have: VS Code's own, which it keeps or strips as it likes. */
const FOREIGN = new Set([
  ...['name', 'type', 'request', 'noDebug', 'presentation', 'preLaunchTask', 'postDebugTask'],
  ...['internalConsoleOptions', 'debugServer', 'serverReadyAction', 'suppressMultipleSessionWarning'],
  ...['windows', 'linux', 'osx', 'restart'],
]);

/** Takes a sentence about something that is no mistake for sure: another tool's attribute, say. */
export type Warn = (text: string) => void;

/**
 * The configuration, as its type promises.
 * @param warn told of attributes nobody here knows
 * @throws ConfigurationProblem naming the attribute and what it must be
 */
export function checkedConfiguration(given: unknown, warn: Warn): LaunchConfiguration {
  const own = Object.entries(objectOf('', given ?? {})).filter(
    ([key]) => !FOREIGN.has(key) && !key.startsWith('__'),
  );
  const checked = shape('', Object.fromEntries(own), launchAttributes, [], warn);
  if (checked['program'] === undefined)
    throw new ConfigurationProblem(
      'missing',
      'program',
      'is missing: name the image to boot, e.g. "${workspaceFolder}/hypervisor.elf".',
    );
  return checked as unknown as LaunchConfiguration;
}

type Rows = Readonly<Record<string, LaunchAttribute>>;

function wrong(name: string, wanted: string, given: unknown): ConfigurationProblem {
  const shown = JSON.stringify(given) ?? String(given);
  return new ConfigurationProblem('wrong', name || undefined, `must be ${wanted}, not ${shown}.`);
}

function objectOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(name, 'an object', value);
  return value as Record<string, unknown>;
}

/** An object with these attributes; others are told and left out. */
function shape(
  name: string,
  given: unknown,
  rows: Rows,
  required: readonly string[],
  warn: Warn,
): Record<string, unknown> {
  const known = Object.keys(rows);
  const prefix = name === '' ? '' : `${name}.`;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(objectOf(name, given))) {
    if (value === undefined) continue;
    if (Object.hasOwn(rows, key)) result[key] = checked(prefix + key, value, rows[key]!, warn);
    else warn(unknownAttribute(prefix + key, closest(key, known), known));
  }
  for (const key of required) if (result[key] === undefined) throw wrong(prefix + key, 'given', undefined);
  return result;
}

function checked(name: string, value: unknown, row: LaunchAttribute, warn: Warn): unknown {
  if (row.oneOf) return alternative(name, value, row.oneOf, warn);
  switch (row.type) {
    case 'array':
      if (!Array.isArray(value)) throw wrong(name, 'a list', value);
      return value.map((element, index) => checked(`${name}[${index}]`, element, row.items!, warn));
    case 'object':
      if (row.properties && row.additionalProperties === false)
        return shape(name, value, row.properties, row.required ?? [], warn);
      return mapped(name, value, row.additionalProperties as LaunchAttribute, warn);
    default:
      if (!isScalar(value, row)) throw wrong(name, wantedOf(row), value);
      return value;
  }
}

function mapped(name: string, value: unknown, row: LaunchAttribute, warn: Warn): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(objectOf(name, value)).map(([key, element]) => [
      key,
      checked(`${name}.${key}`, element, row, warn),
    ]),
  );
}

/** Text, or an object: what was written tells which of the two was meant. */
function alternative(name: string, value: unknown, rows: readonly LaunchAttribute[], warn: Warn): unknown {
  const object = typeof value === 'object';
  return checked(
    name,
    value,
    rows.find(({ type }) => (type === 'object') === object)!,
    warn,
  );
}

function isScalar(value: unknown, row: LaunchAttribute): boolean {
  const { type, pattern, minimum = -Infinity, maximum = Infinity } = row;
  const types = typeof type === 'string' ? [type] : (type ?? []);
  if (typeof value === 'boolean') return types.includes('boolean');
  if (typeof value === 'number') {
    if (!types.includes('integer') || !Number.isSafeInteger(value)) return false;
    return value >= minimum && value <= maximum;
  }
  if (typeof value !== 'string' || !types.includes('string')) return false;
  if (row.enum) return row.enum.includes(value);
  if (row.isPath) return value !== '';
  if (pattern === undefined) return true;
  // Text with a number: the limits are the number's.
  return new RegExp(pattern).test(value) && !(Number(value) < minimum) && !(Number(value) > maximum);
}

function wantedOf({ wanted, type, minimum, maximum, unit, isPath, enum: names }: LaunchAttribute): string {
  if (wanted !== undefined) return wanted;
  if (names) return names.map((name) => `"${name}"`).join(' or ');
  if (type === 'boolean') return 'true or false';
  if (type === 'string') return isPath ? 'the path of a file' : 'text';
  const limit = maximum === undefined ? `${minimum} on` : `${minimum} to ${maximum}`;
  return `a whole number of ${unit} from ${limit}`;
}

function unknownAttribute(name: string, near: string | undefined, known: readonly string[]): string {
  const advice = near === undefined ? `known are ${known.join(', ')}` : `did you mean "${near}"?`;
  return `launch.json: unknown attribute "${name}" is ignored; ${advice}`;
}
