// VMLAUNCH and VMRESUME as instructions: the checks before there is a VMCS to look at; the rest is entry.ts (SDM 26.1).
import { Exit, Reason } from '../gen/constants';
import { Next, Uop } from '../uop';
import { enter } from './entry';
import { begin } from './privilege';

export function execVmlaunch(u: usize): i32 {
  const next = begin(u, Exit.VMLAUNCH, Reason.VMLAUNCH_OUTSIDE_VMX);
  return next != Next.DONE ? next : enter(true, load<u8>(u + Uop.LENGTH));
}

export function execVmresume(u: usize): i32 {
  const next = begin(u, Exit.VMRESUME, Reason.VMRESUME_OUTSIDE_VMX);
  return next != Next.DONE ? next : enter(false, load<u8>(u + Uop.LENGTH));
}
