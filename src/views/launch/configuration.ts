/**
 * Launch configurations made and completed without asking anybody. Pure and without `vscode`.
 */
import { basename, isAbsolute, resolve } from 'node:path';
import {
  DEBUG_TYPE,
  type LaunchConfiguration,
  type ModuleConfiguration,
  type SymbolConfiguration,
  type Topology,
} from '../../protocol/launch-configuration';

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
  const absolute = (path: unknown): unknown =>
    typeof path === 'string' && path !== '' && !isAbsolute(path) ? resolve(folder, path) : path;
  const paths = <T extends ModuleConfiguration | SymbolConfiguration>(rows: unknown): unknown =>
    Array.isArray(rows)
      ? rows.map((row: T) => (isObject(row) ? { ...row, path: absolute(row.path) } : row))
      : rows;
  const result = { ...configuration } as Record<string, unknown>;
  if ('program' in result) result['program'] = absolute(result['program']);
  for (const key of ['modules', 'symbols']) if (key in result) result[key] = paths(result[key]);
  const { serial, sourceMap } = result;
  if (isObject(serial)) result['serial'] = { ...serial, file: absolute(serial['file']) };
  if (isObject(sourceMap))
    result['sourceMap'] = Object.fromEntries(
      Object.entries(sourceMap).map(([from, to]) => [from, absolute(to)]),
    );
  return result as C;
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
