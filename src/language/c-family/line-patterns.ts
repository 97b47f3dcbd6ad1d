/** The shapes of words in C, C++ and Rust. All patterns match at one place only (`lastIndex`). */
export const SPACES = /[ \t\f\v\r\u00a0\ufeff]*/y;
export const NAME = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y;
export const C_NUMBER = /\.?\d(?:'(?=\w)|[eEpP][+-](?!0[xX])|[\w.])*/y;
export const C_HEXADECIMAL = /0[xX](?:'(?=\w)|[pP][+-]|[\w.])*/y;
export const RUST_NUMBER = /\d\w*(?:\.\d\w*)?/y;
export const PUNCTUATOR =
  /<<=|>>=|\.\.\.|\.\.=|->|\+\+|--|<<|>>|<=|>=|==|!=|=>|&&|\|\||[-+*/%&|^]=|::|\.\.|##|[^]/y;
export const RAW_STRING_C = /(?:u8|[uUL])?R"([^()\\\s]{0,16})\(/y;
export const RAW_STRING_RUST = /(?:b|c)?r(#{0,255})"/y;
export const STRING_START = /(?:u8|[uULbc])?"/y;
export const CHARACTER_C = /(?:u8|[uUL])?'(?:\\.|[^'\\])*'?/y;
export const CHARACTER_RUST =
  /b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]{0,9}\}|.)|[^'\\]|[\ud800-\udbff][\udc00-\udfff])'/y;
export const LIFETIME = /'[A-Za-z_]\w*/y;
export const STRING_PART = /[^"\\]+|\\[^]?/y;
export const DIRECTIVE_NAME = /#[ \t]*[A-Za-z_]*/y;
export const HEADER = /<[^>]*>?/y;

export function delimiter(opening: string): string {
  return opening.slice(opening.indexOf('"') + 1, -1);
}

/** Blanks behind the backslash are forgiven, as compilers do. */
export function continuationOf(text: string): number {
  let last = text.length - 1;
  while (last >= 0 && (text[last] === ' ' || text[last] === '\t')) last--;
  return text[last] === '\\' ? last : -1;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Letters that literals begin with: u U L R b c r. */
export function mayPrefix(code: number): boolean {
  return (
    code === 0x75 ||
    code === 0x55 ||
    code === 0x4c ||
    code === 0x52 ||
    code === 0x62 ||
    code === 0x63 ||
    code === 0x72
  );
}
