// VMX instructions. SDM volume 3, chapter 30. Rows only.

import type { OpcodeFamily } from './row';

// prettier-ignore
export const vmx = [
  {
    exec: 'vmx/pointer-instructions',
    probed: true,
    rows: [
      { code: 'F3 0F C7 /6', name: 'VMXON', operands: 'Mq', feature: 'VMX', ends: true, run: 'execVmxon(u)' },
      { code: 'NP 0F 01 C4', name: 'VMXOFF', feature: 'VMX', ends: true, run: 'execVmxoff(u)' },
      { code: '66 0F C7 /6', name: 'VMCLEAR', operands: 'Mq', feature: 'VMX', ends: true, run: 'execVmclear(u)' },
      { code: 'NP 0F C7 /6', name: 'VMPTRLD', operands: 'Mq', feature: 'VMX', ends: true, run: 'execVmptrld(u)' },
      { code: 'NP 0F C7 /7', name: 'VMPTRST', operands: '=Mq', feature: 'VMX', ends: true, run: 'execVmptrst(u)' },
      { code: 'NP 0F 01 C1', name: 'VMCALL', feature: 'VMX', ends: true, run: 'execVmcall(u)' },
    ],
  },
  {
    exec: 'vmx/vm-functions',
    probed: true,
    rows: [
      { code: 'NP 0F 01 D4', name: 'VMFUNC', feature: 'VMX', ends: true, run: 'execVmfunc(u)' },
    ],
  },
  {
    exec: 'vmx/entry-instructions',
    probed: true,
    rows: [
      { code: 'NP 0F 01 C2', name: 'VMLAUNCH', feature: 'VMX', ends: true, run: 'execVmlaunch(u)' },
      { code: 'NP 0F 01 C3', name: 'VMRESUME', feature: 'VMX', ends: true, run: 'execVmresume(u)' },
    ],
  },
  {
    exec: 'vmx/field-instructions',
    probed: true,
    rows: [
      { code: 'NP 0F 78 /r', name: 'VMREAD', operands: '=Ey, Gy', feature: 'VMX', size: 'natural', run: 'execVmread(u)' },
      { code: 'NP 0F 79 /r', name: 'VMWRITE', operands: 'Gy, Ey', feature: 'VMX', size: 'natural', run: 'execVmwrite(u)' },
    ],
  },
  {
    exec: 'vmx/invalidate',
    probed: true,
    rows: [
      { code: '66 0F 38 80 /r', name: 'INVEPT', operands: 'Gy, Mdq', feature: 'VMX', size: 'natural', ends: true, run: 'execInvept(u)' },
      { code: '66 0F 38 81 /r', name: 'INVVPID', operands: 'Gy, Mdq', feature: 'VMX', size: 'natural', ends: true, run: 'execInvvpid(u)' },
    ],
  },
] as const satisfies readonly OpcodeFamily[];
