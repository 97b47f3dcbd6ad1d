// MOV to and from debug registers (SDM 3B 17.2; exit before privilege faults 3C 25.1.3). Breakpoints take effect at
// instruction boundaries (events/debug-traps.ts), those of data slow its accesses down (data-breakpoints.ts).
import { Mode, State } from '../../abi/state-block';
import { raiseDebug } from '../fault';
import { Cr4, Dr6, Dr7, Reason } from '../gen/constants';
import { setAttention } from '../attention';
import { modeChanged } from '../mode';
import { DR6_ONES } from '../reset-values';
import { get32, get64, gpr, set64, setGpr } from '../state';
import { Next, Uop } from '../uop';
import { inNonRoot, interceptMovDr } from '../vmx/hooks';
import { privileged, refuse, refuseUndefined } from './refusal';

const DR6_WRITABLE: u64 = Dr6.B0 | Dr6.B1 | Dr6.B2 | Dr6.B3 | Dr6.BD | Dr6.BS | Dr6.BT;
const DR7_WRITABLE: u64 = 0xffff23ff;

/** DR4 and DR5 are DR6 and DR7 unless CR4.DE; 0xff: the access is refused. */
function admitted(index: u32): u32 {
  let dr = index;
  if (dr >= 8) {
    refuseUndefined(Reason.DR_DOES_NOT_EXIST, index);
    return 0xff;
  }
  if (dr == 4 || dr == 5) {
    if ((get64(State.CR4) & Cr4.DE) != 0) {
      refuseUndefined(Reason.DR4_DR5_WITH_DE, index);
      return 0xff;
    }
    dr += 2;
  }
  if (!privileged()) return 0xff;
  if ((get64(State.DR7) & Dr7.GD) != 0) {
    raiseDebug(Dr6.BD);
    return 0xff;
  }
  return dr;
}

export function execMovToDr(u: usize): i32 {
  const index: u32 = load<u8>(u + Uop.REG);
  const source: u32 = load<u8>(u + Uop.RM);
  if (inNonRoot() && index < 8 && interceptMovDr(u, index, source, false)) return Next.EXITED;
  const dr = admitted(index);
  if (dr == 0xff) return Next.FAULT;
  const value = get32(State.MODE) == Mode.LONG_64 ? gpr(source) : gpr(source) & 0xffffffff;
  if (dr < 4) {
    set64(<usize>State.DR0 + ((<usize>dr) << 3), value);
    return Next.BOUNDARY;
  }
  if (value >> 32 != 0) return refuse(Reason.DR_HIGH_BITS, value, dr);
  if (dr == 6) {
    set64(State.DR6, (value & DR6_WRITABLE) | DR6_ONES);
    return Next.DONE;
  }
  const dr7 = (value & DR7_WRITABLE) | Dr7.FIXED;
  set64(State.DR7, dr7);
  modeChanged();
  setAttention();
  return Next.BOUNDARY;
}

export function execMovFromDr(u: usize): i32 {
  const index: u32 = load<u8>(u + Uop.REG);
  const target: u32 = load<u8>(u + Uop.RM);
  if (inNonRoot() && index < 8 && interceptMovDr(u, index, target, true)) return Next.EXITED;
  const dr = admitted(index);
  if (dr == 0xff) return Next.FAULT;
  const offset: usize = dr < 4 ? <usize>State.DR0 + ((<usize>dr) << 3) : dr == 6 ? State.DR6 : State.DR7;
  const value = get64(offset);
  setGpr(target, get32(State.MODE) == Mode.LONG_64 ? value : value & 0xffffffff);
  return Next.DONE;
}
