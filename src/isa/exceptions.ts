// The exception vectors: mnemonic, class for the double-fault rule, error code, fault or trap. Intel SDM volume 3,
// sections 6.3, 6.5 and 6.15 (table 6-5 for the classes). Rows only.

export interface ExceptionRow<Name extends string = string> {
  vector: number;
  /** The mnemonic without its number sign: `PF` for #PF. */
  name: Name;
  title: string;
  /** A contributory exception or page fault during the delivery of one may become a double fault (table 6-5). */
  class: 'benign' | 'contributory' | 'page-fault' | 'double-fault';
  /** Pushes an error code. */
  errorCode: boolean;
  kind: 'fault' | 'trap' | 'abort' | 'interrupt' | 'fault or trap';
  /** Not yet in the SDM of June 2016 (325384-059). */
  newer?: true;
}

const rows = [
  { vector: 0, name: 'DE', title: 'Divide error', class: 'contributory', errorCode: false, kind: 'fault' },
  {
    vector: 1,
    name: 'DB',
    title: 'Debug exception',
    class: 'benign',
    errorCode: false,
    kind: 'fault or trap',
  },
  {
    vector: 2,
    name: 'NMI',
    title: 'Non-maskable interrupt',
    class: 'benign',
    errorCode: false,
    kind: 'interrupt',
  },
  { vector: 3, name: 'BP', title: 'Breakpoint', class: 'benign', errorCode: false, kind: 'trap' },
  { vector: 4, name: 'OF', title: 'Overflow', class: 'benign', errorCode: false, kind: 'trap' },
  { vector: 5, name: 'BR', title: 'BOUND range exceeded', class: 'benign', errorCode: false, kind: 'fault' },
  { vector: 6, name: 'UD', title: 'Invalid opcode', class: 'benign', errorCode: false, kind: 'fault' },
  { vector: 7, name: 'NM', title: 'Device not available', class: 'benign', errorCode: false, kind: 'fault' },
  { vector: 8, name: 'DF', title: 'Double fault', class: 'double-fault', errorCode: true, kind: 'abort' },
  {
    vector: 9,
    name: 'CSO',
    title: 'Coprocessor segment overrun',
    class: 'benign',
    errorCode: false,
    kind: 'fault',
  },
  { vector: 10, name: 'TS', title: 'Invalid TSS', class: 'contributory', errorCode: true, kind: 'fault' },
  {
    vector: 11,
    name: 'NP',
    title: 'Segment not present',
    class: 'contributory',
    errorCode: true,
    kind: 'fault',
  },
  {
    vector: 12,
    name: 'SS',
    title: 'Stack-segment fault',
    class: 'contributory',
    errorCode: true,
    kind: 'fault',
  },
  {
    vector: 13,
    name: 'GP',
    title: 'General protection',
    class: 'contributory',
    errorCode: true,
    kind: 'fault',
  },
  { vector: 14, name: 'PF', title: 'Page fault', class: 'page-fault', errorCode: true, kind: 'fault' },
  {
    vector: 16,
    name: 'MF',
    title: 'x87 floating-point error',
    class: 'benign',
    errorCode: false,
    kind: 'fault',
  },
  { vector: 17, name: 'AC', title: 'Alignment check', class: 'benign', errorCode: true, kind: 'fault' },
  { vector: 18, name: 'MC', title: 'Machine check', class: 'benign', errorCode: false, kind: 'abort' },
  {
    vector: 19,
    name: 'XM',
    title: 'SIMD floating-point exception',
    class: 'benign',
    errorCode: false,
    kind: 'fault',
  },
  {
    vector: 20,
    name: 'VE',
    title: 'Virtualization exception',
    class: 'page-fault',
    errorCode: false,
    kind: 'fault',
  },
  {
    vector: 21,
    name: 'CP',
    title: 'Control protection',
    class: 'contributory',
    errorCode: true,
    kind: 'fault',
    newer: true,
  },
] as const satisfies readonly ExceptionRow[];

export type ExceptionName = (typeof rows)[number]['name'];
export type Exception = ExceptionRow<ExceptionName>;

export const exceptions: readonly Exception[] = rows;

/** The row of each exception by its vector; vectors 15 and 22 to 31 are reserved. */
export const exceptionByVector: ReadonlyMap<number, Exception> = new Map(
  exceptions.map((row) => [row.vector, row]),
);
