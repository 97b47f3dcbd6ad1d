/**
 * Lines of NASM into words. Sources of MASM pass through here too, because they have the same file extension: they need not be
 * understood, but nothing may break on them.
 */
import { nasmNumber, stringValue } from './number-notation';
import { registerNamed } from './register-names';
import { endsInBackslash, type Lexed, type Token, type TokenKind } from './token';

/** What a line leaves open: a backslash at its end joins any line with the next, comments included. */
export const NasmState = { statement: 1, comment: 2 } as const;

const DIRECTIVE = /%([a-z]+)(?![\w:%])/iy;
const NUMBER = /\$?[0-9](?:[0-9A-Za-z_.]*[eEpP][+-][0-9]+|[0-9A-Za-z_.]*)/y;
const NAME = /\$?([A-Za-z_.?@\u0080-\uffff][\w.$#@~?\u0080-\uffff]*)/y;
const ARGUMENT = /%(?:\{[^}]{0,100}\}|[-+]?[0-9]+|\?\??|\$+[\w.$#@~?]+|%[A-Za-z_.?@][\w.$#@~?]*|![\w]+)/y;
const OPERATOR = /<<<|>>>|<=>|<<|>>|==|!=|<>|<=|>=|&&|\|\||\^\^|\/\/|%%|%\+|%\[|\$\$|[^\s]/y;

export function lexNasm(text: string, state: number): Lexed {
  const tokens: Token[] = [];
  const continues = endsInBackslash(text);
  const continued = state !== 0;
  const end = continues ? text.lastIndexOf('\\') : text.length;
  let comment = state === NasmState.comment;
  let at = 0;
  const add = (kind: TokenKind, stop: number, word: string, value?: bigint): void => {
    const last = tokens[tokens.length - 1];
    const start = at;
    at = stop;
    // What stands side by side with a parameter becomes one name with it.
    if (last?.end === start && joins(last.kind, kind)) {
      tokens[tokens.length - 1] = {
        kind: 'argument',
        start: last.start,
        end: stop,
        text: text.slice(last.start, stop),
      };
    } else {
      tokens.push(
        value === undefined
          ? { kind, start, end: stop, text: word }
          : { kind, start, end: stop, text: word, value },
      );
    }
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < end) {
    const code = text.charCodeAt(at);
    if (comment || code === 59 /* ; */) {
      comment = true;
      add('comment', end, text.slice(at, end));
    } else if (code === 32 || code === 9 || code === 13 || code === 12 || code === 11) {
      at++;
    } else if (code === 34 || code === 39 || code === 96 /* " ' ` */) {
      const stop = closingQuote(text, at, end);
      const body = text.slice(at + 1, stop - 1);
      const plain = code !== 96 || !body.includes('\\');
      add('string', stop, text.slice(at, stop), plain ? stringValue(body) : undefined);
    } else if (code === 37 /* % */ && tokens.length === 0 && !continued && match(DIRECTIVE)) {
      const word = match(DIRECTIVE)![0];
      add('name', at + word.length, word);
    } else if (code === 37 && match(ARGUMENT)) {
      const word = match(ARGUMENT)![0];
      add('argument', Math.min(at + word.length, end), word);
    } else if (match(NUMBER)) {
      const word = match(NUMBER)![0];
      add('number', Math.min(at + word.length, end), word, nasmNumber(word));
    } else if (match(NAME)) {
      const [whole, name] = match(NAME)!;
      const escaped = whole.startsWith('$');
      const kind = !escaped && registerNamed(name!, true) ? 'register' : 'name';
      add(kind, Math.min(at + whole.length, end), name!);
    } else {
      const operator = match(OPERATOR)?.[0] ?? text[at]!;
      add('operator', Math.min(at + operator.length, end), operator);
    }
  }
  const next = !continues ? 0 : comment ? NasmState.comment : NasmState.statement;
  return { tokens, next, continues: continues && !comment, continued };
}

function joins(before: TokenKind, now: TokenKind): boolean {
  const word = (kind: TokenKind): boolean =>
    kind === 'name' || kind === 'argument' || kind === 'number' || kind === 'register';
  return (before === 'argument' && word(now)) || (now === 'argument' && word(before));
}

/** A quote that nothing closes reaches to the end of the line. */
function closingQuote(text: string, open: number, end: number): number {
  const quote = text[open]!;
  for (let at = open + 1; at < end; at++) {
    if (text[at] === '\\' && quote === '`') at++;
    else if (text[at] === quote) return at + 1;
  }
  return end;
}
