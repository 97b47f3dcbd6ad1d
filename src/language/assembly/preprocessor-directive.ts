/** Whether a line that starts with `#` is one of the C preprocessor. It may as well be a comment (`# if the CPU has it`). */

const DIRECTIVE =
  /#([ \t]*)(define|undef|include_next|include|import|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line|ident)\b/y;

/** The directive whose `#` stands at a place, and where it ends; undefined for a comment. */
export function preprocessorDirective(
  text: string,
  at: number,
): { readonly name: string; readonly end: number } | undefined {
  DIRECTIVE.lastIndex = at;
  const found = DIRECTIVE.exec(text);
  if (!found) return undefined;
  const [all, blanks, name] = found as unknown as readonly [string, string, string];
  const end = at + all.length;
  return readsAsProse(text, blanks, name, end) ? undefined : { name, end };
}

/** Two words side by side where the preprocessor wants an expression, or text where it wants none, are prose. */
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
