/**
 * Lines of GNU as into words, for sources that go through the C preprocessor and for those that do not: nothing in a file says
 * which it is. Knows comments, strings and sigils; what a word means in its statement is the parser's business.
 */
import { characterValue, gasNumber } from './number-notation';
import { registerNamed } from './register-names';
import { endsInBackslash, type Lexed, type Token } from './token';

/** What a line leaves open, as bits, because states are compared with `===`. */
export const GasState = {
  /** Inside a block comment. */
  comment: 1,
  /** `.intel_syntax` holds. */
  intel: 2,
  /** Registers need no percent sign. */
  naked: 4,
  /** A backslash continued a statement, a line of the preprocessor, a comment. */
  statement: 8,
  preprocessor: 16,
  lineComment: 32,
} as const;

const LASTING = GasState.comment | GasState.intel | GasState.naked;

const PREPROCESSOR =
  /#([ \t]*)(define|undef|include_next|include|import|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line|ident)\b/y;
const NUMBER = /[0-9][0-9A-Za-z_.]*\$?/y;
const NUMERIC_REFERENCE = /^[0-9]+[bfBF]$/;
const NAME =
  /(?:[A-Za-z_.\u0080-\uffff]|\\(?:\(\)|@|\+|[A-Za-z_]))(?:[\w.$\u0080-\uffff]|\\(?:\(\)|@|[A-Za-z_]))*/y;
const REGISTER = /%([ \t]*)((?:[A-Za-z_]|\\(?:\(\)|@|[A-Za-z_]))(?:\w|\\(?:\(\)|@|[A-Za-z_]))*)/y;
const CHARACTER = /'(\\.|[^\\])'?/y;
const OPERATOR = /<<|>>|==|!=|<>|<=|>=|&&|\|\||##|[^\s]/y;

export function lexGas(text: string, state: number): Lexed {
  const tokens: Token[] = [];
  const backslash = endsInBackslash(text);
  const end = backslash ? text.lastIndexOf('\\') : text.length;
  let next = state & LASTING;
  let preprocessor = (state & GasState.preprocessor) !== 0;
  const continued = (state & (GasState.statement | GasState.preprocessor | GasState.lineComment)) !== 0;
  let at = 0;
  const add = (kind: Token['kind'], stop: number, word: string, value?: bigint): void => {
    tokens.push(
      value === undefined
        ? { kind, start: at, end: stop, text: word }
        : { kind, start: at, end: stop, text: word, value },
    );
    at = stop;
  };
  /** A comment up to the end of the line: a backslash at its end carries it on. */
  const lineComment = (): void => {
    add('comment', text.length, text.slice(at));
    if (backslash) next |= GasState.lineComment;
  };
  const blockComment = (from: number): void => {
    const close = text.indexOf('*/', from);
    if (close < 0) next |= GasState.comment;
    else next &= ~GasState.comment;
    const stop = close < 0 ? text.length : close + 2;
    add('comment', stop, text.slice(at, stop));
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };

  if (state & GasState.comment) blockComment(0);
  else if (state & GasState.lineComment) lineComment();
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === 13 || code === 12 || code === 11) {
      at++;
    } else if (code === 35 /* # */ && !preprocessor) {
      const directive =
        tokens.every((token) => token.kind === 'comment') && !continued && match(PREPROCESSOR);
      if (directive && !readsAsProse(text, directive[1]!, directive[2]!, at + directive[0].length)) {
        preprocessor = true;
        add('name', at + directive[0].length, '#' + directive[2]!);
      } else lineComment();
    } else if (code === 47 /* / */ && text[at + 1] === '*') {
      blockComment(at + 2);
    } else if (code === 47 && (text[at + 1] === '/' || (tokens.length === 0 && !continued))) {
      lineComment();
    } else if (code === 34 /* " */) {
      const stop = closingQuote(text, at, end);
      add('string', stop, text.slice(at, stop));
    } else if (code >= 48 && code <= 57) {
      const word = match(NUMBER)![0];
      const stop = Math.min(at + word.length, end);
      const value = gasNumber(word);
      add(
        value === undefined && NUMERIC_REFERENCE.test(word) ? 'numeric-reference' : 'number',
        stop,
        word,
        value,
      );
    } else if (code === 37 /* % */ && isRegister(tokens, match(REGISTER))) {
      const [whole, , name] = match(REGISTER)!;
      add('register', Math.min(at + whole.length, end), name!);
    } else if (code === 39 /* ' */ && match(CHARACTER)) {
      const [whole, body] = match(CHARACTER)!;
      add('number', Math.min(at + whole.length, text.length), whole, characterValue(body!));
    } else {
      const word = match(NAME)?.[0];
      if (word !== undefined) {
        const naked = (next & GasState.naked) !== 0 && !preprocessor;
        const kind = word.includes('\\')
          ? 'argument'
          : naked && registerNamed(word, true)
            ? 'register'
            : 'name';
        add(kind, Math.min(at + word.length, end), word);
      } else {
        const operator = match(OPERATOR)?.[0] ?? text[at]!;
        add('operator', at + operator.length, operator);
      }
    }
  }
  const inComment = (next & (GasState.comment | GasState.lineComment)) !== 0;
  const continues = backslash && !inComment;
  if (continues) next |= preprocessor ? GasState.preprocessor : GasState.statement;
  return { tokens, next: preprocessor ? next : afterSyntax(tokens, next), continues, continued };
}

/**
 * A line that starts with `#` may as well be a comment (`# if the CPU has it`). With two words side by side where the
 * preprocessor wants an expression, or text where it wants none, it is prose.
 */
function readsAsProse(text: string, blanks: string, directive: string, from: number): boolean {
  const rest = text
    .slice(from, from + 200)
    .replace(/\/\*.*?\*\/|\/\/.*|\/\*.*/g, ' ')
    .trim();
  switch (directive) {
    case 'if':
    case 'elif':
      return rest === '' || /[A-Za-z_]\w*[ \t]+[A-Za-z_]/.test(rest.replace(/\bdefined\b/g, '!'));
    case 'include':
    case 'include_next':
    case 'import':
      return !/^["<A-Z_]/.test(rest);
    case 'else':
    case 'endif':
      return blanks !== '' && rest !== '' && !rest.startsWith('#');
    case 'ifdef':
    case 'ifndef':
    case 'undef':
    case 'define':
      return !/^[A-Za-z_]/.test(rest);
    default:
      return blanks !== '';
  }
}

/** Behind a number or a closing parenthesis a percent sign divides; before a word that is no register, so does one with a blank. */
function isRegister(tokens: readonly Token[], found: RegExpExecArray | null): boolean {
  const before = tokens[tokens.length - 1];
  if (!found || before?.kind === 'number' || before?.text === ')') return false;
  return found[1] === '' || registerNamed(found[2]!, false) !== undefined;
}

function closingQuote(text: string, open: number, end: number): number {
  for (let at = open + 1; at < end; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return end;
}

/** `.intel_syntax noprefix` and `.att_syntax` decide how all lines behind are read. */
function afterSyntax(tokens: readonly Token[], state: number): number {
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'name') continue;
    const argument = tokens[index + 1]?.text;
    if (token.text === '.intel_syntax') return state | GasState.intel | GasState.naked;
    if (token.text === '.att_syntax')
      return (state & ~(GasState.intel | GasState.naked)) | (argument === 'noprefix' ? GasState.naked : 0);
  }
  return state;
}
