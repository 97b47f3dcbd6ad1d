/**
 * The integer types a cast can name: C's own in the LP64 model, and the short names kernels and hypervisors use.
 */
export interface BuiltinType {
  readonly name: string;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
}

const fixed = (names: readonly string[], bytes: BuiltinType['bytes'], signed: boolean) =>
  names.map((name): [string, BuiltinType] => [name, { name, bytes, signed }]);

const types = new Map<string, BuiltinType>([
  ...fixed(['u8', 'uint8_t', '__u8', 'bool', '_Bool', 'unsigned char'], 1, false),
  ...fixed(['u16', 'uint16_t', '__u16', 'unsigned short', 'unsigned short int'], 2, false),
  ...fixed(['u32', 'uint32_t', '__u32', 'unsigned', 'unsigned int'], 4, false),
  ...fixed(
    [
      ...['u64', 'uint64_t', '__u64', 'size_t', 'uintptr_t'],
      ...['unsigned long', 'unsigned long int', 'unsigned long long', 'unsigned long long int'],
    ],
    8,
    false,
  ),
  ...fixed(['s8', 'int8_t', 'char', 'signed char'], 1, true),
  ...fixed(['s16', 'int16_t', 'short', 'short int'], 2, true),
  ...fixed(['s32', 'int32_t', 'int', 'signed', 'signed int'], 4, true),
  ...fixed(
    ['s64', 'int64_t', 'ssize_t', 'intptr_t', 'long', 'long int', 'long long', 'long long int'],
    8,
    true,
  ),
  ...fixed(['void'], 1, false),
]);

const words = new Set([...types.keys()].flatMap((name) => name.split(' ')));

/** True for a word that can be part of a type's name. */
export function isTypeWord(word: string): boolean {
  return words.has(word);
}

/** The type these words name; undefined when they name none. */
export function builtinType(names: readonly string[]): BuiltinType | undefined {
  return types.get(names.join(' '));
}
