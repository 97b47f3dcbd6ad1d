/** Names that only an expansion completes: a part of a name beside a parameter, or joined to one by an operator. */
import type { Token } from '../assembly/token';
import type { AssemblyDialect } from '../source/language-id';

/** Stands in a pasted name for what an expansion puts there. */
export const ANYTHING = '*';

const PUT_IN = {
  gas: /\\(?:@|\+|[A-Za-z_][\w.$]*)/g,
  nasm: /%(?:\{[^}]*\}|[-+]?[0-9]+|\?\??|\$+[\w?]*|![\w]+)/g,
} as const;

/** The name with stars where an expansion puts something in; undefined where nothing is, or nothing else is left. */
export function pastedName(
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
  dialect: AssemblyDialect,
): string | undefined {
  const { kind, text } = token;
  if (kind === 'name' || kind === 'number') return joinedName(token, before, after, dialect);
  if (kind !== 'argument' || (dialect === 'nasm' && text.startsWith('%%'))) return undefined;
  const name = text.replace(PUT_IN[dialect], ANYTHING).replaceAll('\\()', '');
  return name.replaceAll(ANYTHING, '') === '' ? undefined : name;
}

function joinedName(
  { text, start, end }: Token,
  before: Token | undefined,
  after: Token | undefined,
  dialect: AssemblyDialect,
): string | undefined {
  const joins = (other: Token | undefined): boolean => other?.text === '##' || other?.text === '%+';
  const bracket = dialect === 'nasm' && before?.text === ']' && before.end === start;
  const follows = joins(before) || bracket;
  const leads = joins(after) || (after?.text === '%[' && after.start === end);
  if (!follows && !leads) return undefined;
  return (follows ? ANYTHING : '') + text + (leads ? ANYTHING : '');
}

/** True when the pasted name may become this name, `least` letters of which stand there. */
export function mayBecome(pasted: string, name: string, least: number): boolean {
  if (pasted.replaceAll(ANYTHING, '').length < least) return false;
  const pattern = pasted.split(ANYTHING).map((part) => part.replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`).test(name);
}
