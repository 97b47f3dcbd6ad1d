/** The kinds of words that get a colour. All but three are those of every editor; package.json gives the three their fallback. */
export const tokenTypes = [
  'mnemonic',
  'register',
  'directive',
  'function',
  'label',
  'enumMember',
  'macro',
  'struct',
  'property',
  'parameter',
  'number',
  'string',
  'comment',
] as const;

export type TokenType = (typeof tokenTypes)[number];

/** `vmx`: an instruction of VMX. */
export const tokenModifiers = ['declaration', 'vmx'] as const;

export type TokenModifier = (typeof tokenModifiers)[number];
