/**
 * A name as a list of canonical tokens, so that all ways to write the same thing meet: `kGuestCsArBytes`, `GUEST_CS_AR_BYTES`
 * and "Guest CS access rights" are one list. Only the writing is known here; what the tokens name is the index's matter.
 */

/** What people write for a word of the manual. A token that is not here stands for itself. */
const abbreviations: Readonly<Record<string, string>> = {
  ACK: 'ACKNOWLEDGE',
  ACTV: 'ACTIVITY',
  ADDR: 'ADDRESS',
  ARBYTE: 'AR',
  ARBYTES: 'AR',
  BITMAPS: 'BITMAP',
  CAPABILITIES: 'CAP',
  CNT: 'COUNT',
  CONFIG: 'CONFIGURATION',
  CONTROLS: 'CONTROL',
  CTL: 'CONTROL',
  CTLS: 'CONTROL',
  CTRL: 'CONTROL',
  CTRLS: 'CONTROL',
  DBG: 'DEBUG',
  DESC: 'DESCRIPTOR',
  ENT: 'ENTRY',
  EPTP: 'EPT ADDRESS',
  ERR: 'ERROR',
  EVENTS: 'EVENT',
  EXC: 'EXCEPTION',
  EXCEPTIONS: 'EXCEPTION',
  EXEC: 'EXECUTION',
  EXECUTE: 'EXECUTION',
  EXI: 'EXIT',
  EXITING: 'EXIT',
  EXITS: 'EXIT',
  EXT: 'EXTERNAL',
  FIELDS: 'FIELD',
  FUNCS: 'FUNCTION',
  FUNC: 'FUNCTION',
  FUNCTIONS: 'FUNCTION',
  GLA: 'GUEST LINEAR ADDRESS',
  GPA: 'GUEST PHYSICAL ADDRESS',
  IDENTIFIER: 'ID',
  IDX: 'INDEX',
  INFORMATION: 'INFO',
  INSN: 'INSTRUCTION',
  INST: 'INSTRUCTION',
  INSTR: 'INSTRUCTION',
  INSTRUCTIONS: 'INSTRUCTION',
  INT: 'INTERRUPT',
  INTERRUPTION: 'INTERRUPT',
  INTERRUPTS: 'INTERRUPT',
  INTR: 'INTERRUPT',
  LD: 'LOAD',
  LEN: 'LENGTH',
  MISCONFIG: 'MISCONFIGURATION',
  MOD: 'MODIFICATION',
  MSRS: 'MSR',
  MTF: 'MONITOR TRAP FLAG',
  NMIS: 'NMI',
  NONCLEAR: 'NON CLEAR',
  NONLAUNCHED: 'NON LAUNCHED',
  OFFSETING: 'OFFSETTING',
  OP: 'OPERATION',
  OPS: 'OPERATION',
  PDPTES: 'PDPTE',
  PDPTR: 'PDPTE',
  PDPTRE: 'PDPTE',
  PF: 'PAGE FAULT',
  PHY: 'PHYSICAL',
  PINBASED: 'PIN BASED',
  PHYS: 'PHYSICAL',
  POINTER: 'ADDRESS',
  PREEMPT: 'PREEMPTION',
  PROCBASED: 'PROC BASED',
  PROCESSOR: 'PROC',
  PTR: 'ADDRESS',
  PTRS: 'ADDRESS',
  QUAL: 'QUALIFICATION',
  RDONLY: 'READ ONLY',
  READONLY: 'READ ONLY',
  REG: 'REGISTER',
  RO: 'READ ONLY',
  SEC: 'SECONDARY',
  SEL: 'SELECTOR',
  ST: 'STORE',
  UNCOND: 'UNCONDITIONAL',
  VAL: 'VALUE',
  VAPIC: 'VIRTUAL APIC',
  VIRT: 'VIRTUAL',
  VIRTUALIZATION: 'VIRTUAL',
  VIRTUALIZE: 'VIRTUAL',
  VIRTUALIZED: 'VIRTUAL',
  VMENTER: 'VM ENTRY',
  VMENTRY: 'VM ENTRY',
  VMEXEC: 'VM EXECUTION',
  VMEXIT: 'VM EXIT',
  VMEXITS: 'VM EXIT',
  VMFUNC: 'VM FUNCTION',
  VMFUNCS: 'VM FUNCTION',
  XCPT: 'EXCEPTION',
};

/** Groups that stand for one token, applied after the abbreviations. */
const groups: readonly (readonly [RegExp, string])[] = [
  [/ ACCESS RIGHTS?(?= )/g, ' AR'],
  [/ AR BYTES?(?= )/g, ' AR'],
  [/ (CPU|PROC) BASED(?= )/g, ' PROC'],
  [/ PIN BASED(?= )/g, ' PIN'],
  [/ (?:READ ONLY) DATA(?= )/g, ' READ ONLY'],
  [/ VIRTUAL PROC ID(?= )/g, ' VPID'],
  [/ PAGE MODIFICATION LOG(?:GING)?(?= )/g, ' PML'],
  [/ VALUE (?=\d )/g, ' '],
  [/ PRIMARY PROC(?= )/g, ' PROC'],
  [/ (SECONDARY|TERTIARY) PROC(?= )/g, ' $1'],
];

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
    .flatMap((piece) => /^([A-Z]{3,})(\d)$/.exec(piece)?.slice(1) ?? [piece])
    .filter((piece) => piece !== '');
}

/** Words glued together (`PINBASED`, `PAGEADDR`) part where both halves are words of the vocabulary. */
function unglued(piece: string, vocabulary: ReadonlySet<string>): string[] {
  if (piece.length < 6 || vocabulary.has(piece) || piece in abbreviations) return [piece];
  for (let at = 3; at <= piece.length - 3; at++) {
    const [left, right] = [piece.slice(0, at), piece.slice(at)];
    const known = (half: string): boolean => vocabulary.has(half) || half in abbreviations;
    if (known(left) && known(right)) return [left, right];
  }
  return [piece];
}

/** The canonical tokens of a name, in order. `vocabulary` are the words of all rows. */
export function tokensOf(name: string, vocabulary: ReadonlySet<string>): string[] {
  const words = pieces(name)
    .flatMap((piece) => unglued(piece, vocabulary))
    .map((piece) => abbreviations[piece] ?? piece);
  const text = groups.reduce(
    (joined, [group, token]) => joined.replace(group, token),
    ` ${words.join(' ')} `,
  );
  return text.split(' ').filter((token) => token !== '');
}

/** The words of a name as they are, for the vocabulary. */
export function wordsOf(name: string): string[] {
  return pieces(name);
}
