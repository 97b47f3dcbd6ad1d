/** Whether a word can be the name of a symbol in a dialect, and if not, why: a clause that follows the name. */
import { directiveMeaning } from '../assembly/directives';
import { registerNamed } from '../assembly/register-names';
import { isInstruction } from './instruction-words';
import type { AssemblyDialect } from '../source/language-id';
import type { Definition } from './symbol';

const SHAPES: Readonly<Record<AssemblyDialect, RegExp>> = {
  gas: /^[A-Za-z_.][\w.$]*$/,
  nasm: /^[A-Za-z_.?@][\w.$#@~?]*$/,
};
/** Names of C's preprocessor, and of parameters. */
const WORD = /^[A-Za-z_]\w*$/;

/** Undefined when the name is good for the symbol. */
export function refusal(
  name: string,
  { kind, local }: Pick<Definition, 'kind' | 'local'>,
  dialect: AssemblyDialect,
): string | undefined {
  if (!SHAPES[dialect].test(name)) return 'is not a name in this assembler';
  const word = kind === 'parameter' || (kind === 'text' && dialect === 'gas');
  if (word && !WORD.test(name)) return 'is not a name here: letters, digits and underscores make one';
  if (registerNamed(name, true)) return 'is a register';
  if (kind === 'macro' && isInstruction(name, dialect)) return 'is an instruction';
  if (dialect === 'nasm') return nasmRefusal(name, local === true);
  const directive = name.startsWith('.') ? directiveMeaning(dialect, name) : undefined;
  return directive && directive.what !== 'unknown' ? 'is a directive' : undefined;
}

function nasmRefusal(name: string, local: boolean): string | undefined {
  const special = name.startsWith('..@');
  if (local && name[0] !== '.') return 'has no dot in front, which makes a local label';
  if (local && name[1] === '.') return 'has two dots in front, which make another kind of name';
  if (!local && name[0] === '.' && !special) return 'is a local label by its dot, and the symbol is none';
  if (name.includes('.', special ? 3 : 1)) return 'has a dot inside, where a local label would begin';
  if (local) return undefined;
  if (isInstruction(name, 'nasm')) return 'is an instruction';
  return directiveMeaning('nasm', name) ? 'is a directive' : undefined;
}
