/** Bits of control registers by name, for rooms above the machine: the rows stand in isa. */
export { registerMask } from '../cpu/register-bits';
