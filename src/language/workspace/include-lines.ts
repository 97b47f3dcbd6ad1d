/**
 * Which files a text includes, in whichever language, from its lines alone. Sources know it better, but they ask for constants of
 * includes while they find that out; and most headers are read for this and nothing else.
 */
const INCLUDE = /^[ \t]*[#%.][ \t]*include[ \t]+["<']?([^"'<>\s]+)/;

/** Names as written. */
export function includesIn(lines: Iterable<string>): string[] {
  const names: string[] = [];
  for (const line of lines) {
    const name = line.includes('include') ? INCLUDE.exec(line)?.[1] : undefined;
    if (name !== undefined) names.push(name);
  }
  return names;
}
