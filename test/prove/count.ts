/** The count that a proof's command line asks for: `npm run prove:fuzz -- 1000000`. */
export function countAsked(fallback: number): number {
  const [text] = process.argv.slice(2);
  if (text === undefined) return fallback;
  const count = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(count) && count > 0) return count;
  console.error(`a count is a whole number above 0, such as 1000000, not "${text}"`);
  process.exit(2);
}
