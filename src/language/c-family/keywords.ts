/**
 * Words that are no names. `this` and `self` are: a debugger knows them. Only those a reader of hypervisor code meets; a
 * missing one would merely be taken for a name.
 */
import type { CFamily } from '../source/language-id';

const typeWords = ['char', 'int', 'long', 'short', 'signed', 'unsigned', 'void', 'float', 'double', 'bool'];

const c = [
  ...typeWords,
  ...['auto', 'break', 'case', 'const', 'continue', 'default', 'do', 'else', 'enum', 'extern', 'for', 'goto'],
  ...['if', 'inline', 'register', 'restrict', 'return', 'sizeof', 'static', 'struct', 'switch', 'typedef'],
  ...[
    'union',
    'volatile',
    'while',
    'asm',
    '__asm__',
    '__asm',
    '_Bool',
    '__inline',
    '__inline__',
    '__volatile__',
  ],
  ...['typeof', '__typeof__', '_Static_assert', 'static_assert', '__attribute__', '__declspec', 'alignas'],
];

const cpp = [
  ...c,
  ...['catch', 'class', 'concept', 'const_cast', 'consteval', 'constexpr', 'constinit', 'decltype', 'delete'],
  ...['dynamic_cast', 'explicit', 'export', 'false', 'final', 'friend', 'mutable', 'namespace', 'new'],
  ...['noexcept', 'nullptr', 'operator', 'override', 'private', 'protected', 'public', 'reinterpret_cast'],
  ...['static_cast', 'template', 'throw', 'true', 'try', 'typename', 'using', 'virtual', 'wchar_t'],
];

const rust = [
  ...['as', 'async', 'await', 'break', 'const', 'continue', 'dyn', 'else', 'enum', 'extern', 'false'],
  ...['fn', 'for', 'if', 'impl', 'in', 'let', 'loop', 'match', 'mod', 'move', 'mut', 'pub', 'ref', 'return'],
  ...['static', 'struct', 'trait', 'true', 'type', 'unsafe', 'use', 'where', 'while'],
  ...['bool', 'char', 'str', 'u8', 'u16', 'u32', 'u64', 'u128', 'usize'],
  ...['i8', 'i16', 'i32', 'i64', 'i128', 'isize', 'f32', 'f64'],
];

export const keywords: Readonly<Record<CFamily, ReadonlySet<string>>> = {
  // A header with the language id of C may well belong to C++, whose words are no names in C either.
  c: new Set([...c, 'class', 'constexpr', 'namespace', 'static_cast', 'template', 'true', 'false']),
  cpp: new Set(cpp),
  rust: new Set(rust),
};
