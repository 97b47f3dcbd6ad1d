/** One thing that can be completed, before it is known what of it has been typed. */
export interface Item {
  readonly label: string;
  readonly kind:
    'mnemonic' | 'register' | 'label' | 'constant' | 'macro' | 'directive' | 'field' | 'msr' | 'control';
  readonly detail?: string;
  /** What is put in; the label without it. */
  readonly text?: string;
  /** A number to the assembler: an immediate operand of AT&T syntax has a dollar sign in front. */
  readonly constant?: true;
  /** Markdown, made when somebody wants to read it. */
  readonly documentation?: () => string | undefined;
}
