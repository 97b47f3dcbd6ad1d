// The linter's own rules for the core (.ci/core-rules.mjs): what they find, and what they let pass.
import assert from 'node:assert/strict';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

/** JavaScript without types, as eslint.config.mjs reads it. */
const RULES: string = '../../.ci/core-rules.mjs';

async function found(source: string): Promise<string[]> {
  const { default: rules } = (await import(RULES)) as { default: never };
  const messages = new Linter().verify(
    source,
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser, parserOptions: { allowInvalidAST: true } },
      plugins: { core: rules },
      rules: { 'core/literal-bits': 'error', 'core/named-vector': 'error' },
    },
    'core.ts',
  );
  return messages.map((message) => message.ruleId ?? message.message);
}

describe('rules for the core', () => {
  for (const source of [
    'if (access & 8) f();',
    'const x = <u64>rflags() | 2;',
    'const y = get64(State.CR3) & 0xfff;',
    'const z = load<u32>(tr + Segment.ACCESS) >> 5 & 3;',
    'const w = entry & ~0x80;',
    'const v = vm32(V.TPR_THRESHOLD) & 15;',
  ])
    it(`finds a typed bit: ${source}`, async () => {
      assert.deepEqual(await found(source), ['core/literal-bits']);
    });

  for (const source of ['raise(13, 0);', 'raisePlain(<u32>6);'])
    it(`finds a typed vector: ${source}`, async () => {
      assert.deepEqual(await found(source), ['core/named-vector']);
    });

  for (const source of [
    'if (access & SegmentType.CODE) f();',
    'const page = linear & 0xfff;',
    'const low = get64(State.MSR_SYSENTER_EIP) & 0xffffffff;',
    'const bit = (vm32(V.EXCEPTION_BITMAP) >> vector) & 1;',
    'raise(Vector.GP, 0);',
    '// @ts-ignore: decorator\n@inline\nfunction f(): void {}',
  ])
    it(`lets pass: ${source}`, async () => {
      assert.deepEqual(await found(source), []);
    });
});
