// The shape of a decoded word: named bit ranges, one row each. All formats in this room use it. No behaviour.

/** One named range of bits of a word, with what its values mean where they are enumerated. */
export interface BitRange {
  /** Highest and lowest bit; a flag has both equal. */
  high: number;
  low: number;
  name: string;
  title: string;
  /** What the bit does, where the title does not say it. */
  summary?: string;
  /** What projects call it where no rule makes that of the name or the title; without the name of the word. */
  otherNames?: readonly string[];
  /** Meaning of each defined value. A value that is not listed is reserved. */
  values?: Readonly<Record<number, string>>;
  /** How to show the number when it has no listed values. */
  show?: 'hex' | 'decimal' | 'vector' | 'address' | 'register';
  /** Only when another range of the same word has one of these values. */
  when?: { range: string; is: readonly number[] };
  /** Not yet in the SDM of June 2016 (325384-059). */
  newer?: true;
}
