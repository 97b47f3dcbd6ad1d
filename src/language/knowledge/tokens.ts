/**
 * A name as a list of canonical tokens, so that all ways to write the same thing meet: `kGuestCsArBytes`, `GUEST_CS_AR_BYTES`
 * and "Guest CS access rights" are one list. Only the writing is known here; what the tokens name is the index's matter.
 */

import { abbreviations, groups } from './abbreviations';

/**
 * Pieces of a name in upper case: at signs, between a small and a capital letter, and between a word of three letters or more
 * and the number behind it. `CR3` and `X2APIC` stay whole.
 */
function pieces(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, (whole, left: string, right: string, at: number) =>
      // `IA32_EFERHigh` parts, `X2APIC` and `1GB` do not: a digit parts only when small letters show camel case.
      /\d/.test(left) && !/[a-z]/.test(name[at + 2] ?? '') ? whole : `${left} ${right}`,
    )
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toUpperCase()
    .replace(/'S?\b/g, '')
    .split(/[^A-Z0-9]+/)
    .flatMap((piece) => /^(?!VMCS)([A-Z]{3,})(\d{1,2})$/.exec(piece)?.slice(1) ?? [piece])
    .filter((piece) => piece !== '');
}

/** Words glued together (`PINBASED`, `PAGEADDR`) part where all pieces are words of the vocabulary. */
function unglued(piece: string, vocabulary: ReadonlySet<string>): string[] {
  return pieceWords(piece, vocabulary) ?? [piece];
}

function pieceWords(piece: string, vocabulary: ReadonlySet<string>): string[] | undefined {
  const known = (part: string): boolean => vocabulary.has(part) || Object.hasOwn(abbreviations, part);
  if (known(piece)) return [piece];
  for (let at = 3; at <= piece.length - 3; at++) {
    if (!known(piece.slice(0, at))) continue;
    const rest = pieceWords(piece.slice(at), vocabulary);
    if (rest) return [piece.slice(0, at), ...rest];
  }
  return undefined;
}

/** Names as canonical tokens, given the words of all rows. */
export class Tokens {
  private readonly vocabulary: ReadonlySet<string>;
  /** One word is asked for by every kind of fact in turn, and the parts of a row's names come again. */
  private readonly recent = new Map<string, readonly string[]>();

  /** @param spellings of all rows; their words are those that glued words are parted into */
  constructor(spellings: Iterable<string>) {
    const words = new Set<string>();
    for (const spelling of spellings) for (const word of pieces(spelling)) words.add(word);
    this.vocabulary = words;
  }

  /** The canonical tokens of a name, in order. */
  of(name: string): readonly string[] {
    let tokens = this.recent.get(name);
    if (!tokens) {
      tokens = canonical(name, this.vocabulary);
      if (this.recent.size >= RECENT) this.recent.clear();
      this.recent.set(name, tokens);
    }
    return tokens;
  }
}

const RECENT = 32;

function canonical(name: string, vocabulary: ReadonlySet<string>): string[] {
  const words = pieces(name)
    .flatMap((piece) => unglued(piece, vocabulary))
    .map((piece) => (Object.hasOwn(abbreviations, piece) ? abbreviations[piece]! : piece));
  const text = groups.reduce(
    (joined, [group, token]) => joined.replace(group, token),
    ` ${words.join(' ')} `,
  );
  return text.split(' ').filter((token) => token !== '');
}
