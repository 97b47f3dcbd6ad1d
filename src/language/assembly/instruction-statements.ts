/** Statements of instructions, and of macros that are used like them: prefixes, mnemonic, operands. */
import { isPrefix, mnemonicMeaning } from './effects';
import { labelOf } from './labels';
import { operandsOf } from './operands';
import type { InstructionStatement } from './statement';
import type { StatementWords } from './statement-words';
import { NO_TOKENS, tokensBehind, type Token } from './token';

/** Macros of C in Linux and Xen that begin a function or an object with a name. */
const LABEL_MACRO =
  /^(?:SYM_\w*START\w*|SYM_(?:INNER_LABEL\w*|ENTRY|DATA)|ENTRY|GLOBAL|WEAK|FUNC|FUNC_LOCAL|LABEL|LABEL_LOCAL|DATA|DATA_LOCAL)$/;

export function instructionStatement({
  words,
  labels,
  dialect,
  syntax,
}: StatementWords): InstructionStatement {
  const at = prefixCount(words);
  const prefixes = at === 0 ? NO_TOKENS : words.slice(0, at);
  const mnemonic = words[at]!;
  const open = words[at + 1];
  const att = syntax === 'att';
  const { base, suffixBits, effect } = mnemonicMeaning(mnemonic.text, att);
  const call = open?.text === '(' && open.start === mnemonic.end && effect === undefined;
  const behind = call ? insideParentheses(words, at + 2) : tokensBehind(words, at + 1);
  const named = call && behind[0]?.kind === 'name' && LABEL_MACRO.test(mnemonic.text);
  return {
    kind: 'instruction',
    labels: named ? [...labels, labelOf(behind[0]!, dialect)] : labels,
    start: words[0]!.start,
    end: words[words.length - 1]!.end,
    prefixes,
    mnemonic,
    base,
    suffixBits,
    effect,
    operands: operandsOf(behind, syntax),
    destinationLast: att,
    call,
  };
}

/** How many words in front are prefixes: behind each of them a name must follow. */
function prefixCount(words: readonly Token[]): number {
  let count = 0;
  while (words[count + 1]?.kind === 'name' && isPrefix(words[count]!.text)) count++;
  return count;
}

function insideParentheses(words: readonly Token[], from: number): readonly Token[] {
  const closed = words.length > from && words[words.length - 1]!.text === ')';
  return closed ? words.slice(from, -1) : tokensBehind(words, from);
}
