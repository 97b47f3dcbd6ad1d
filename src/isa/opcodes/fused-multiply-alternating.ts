// Fused multiply with alternating addition and subtraction. SDM volume 1, 14.5. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const fusedMultiplyAlternating = {
  exec: 'exec/fused-multiply',
  rows: [
    { code: 'VEX.128.66.0F38.W0 96 /r', name: 'VFMADDSUB132PS', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_1_3, Signs.MADDSUB)' },
    { code: 'VEX.256.66.0F38.W0 96 /r', name: 'VFMADDSUB132PS', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_1_3, Signs.MADDSUB)' },
    { code: 'VEX.128.66.0F38.W1 96 /r', name: 'VFMADDSUB132PD', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_1_3, Signs.MADDSUB)' },
    { code: 'VEX.256.66.0F38.W1 96 /r', name: 'VFMADDSUB132PD', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_1_3, Signs.MADDSUB)' },
    { code: 'VEX.128.66.0F38.W0 97 /r', name: 'VFMSUBADD132PS', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_1_3, Signs.MSUBADD)' },
    { code: 'VEX.256.66.0F38.W0 97 /r', name: 'VFMSUBADD132PS', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_1_3, Signs.MSUBADD)' },
    { code: 'VEX.128.66.0F38.W1 97 /r', name: 'VFMSUBADD132PD', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_1_3, Signs.MSUBADD)' },
    { code: 'VEX.256.66.0F38.W1 97 /r', name: 'VFMSUBADD132PD', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_1_3, Signs.MSUBADD)' },
    { code: 'VEX.128.66.0F38.W0 A6 /r', name: 'VFMADDSUB213PS', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_1, Signs.MADDSUB)' },
    { code: 'VEX.256.66.0F38.W0 A6 /r', name: 'VFMADDSUB213PS', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_1, Signs.MADDSUB)' },
    { code: 'VEX.128.66.0F38.W1 A6 /r', name: 'VFMADDSUB213PD', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_1, Signs.MADDSUB)' },
    { code: 'VEX.256.66.0F38.W1 A6 /r', name: 'VFMADDSUB213PD', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_1, Signs.MADDSUB)' },
    { code: 'VEX.128.66.0F38.W0 A7 /r', name: 'VFMSUBADD213PS', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_1, Signs.MSUBADD)' },
    { code: 'VEX.256.66.0F38.W0 A7 /r', name: 'VFMSUBADD213PS', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_1, Signs.MSUBADD)' },
    { code: 'VEX.128.66.0F38.W1 A7 /r', name: 'VFMSUBADD213PD', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_1, Signs.MSUBADD)' },
    { code: 'VEX.256.66.0F38.W1 A7 /r', name: 'VFMSUBADD213PD', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_1, Signs.MSUBADD)' },
    { code: 'VEX.128.66.0F38.W0 B6 /r', name: 'VFMADDSUB231PS', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_3, Signs.MADDSUB)' },
    { code: 'VEX.256.66.0F38.W0 B6 /r', name: 'VFMADDSUB231PS', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_3, Signs.MADDSUB)' },
    { code: 'VEX.128.66.0F38.W1 B6 /r', name: 'VFMADDSUB231PD', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_3, Signs.MADDSUB)' },
    { code: 'VEX.256.66.0F38.W1 B6 /r', name: 'VFMADDSUB231PD', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_3, Signs.MADDSUB)' },
    { code: 'VEX.128.66.0F38.W0 B7 /r', name: 'VFMSUBADD231PS', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_3, Signs.MSUBADD)' },
    { code: 'VEX.256.66.0F38.W0 B7 /r', name: 'VFMSUBADD231PS', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedSingle(u, Form.MULTIPLY_2_3, Signs.MSUBADD)' },
    { code: 'VEX.128.66.0F38.W1 B7 /r', name: 'VFMSUBADD231PD', operands: '+Vdq, Hdq, Wdq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_3, Signs.MSUBADD)' },
    { code: 'VEX.256.66.0F38.W1 B7 /r', name: 'VFMSUBADD231PD', operands: '+Vqq, Hqq, Wqq', feature: 'FMA', run: 'execFusedDouble(u, Form.MULTIPLY_2_3, Signs.MSUBADD)' },
  ],
} as const satisfies OpcodeFamily;
