// VMLAUNCH and VMRESUME as instructions: the checks before there is a VMCS to look at; the rest is entry.ts (SDM 26.1).
import { Exit } from '../gen/constants';
import { Next, Uop } from '../uop';
import { enter } from './entry';
import { begin } from './privilege';

export function execVmlaunch(u: usize): i32 {
  const next = begin(u, Exit.VMLAUNCH);
  return next != Next.DONE ? next : enter(true, load<u8>(u + Uop.LENGTH));
}

export function execVmresume(u: usize): i32 {
  const next = begin(u, Exit.VMRESUME);
  return next != Next.DONE ? next : enter(false, load<u8>(u + Uop.LENGTH));
}
