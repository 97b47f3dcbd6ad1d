// One linter, typed rules on. The core is AssemblyScript: asc is its checker (see ARCHITECTURE.md), and the linter reads its
// syntax only.
import tseslint from 'typescript-eslint';
import coreRules from './.ci/core-rules.mjs';

const CORE = 'src/core/**/*.ts';

export default tseslint.config(
  {
    ignores: [
      'dist',
      'out',
      'node_modules',
      'src/core/gen',
      'test/workbench/node_modules',
      'samples',
      // Declarations for tsconfig.portable.json alone, which is its checker.
      'src/host/portable.d.ts',
      '**/*.{js,mjs}',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, ignores: [CORE] })),
  {
    ignores: [CORE],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': 'off',
      // `const enum` members are compared with the numbers the core returns.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: [CORE],
    languageOptions: {
      parser: tseslint.parser,
      // Decorators of functions are no TypeScript.
      parserOptions: { allowInvalidAST: true, projectService: false },
    },
    plugins: { '@typescript-eslint': tseslint.plugin, core: coreRules },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { args: 'all', argsIgnorePattern: '^_' }],
      'core/literal-bits': 'error',
      'core/named-vector': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-case': 'error',
      'no-self-compare': 'error',
      'no-unreachable': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // Offsets and codes: two names may well have one value.
    files: ['src/abi/**'],
    rules: { '@typescript-eslint/no-duplicate-enum-values': 'off' },
  },
  {
    // Command-line entry points talk to a terminal; mocha's describe and it return promises nobody awaits.
    files: ['src/cli.ts', 'src/cli/**', 'src/generate/**', 'test/**'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-floating-promises': 'off' },
  },
);
