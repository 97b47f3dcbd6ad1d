// Names of the manual as symbols of gas: VMCS fields by encoding, controls by mask, MSRs by number, exit reasons as EXIT_name. So
// no number of the architecture is typed in a program.
import { exitReasons } from '../../../src/isa/exit-reasons';
import { msrs } from '../../../src/isa/msrs';
import { vmcsFields } from '../../../src/isa/vmcs-fields';
import { vmxControls } from '../../../src/isa/vmx-controls';

function set(name: string, value: number | bigint): string {
  return `.set ${name}, 0x${value.toString(16)}`;
}

export const architectureNames = [
  ...vmcsFields.map((row) => set(row.name, row.encoding)),
  ...vmxControls.map((row) => set(row.name, 1n << BigInt(row.bit))),
  ...msrs.map((row) => set(row.name, row.number)),
  ...exitReasons.map((row) => set(`EXIT_${row.name}`, row.number)),
].join('\n');
