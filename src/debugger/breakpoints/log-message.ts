/**
 * A log point's text: expressions stand in braces, a doubled brace is a brace.
 */
export type LogPart = { readonly text: string } | { readonly expression: string };

/** Cuts a message into text and expressions; an unclosed brace is text. */
export function parseLogMessage(message: string): LogPart[] {
  const parts: LogPart[] = [];
  let text = '';
  for (let at = 0; at < message.length; at++) {
    const here = message[at]!;
    if ((here === '{' || here === '}') && message[at + 1] === here) {
      text += here;
      at++;
      continue;
    }
    const end = here === '{' ? message.indexOf('}', at) : -1;
    if (end < 0) {
      text += here;
      continue;
    }
    if (text !== '') parts.push({ text });
    text = '';
    parts.push({ expression: message.slice(at + 1, end) });
    at = end;
  }
  if (text !== '') parts.push({ text });
  return parts;
}
