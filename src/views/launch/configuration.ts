/**
 * Launch configurations made and completed without asking anybody. Pure and without `vscode`.
 */
import { basename, resolve } from 'node:path';
import { launchAttributes, type LaunchAttribute } from '../../protocol/launch-attributes';
import { DEBUG_TYPE, type LaunchConfiguration, type Topology } from '../../protocol/launch-configuration';

/** A launch configuration as VS Code holds it. */
export interface NamedConfiguration extends LaunchConfiguration {
  name: string;
  type: string;
  request: string;
}

export function configurationFor(program: string, topology: Topology = 'nested'): NamedConfiguration {
  const name = basename(program).replace(/\.elf$/, '');
  return {
    name: topology === 'nested' ? `${name}: L1 under L0` : `${name}: bare, no L0`,
    type: DEBUG_TYPE,
    request: 'launch',
    program,
    ...(topology === 'bare' && { topology }),
  };
}

/**
 * Relative paths made absolute, from the folder the configuration belongs to: the adapter's own working folder means nothing to the
 * user. Values that are no paths stay as they are; the adapter says what is wrong with them.
 */
export function withAbsolutePaths<C extends object>(configuration: C, folder: string): C {
  const rows: Readonly<Record<string, LaunchAttribute>> = launchAttributes;
  return attributesAbsolute(configuration, rows, folder) as C;
}

function attributesAbsolute(
  given: object,
  rows: Readonly<Record<string, LaunchAttribute>>,
  folder: string,
): object {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      Object.hasOwn(rows, key) ? absolute(value, rows[key]!, folder) : value,
    ]),
  );
}

function absolute(value: unknown, row: LaunchAttribute, folder: string): unknown {
  const { isPath, items, properties, additionalProperties, oneOf } = row;
  if (isPath && typeof value === 'string' && value !== '') return resolve(folder, value);
  if (items && Array.isArray(value)) return value.map((element) => absolute(element, items, folder));
  if (!isObject(value)) return value;
  if (properties) return attributesAbsolute(value, properties, folder);
  if (oneOf) return oneOf.reduce<unknown>((result, choice) => absolute(result, choice, folder), value);
  if (!isObject(additionalProperties)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, absolute(element, additionalProperties, folder)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The images nearest to a file first: those of its own folder, then of the folders above; the rest by name. */
export function nearestFirst(images: readonly string[], file: string | undefined): string[] {
  const distance = (image: string): number => {
    if (file === undefined) return 0;
    const from = file.split(/[\\/]/).slice(0, -1);
    const to = image.split(/[\\/]/).slice(0, -1);
    let same = 0;
    while (same < from.length && from[same] === to[same]) same++;
    return from.length + to.length - 2 * same;
  };
  return [...images].sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1));
}
