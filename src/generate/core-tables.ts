// The files of src/core/gen by name, as text. Pure: writes nothing.

import { opcodeFamilies } from '../isa/opcodes';
import { header } from './assembly-script';
import { controlMasks } from './control-masks';
import { descriptorTypes, memoryTypeNumbers } from './descriptors';
import {
  apicRegisterNumbers,
  checkIndexes,
  exceptionVectors,
  exitReasonNumbers,
  faultReasonNumbers,
  msrNumbers,
  vmErrorNumbers,
} from './numbers';
import { cr4Features } from './cr4-features';
import { msrAccessors } from './msr-access';
import { decodeMap } from './opcodes/decode-map';
import { dispatch, operations } from './opcodes/dispatch';
import { features } from './opcodes/features';
import { hotVectors } from './opcodes/hot-vectors';
import { qualificationMasks, registerMasks } from './register-masks';
import { vmcsLayout } from './vmcs-layout';

export function coreTables(): Record<string, string> {
  const files: Record<string, string> = {
    'vmcs-layout.ts': vmcsLayout(),
    'controls.ts': controlMasks(),
    'exit-reasons.ts': exitReasonNumbers(),
    'vm-errors.ts': vmErrorNumbers(),
    'checks.ts': checkIndexes(),
    'reasons.ts': faultReasonNumbers(),
    'msrs.ts': msrNumbers(),
    'apic-registers.ts': apicRegisterNumbers(),
    'exceptions.ts': exceptionVectors(),
    'registers.ts': registerMasks(),
    'descriptors.ts': descriptorTypes(),
    'memory-types.ts': memoryTypeNumbers(),
    'qualifications.ts': qualificationMasks(),
  };
  const exports = Object.keys(files).map((file) => `export * from './${file.replace(/\.ts$/, '')}';`);
  files['constants.ts'] = `${header('Everything in this folder under one name.')}\n${exports.join('\n')}\n`;
  // Not among the constants: tables that only their readers need, and calls into the rest of the core.
  files['features.ts'] = features();
  files['msr-access.ts'] = msrAccessors();
  files['cr4-features.ts'] = cr4Features();
  files['decode-map.ts'] = decodeMap(opcodeFamilies);
  files['operations.ts'] = operations(opcodeFamilies);
  files['dispatch.ts'] = dispatch(opcodeFamilies);
  files['hot-vectors.ts'] = hotVectors(opcodeFamilies);
  return files;
}
