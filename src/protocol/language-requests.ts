/**
 * What the editor's side and the language server agree about beyond the Language Server Protocol: for which languages it
 * is asked, its settings, and one request of our own.
 */

/** Ids under which editors and the assembly extensions people use know sources of GNU as and NASM. */
export const assemblyLanguageIds = ['gas', 'nasm', 'asm', 'asm-intel-x86-generic', 'x86asm'] as const;
/** Languages that have a server of their own, beside which this one explains VMX. */
export const cFamilyLanguageIds = ['c', 'cpp', 'rust'] as const;

/** Section of the settings, in `workspace/configuration` and in package.json. */
export const LANGUAGE_SECTION = 'turtlescope.language';

export interface LanguageSettings {
  readonly diagnostics: boolean;
  readonly inlayHints: boolean;
  /** Folders in which includes are looked for, absolute or relative to the workspace folder. */
  readonly includePaths: readonly string[];
}

export const defaultLanguageSettings: LanguageSettings = {
  diagnostics: true,
  inlayHints: true,
  includePaths: [],
};

interface Place {
  readonly line: number;
  readonly character: number;
}

/** What a debugger can evaluate at a place of a source: a hover while stopped shows its value. */
export const EVALUATABLE_EXPRESSION = 'turtlescope/evaluatableExpression';

export interface EvaluatableExpressionParams {
  readonly textDocument: { readonly uri: string };
  readonly position: Place;
}

export interface EvaluatableExpression {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly expression: string;
}
