// Writes the grammars of both assembly dialects into a folder: `tsx src/generate/grammars.ts dist`. They colour a file before
// the language server has read it, and without one. Runs at build time.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instructions, type Instruction } from '../isa/instructions';

interface Rule {
  name?: string;
  match?: string;
  begin?: string;
  end?: string;
  captures?: Record<string, { name: string }>;
  patterns?: Rule[];
}

interface Grammar {
  name: string;
  scopeName: string;
  patterns: Rule[];
}

const REGISTER =
  '[re]?[abcd]x|[abcd][hl]|[re]?[sd]i|[sd]il|[re]?[sb]p|[sb]pl|r(?:8|9|1[0-5])[bwdl]?|[cdefgs]s|[re]?ip|' +
  '[cdt]r(?:1[0-5]|[0-9])|(?:[xyz]mm|mm|k|bnd)(?:[12][0-9]|3[01]|[0-9])|st';

const NASM_DATA = 'equ|d[bwdqtoyz]|res[bwdqtoyz]|incbin';
const NASM_DIRECTIVES =
  'bits|use16|use32|use64|default|section|segment|absolute|extern|required|global|static|common|' +
  'cpu|float|org|alignb?|istruc|at|iend|struc|endstruc|times';

const escapes: Rule = { name: 'constant.character.escape', match: '\\\\(?:x[0-9A-Fa-f]+|[0-7]{1,3}|.)' };

function gas(): Grammar {
  return {
    name: 'GNU Assembler (x86)',
    scopeName: 'source.gas.turtlescope',
    patterns: [
      { name: 'comment.block', begin: '/\\*', end: '\\*/' },
      {
        name: 'meta.preprocessor',
        match: '^\\s*#\\s*(?:include|define|undef|ifdef|ifndef|if|else|elif|endif|error|warning|pragma)\\b',
        captures: { 0: { name: 'keyword.control.directive' } },
      },
      { name: 'comment.line', match: '(?://|(?<=^|\\s)#).*$' },
      { name: 'string.quoted.double', begin: '"', end: '"|$', patterns: [escapes] },
      { name: 'constant.character', match: "'(?:\\\\.|[^\\\\])'?" },
      { match: '^\\s*([A-Za-z_.$][\\w.$]*)(?=:)', captures: { 1: { name: 'entity.name.function' } } },
      { match: '^\\s*([0-9]+)(?=:)', captures: { 1: { name: 'entity.name.label' } } },
      { name: 'storage.type.directive', match: '(?<![\\w.$])\\.[A-Za-z_]\\w*' },
      { name: 'variable.language.register', match: `%(?:${REGISTER})\\b` },
      { name: 'variable.parameter', match: '\\\\(?:[A-Za-z_]\\w*|@|\\(\\))' },
      ...instructionRules('[bwlq]?'),
      { name: 'constant.numeric', match: '(?<![\\w.$%])(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|[0-9]+[bf]?)\\b' },
      { name: 'variable.other.constant', match: '(?<=\\$)\\(?[A-Za-z_.][\\w.$]*' },
    ],
  };
}

function nasm(): Grammar {
  return {
    name: 'NASM',
    scopeName: 'source.nasm.turtlescope',
    patterns: [
      { name: 'comment.line', match: ';.*$' },
      { name: 'string.quoted.double', match: '"[^"]*"?' },
      { name: 'string.quoted.single', match: "'[^']*'?" },
      { name: 'string.quoted.other', begin: '`', end: '`|$', patterns: [escapes] },
      { name: 'keyword.control.directive', match: '(?i)^\\s*%\\s*[a-z_]+\\b' },
      { match: '^\\s*([A-Za-z_.?@$][\\w.?@$#~]*)(?=:)', captures: { 1: { name: 'entity.name.function' } } },
      {
        match: `(?i)^\\s*([a-z_.?@$][\\w.?@$#~]*)\\s+(?:(times)\\s.*?)?(${NASM_DATA})(?![\\w.$])`,
        captures: {
          1: { name: 'entity.name.function' },
          2: { name: 'storage.type.directive' },
          3: { name: 'storage.type.directive' },
        },
      },
      {
        match: `(?i)(?:^\\s*|:\\s*|\\s)(${NASM_DATA}|${NASM_DIRECTIVES})(?![\\w.$])`,
        captures: { 1: { name: 'storage.type.directive' } },
      },
      {
        name: 'storage.modifier',
        match:
          '(?i)\\b(?:byte|word|dword|qword|tword|oword|yword|zword|ptr|short|near|far|strict|rel|abs)\\b',
      },
      { name: 'variable.language.register', match: `(?i)(?<![\\w.$])(?:${REGISTER})[0-7]?\\b` },
      { name: 'variable.parameter', match: '%(?:[0-9]+|\\{[^}]*\\}|%[\\w.]+|\\$+[\\w.]+)' },
      ...instructionRules(''),
      {
        name: 'constant.numeric',
        match:
          '(?i)(?<![\\w.$])(?:0[xh][0-9a-f_]+|0[by][01_]+|0[oq][0-7_]+|\\$[0-9][0-9a-f_]*|' +
          '[0-9][0-9a-f_]*h|[01_]+[by]|[0-7_]+[oq]|[0-9][0-9_]*)\\b',
      },
    ],
  };
}

/** Instructions that go somewhere else. */
const FLOW = /^(?:J[A-Z]+|CALL|RETF?|LOOP[A-Z]*|IRET[DQ]?|SYS(?:CALL|RET|ENTER|EXIT)|INT[0-9O]?)$/;

function alternatives(rows: readonly Instruction[]): string {
  const names = rows.flatMap(({ name, aliases = [], attNames = [], avx }) => [
    name,
    ...aliases,
    ...attNames,
    ...(avx ? [`V${name}`] : []),
  ]);
  return [...new Set(names)].sort().join('|').toLowerCase();
}

/** The first word of a statement: an instruction, or else perhaps a macro of the source. `suffix`: letters of AT&T's sizes. */
function instructionRules(suffix: string): Rule[] {
  const prefix = '(?:rep(?:n?[ez])?|lock|x(?:acquire|release)|notrack|bnd)';
  const rule = (words: string, name: string): Rule => ({
    match: `(?i)(?:^|[:;])\\s*(?:(${prefix})\\s+)?(${words})(?![\\w.$]|\\s*[:=])`,
    captures: { 1: { name: 'keyword.operator.prefix' }, 2: { name } },
  });
  const ofKind = (wanted: (row: Instruction) => boolean): string =>
    `(?:${alternatives(instructions.filter(wanted))})${suffix}`;
  const isVmx = ({ family }: Instruction): boolean => family === 'vmx';
  const isFlow = ({ name }: Instruction): boolean => FLOW.test(name);
  return [
    rule(ofKind(isVmx), 'keyword.control.vmx'),
    rule(ofKind(isFlow), 'keyword.control.flow'),
    rule(
      ofKind((row) => !isVmx(row) && !isFlow(row)),
      'support.function.mnemonic',
    ),
    rule('[a-z_][\\w.$]*', 'entity.name.function.macro'),
  ];
}

export const grammars: Readonly<Record<'gas' | 'nasm', () => Grammar>> = { gas, nasm };

if (require.main === module) {
  const folder = process.argv[2] ?? 'dist';
  for (const [dialect, make] of Object.entries(grammars))
    writeFileSync(join(folder, `${dialect}.tmLanguage.json`), JSON.stringify(make(), null, 1) + '\n');
}
