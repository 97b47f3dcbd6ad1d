// BMI1, BMI2, ADX, LZCNT: bit manipulation on general registers. Intel SDM volume 2. Rows only.

import { type InstructionRow, onlyProtected } from './row';

export const bitManipulation: readonly InstructionRow[] = [
  { name: 'ANDN', title: 'And with inverted source', undefinedIn: onlyProtected },
  { name: 'BEXTR', title: 'Extract bit field', undefinedIn: onlyProtected },
  { name: 'BLSI', title: 'Isolate lowest set bit', undefinedIn: onlyProtected },
  { name: 'BLSMSK', title: 'Mask up to lowest set bit', undefinedIn: onlyProtected },
  { name: 'BLSR', title: 'Reset lowest set bit', undefinedIn: onlyProtected },
  {
    name: 'TZCNT',
    title: 'Count trailing zero bits',
    summary: 'Gives the operand size for 0; processors without BMI1 execute BSF.',
  },
  {
    name: 'LZCNT',
    title: 'Count leading zero bits',
    summary: 'Gives the operand size for 0; processors without it execute BSR.',
  },
  { name: 'BZHI', title: 'Zero high bits from an index', undefinedIn: onlyProtected },
  {
    name: 'MULX',
    title: 'Unsigned multiply without flags',
    summary: 'Multiplies by RDX and gives both halves of the product.',
    undefinedIn: onlyProtected,
  },
  {
    name: 'PDEP',
    title: 'Deposit bits',
    summary: 'Spreads low bits of the source to the places of the mask.',
    undefinedIn: onlyProtected,
  },
  {
    name: 'PEXT',
    title: 'Extract bits',
    summary: 'Gathers the bits at the places of the mask.',
    undefinedIn: onlyProtected,
  },
  { name: 'RORX', title: 'Rotate right without flags', undefinedIn: onlyProtected },
  { name: 'SARX', title: 'Shift right, signed, without flags', undefinedIn: onlyProtected },
  { name: 'SHLX', title: 'Shift left without flags', undefinedIn: onlyProtected },
  { name: 'SHRX', title: 'Shift right, unsigned, without flags', undefinedIn: onlyProtected },
  {
    name: 'ADCX',
    title: 'Add with CF',
    summary: 'Adds with CF as carry in and out; other flags keep their values.',
  },
  {
    name: 'ADOX',
    title: 'Add with OF',
    summary: 'Adds with OF as carry in and out; other flags keep their values.',
  },
];
