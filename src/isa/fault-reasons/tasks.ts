// Why a hardware task switch fails, before it or in the new task (SDM volume 3, 7.2 and 7.3). What is #TS here is #GP for JMP, CALL and
// INT that name no task. Rows only.

import type { FaultReasonRow } from './row';

const ts = { exception: 'TS' } as const;

export const taskReasons = [
  {
    id: 'TASK_IN_LDT',
    outcome: ts,
    text: 'Selector {a} of the task names the LDT: TSS descriptors stand in the GDT.',
    sdm: '7.2.2',
  },
  {
    id: 'TASK_TYPE',
    outcome: ts,
    text: 'Selector {a} names no TSS that is available (IRET: none that is busy): descriptor {b}.',
    sdm: '7.3',
  },
  {
    id: 'TASK_NOT_PRESENT',
    outcome: { exception: 'NP' },
    text: 'The TSS of selector {a} is not present (bit 47 is 0): descriptor {b}.',
    sdm: '7.3',
  },
  {
    id: 'TASK_LIMIT',
    outcome: ts,
    text: 'The TSS of selector {a} is too small for a task: its limit is {b}.',
    sdm: '7.2.2',
  },
  {
    id: 'TASK_LEFT_LIMIT',
    outcome: ts,
    text: 'The task that is left cannot be saved: the TSS of selector {a} has the limit {b}.',
    sdm: '7.3',
  },
  {
    id: 'TASK_PDPTES',
    outcome: ts,
    text: 'The task of selector {a} has CR3 {b}, whose page-directory-pointer entries have reserved bits set.',
    sdm: '4.4.1',
  },
  { id: 'TASK_STACK_NULL', outcome: ts, text: 'The new task has the null selector {a} in SS.', sdm: '7.3' },
  { id: 'TASK_CODE_NULL', outcome: ts, text: 'The new task has the null selector {a} in CS.', sdm: '7.3' },
  {
    id: 'TASK_LDT_IN_LDT',
    outcome: ts,
    text: 'The LDT selector {a} of the new task names an LDT: LDT descriptors stand in the GDT.',
    sdm: '7.3',
  },
  {
    id: 'TASK_LDT_TYPE',
    outcome: ts,
    text: 'The LDT selector {a} of the new task names no LDT that is present: descriptor {b}.',
    sdm: '7.3',
  },
] as const satisfies readonly FaultReasonRow[];
