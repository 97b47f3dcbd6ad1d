// Dispatch of the operations outside the hot switch. State is precise here: RIP is this instruction's, RETIRED exact,
// RFLAGS through flags.ts. Must hold no behaviour of its own.
import { Flag } from '../flags';
import { MapState } from '../gen/decode-map';
import { dispatch } from '../gen/dispatch';
import { unimplemented } from '../leave';
import { SLOW_BASE, SlowOp } from '../slow-ops';
import { Next, Uop, UopFlag } from '../uop';
import { execVmlaunch, execVmresume } from '../vmx/entry-instructions';
import { execVmread, execVmwrite } from '../vmx/field-instructions';
import { execInvept, execInvvpid } from '../vmx/invalidate';
import {
  execVmcall,
  execVmclear,
  execVmfunc,
  execVmptrld,
  execVmptrst,
  execVmxoff,
  execVmxon,
} from '../vmx/pointer-instructions';
import { execBitImmediate, execBitReg, execBitScan, execCmpxchg16b, execCmpxchg8b, execPopcnt } from './bit';
import {
  execCall,
  execCallIndirect,
  execJcc,
  execJcxz,
  execJmp,
  execJmpIndirect,
  execLoop,
  execRet,
} from './control-flow';
import { execClts, execLmsw, execMovFromCr, execMovToCr, execSmsw } from './control-registers';
import { execClflush, execTooLong, execUnclaimed } from './coprocessor';
import { execCpuid } from './cpuid';
import { execMovFromDr, execMovToDr } from './debug-registers';
import { execAad, execAam, execAscii, execDecimal, execSalc } from './decimal';
import {
  execLgdt,
  execLidt,
  execLldt,
  execLtr,
  execSgdt,
  execSidt,
  execSldt,
  execStr,
} from './descriptor-tables';
import { execXgetbv, execXsetbv } from './extended-state';
import { execIret, execRetf } from './far-return';
import { execFarCallImm, execFarCallMem, execFarJmpImm, execFarJmpMem } from './far-transfer';
import { execClac, execCli, execPopf, execPushf, execStac, execSti } from './flag-control';
import { Generic } from './generic-ops';
import {
  execAluImmediate,
  execAluLoad,
  execAluStore,
  execBswap,
  execCarry,
  execCbw,
  execCmovcc,
  execCmpxchg,
  execCwd,
  execDec,
  execDirection,
  execDiv,
  execExtend,
  execIdiv,
  execImul,
  execImulImmediate,
  execImulReg,
  execInc,
  execLahf,
  execLea,
  execMovImmediate,
  execMovLoad,
  execMovStore,
  execMovbeLoad,
  execMovbeStore,
  execMovsxd,
  execMul,
  execNeg,
  execNot,
  execSahf,
  execSetcc,
  execTestImmediate,
  execTestReg,
  execXadd,
  execXchg,
  execXlat,
} from './integer';
import { execRdmsr, execWrmsr } from './msr';
import { execIn, execIns, execOut, execOuts } from './port-io';
import {
  execLoadFarPointer,
  execMovFromSeg,
  execMovToSeg,
  execPopSeg,
  execPushSeg,
  execRdfsbase,
  execRdgsbase,
  execSwapgs,
  execWrfsbase,
  execWrgsbase,
} from './segment';
import { execArpl, execLar, execLsl, execVerr, execVerw } from './selector-tests';
import { execDoubleCl, execDoubleImmediate, execShiftCl, execShiftImmediate } from './shift';
import { execBound, execInt1, execInt3, execIntN, execInto, execUd } from './software-interrupt';
import { execEnter, execLeave, execPop, execPopa, execPush, execPushImmediate, execPusha } from './stack';
import { StringOp, execString } from './string';
import {
  execHlt,
  execInvd,
  execInvlpg,
  execInvpcid,
  execMonitor,
  execMwait,
  execPause,
  execWbinvd,
} from './system';
import { execSyscall, execSysenter, execSysexit, execSysret } from './system-call';
import { execRdpmc, execRdtsc, execRdtscp } from './time';
import { checkVector } from './vector-access';

/** An operation of the decode map: what its state can raise comes before all it does. */
function executeRow(u: usize, op: u32): i32 {
  if (load<u8>(u + Uop.FLAGS) & UopFlag.VECTOR_FIELDS) {
    const state = <u32>load<u8>(u + Uop.STATE);
    if (state != MapState.NONE && !checkVector(state - 1)) return Next.FAULT;
  }
  return dispatch(op, u);
}

/** Executes the general form of the instruction at `u`; the answer is a Next. */
export function execSlow(u: usize): i32 {
  const op = <u32>load<u16>(u + Uop.GENERIC) - SLOW_BASE;
  switch (op) {
    case SlowOp.UNCLAIMED:
      return execUnclaimed(u);
    case SlowOp.UD:
      return execUd(u);
    case SlowOp.FAR_JMP_IMM:
      return execFarJmpImm(u);
    case SlowOp.FAR_JMP_MEM:
      return execFarJmpMem(u);
    case SlowOp.FAR_CALL_IMM:
      return execFarCallImm(u);
    case SlowOp.FAR_CALL_MEM:
      return execFarCallMem(u);
    case SlowOp.RETF:
      return execRetf(u);
    case SlowOp.IRET:
      return execIret(u);
    case SlowOp.INT_N:
      return execIntN(u);
    case SlowOp.INT3:
      return execInt3(u);
    case SlowOp.INTO:
      return execInto(u);
    case SlowOp.INT1:
      return execInt1(u);
    case SlowOp.SYSCALL:
      return execSyscall(u);
    case SlowOp.SYSRET:
      return execSysret(u);
    case SlowOp.SYSENTER:
      return execSysenter(u);
    case SlowOp.SYSEXIT:
      return execSysexit(u);
    case SlowOp.BOUND:
      return execBound(u);
    case SlowOp.MOV_TO_SEG:
      return execMovToSeg(u);
    case SlowOp.MOV_FROM_SEG:
      return execMovFromSeg(u);
    case SlowOp.PUSH_SEG:
      return execPushSeg(u);
    case SlowOp.POP_SEG:
      return execPopSeg(u);
    case SlowOp.LOAD_FAR_POINTER:
      return execLoadFarPointer(u);
    case SlowOp.LAR:
      return execLar(u);
    case SlowOp.LSL:
      return execLsl(u);
    case SlowOp.VERR:
      return execVerr(u);
    case SlowOp.VERW:
      return execVerw(u);
    case SlowOp.ARPL:
      return execArpl(u);
    case SlowOp.SLDT:
      return execSldt(u);
    case SlowOp.STR:
      return execStr(u);
    case SlowOp.LLDT:
      return execLldt(u);
    case SlowOp.LTR:
      return execLtr(u);
    case SlowOp.SGDT:
      return execSgdt(u);
    case SlowOp.SIDT:
      return execSidt(u);
    case SlowOp.LGDT:
      return execLgdt(u);
    case SlowOp.LIDT:
      return execLidt(u);
    case SlowOp.SMSW:
      return execSmsw(u);
    case SlowOp.LMSW:
      return execLmsw(u);
    case SlowOp.CLTS:
      return execClts(u);
    case SlowOp.SWAPGS:
      return execSwapgs(u);
    case SlowOp.RDFSBASE:
      return execRdfsbase(u);
    case SlowOp.RDGSBASE:
      return execRdgsbase(u);
    case SlowOp.WRFSBASE:
      return execWrfsbase(u);
    case SlowOp.WRGSBASE:
      return execWrgsbase(u);
    case SlowOp.MOV_TO_CR:
      return execMovToCr(u);
    case SlowOp.MOV_FROM_CR:
      return execMovFromCr(u);
    case SlowOp.MOV_TO_DR:
      return execMovToDr(u);
    case SlowOp.MOV_FROM_DR:
      return execMovFromDr(u);
    case SlowOp.INVLPG:
      return execInvlpg(u);
    case SlowOp.INVPCID:
      return execInvpcid(u);
    case SlowOp.INVD:
      return execInvd(u);
    case SlowOp.WBINVD:
      return execWbinvd(u);
    case SlowOp.HLT:
      return execHlt(u);
    case SlowOp.CPUID:
      return execCpuid(u);
    case SlowOp.RDMSR:
      return execRdmsr(u);
    case SlowOp.WRMSR:
      return execWrmsr(u);
    case SlowOp.RDTSC:
      return execRdtsc(u);
    case SlowOp.RDTSCP:
      return execRdtscp(u);
    case SlowOp.RDPMC:
      return execRdpmc(u);
    case SlowOp.IN:
      return execIn(u);
    case SlowOp.OUT:
      return execOut(u);
    case SlowOp.INS:
      return execIns(u);
    case SlowOp.OUTS:
      return execOuts(u);
    case SlowOp.CLI:
      return execCli(u);
    case SlowOp.STI:
      return execSti(u);
    case SlowOp.PUSHF:
      return execPushf(u);
    case SlowOp.POPF:
      return execPopf(u);
    case SlowOp.PAUSE:
      return execPause(u);
    case SlowOp.MONITOR:
      return execMonitor(u);
    case SlowOp.MWAIT:
      return execMwait(u);
    case SlowOp.XGETBV:
      return execXgetbv(u);
    case SlowOp.XSETBV:
      return execXsetbv(u);
    case SlowOp.CLAC:
      return execClac(u);
    case SlowOp.STAC:
      return execStac(u);
    case SlowOp.VMXON:
      return execVmxon(u);
    case SlowOp.VMXOFF:
      return execVmxoff(u);
    case SlowOp.VMCLEAR:
      return execVmclear(u);
    case SlowOp.VMPTRLD:
      return execVmptrld(u);
    case SlowOp.VMPTRST:
      return execVmptrst(u);
    case SlowOp.VMREAD:
      return execVmread(u);
    case SlowOp.VMWRITE:
      return execVmwrite(u);
    case SlowOp.VMLAUNCH:
      return execVmlaunch(u);
    case SlowOp.VMRESUME:
      return execVmresume(u);
    case SlowOp.VMCALL:
      return execVmcall(u);
    case SlowOp.INVEPT:
      return execInvept(u);
    case SlowOp.INVVPID:
      return execInvvpid(u);
    case SlowOp.VMFUNC:
      return execVmfunc(u);
    case Generic.ALU_STORE:
    case Generic.ALU_STORE + 1:
    case Generic.ALU_STORE + 2:
    case Generic.ALU_STORE + 3:
    case Generic.ALU_STORE + 4:
    case Generic.ALU_STORE + 5:
    case Generic.ALU_STORE + 6:
    case Generic.ALU_STORE + 7:
      return execAluStore(u, op - Generic.ALU_STORE);
    case Generic.ALU_LOAD:
    case Generic.ALU_LOAD + 1:
    case Generic.ALU_LOAD + 2:
    case Generic.ALU_LOAD + 3:
    case Generic.ALU_LOAD + 4:
    case Generic.ALU_LOAD + 5:
    case Generic.ALU_LOAD + 6:
    case Generic.ALU_LOAD + 7:
      return execAluLoad(u, op - Generic.ALU_LOAD);
    case Generic.ALU_IMMEDIATE:
    case Generic.ALU_IMMEDIATE + 1:
    case Generic.ALU_IMMEDIATE + 2:
    case Generic.ALU_IMMEDIATE + 3:
    case Generic.ALU_IMMEDIATE + 4:
    case Generic.ALU_IMMEDIATE + 5:
    case Generic.ALU_IMMEDIATE + 6:
    case Generic.ALU_IMMEDIATE + 7:
      return execAluImmediate(u, op - Generic.ALU_IMMEDIATE);
    case Generic.SHIFT_IMMEDIATE:
    case Generic.SHIFT_IMMEDIATE + 1:
    case Generic.SHIFT_IMMEDIATE + 2:
    case Generic.SHIFT_IMMEDIATE + 3:
    case Generic.SHIFT_IMMEDIATE + 4:
    case Generic.SHIFT_IMMEDIATE + 5:
    case Generic.SHIFT_IMMEDIATE + 6:
    case Generic.SHIFT_IMMEDIATE + 7:
      return execShiftImmediate(u, op - Generic.SHIFT_IMMEDIATE);
    case Generic.SHIFT_CL:
    case Generic.SHIFT_CL + 1:
    case Generic.SHIFT_CL + 2:
    case Generic.SHIFT_CL + 3:
    case Generic.SHIFT_CL + 4:
    case Generic.SHIFT_CL + 5:
    case Generic.SHIFT_CL + 6:
    case Generic.SHIFT_CL + 7:
      return execShiftCl(u, op - Generic.SHIFT_CL);
    case Generic.TEST_REG:
      return execTestReg(u);
    case Generic.TEST_IMMEDIATE:
      return execTestImmediate(u);
    case Generic.MOV_STORE:
      return execMovStore(u);
    case Generic.MOV_LOAD:
      return execMovLoad(u);
    case Generic.MOV_IMMEDIATE:
      return execMovImmediate(u);
    case Generic.LEA:
      return execLea(u);
    case Generic.XCHG:
      return execXchg(u);
    case Generic.MOVSX32:
      return execMovsxd(u);
    case Generic.INC:
      return execInc(u);
    case Generic.DEC:
      return execDec(u);
    case Generic.NOT:
      return execNot(u);
    case Generic.NEG:
      return execNeg(u);
    case Generic.MUL:
      return execMul(u);
    case Generic.IMUL:
      return execImul(u);
    case Generic.DIV:
      return execDiv(u);
    case Generic.IDIV:
      return execIdiv(u);
    case Generic.IMUL_REG:
      return execImulReg(u);
    case Generic.IMUL_IMMEDIATE:
      return execImulImmediate(u);
    case Generic.BSWAP:
      return execBswap(u);
    case Generic.XADD:
      return execXadd(u);
    case Generic.CMPXCHG:
      return execCmpxchg(u);
    case Generic.MOVBE_LOAD:
      return execMovbeLoad(u);
    case Generic.MOVBE_STORE:
      return execMovbeStore(u);
    case Generic.SETCC:
      return execSetcc(u);
    case Generic.CMOVCC:
      return execCmovcc(u);
    case Generic.CBW:
      return execCbw(u);
    case Generic.CWD:
      return execCwd(u);
    case Generic.XLAT:
      return execXlat(u);
    case Generic.MOVZX8:
      return execExtend(u, 1, false);
    case Generic.MOVZX16:
      return execExtend(u, 2, false);
    case Generic.MOVSX8:
      return execExtend(u, 1, true);
    case Generic.MOVSX16:
      return execExtend(u, 2, true);
    case Generic.SHLD_IMMEDIATE:
      return execDoubleImmediate(u, true);
    case Generic.SHRD_IMMEDIATE:
      return execDoubleImmediate(u, false);
    case Generic.SHLD_CL:
      return execDoubleCl(u, true);
    case Generic.SHRD_CL:
      return execDoubleCl(u, false);
    case Generic.BT_REG:
      return execBitReg(u, 0);
    case Generic.BT_IMMEDIATE:
      return execBitImmediate(u, 0);
    case Generic.BTS_REG:
      return execBitReg(u, 1);
    case Generic.BTS_IMMEDIATE:
      return execBitImmediate(u, 1);
    case Generic.BTR_REG:
      return execBitReg(u, 2);
    case Generic.BTR_IMMEDIATE:
      return execBitImmediate(u, 2);
    case Generic.BTC_REG:
      return execBitReg(u, 3);
    case Generic.BTC_IMMEDIATE:
      return execBitImmediate(u, 3);
    case Generic.BSF:
      return execBitScan(u, false);
    case Generic.BSR:
      return execBitScan(u, true);
    case Generic.POPCNT:
      return execPopcnt(u);
    case Generic.CMPXCHG8B:
      return execCmpxchg8b(u);
    case Generic.CMPXCHG16B:
      return execCmpxchg16b(u);
    case Generic.PUSH:
      return execPush(u);
    case Generic.PUSH_IMMEDIATE:
      return execPushImmediate(u);
    case Generic.POP:
      return execPop(u);
    case Generic.PUSHA:
      return execPusha(u);
    case Generic.POPA:
      return execPopa(u);
    case Generic.ENTER:
      return execEnter(u);
    case Generic.LEAVE:
      return execLeave(u);
    case Generic.JMP:
      return execJmp(u);
    case Generic.JMP_INDIRECT:
      return execJmpIndirect(u);
    case Generic.CALL:
      return execCall(u);
    case Generic.CALL_INDIRECT:
      return execCallIndirect(u);
    case Generic.RET:
      return execRet(u);
    case Generic.JCC:
      return execJcc(u);
    case Generic.JCXZ:
      return execJcxz(u);
    case Generic.LOOPNE:
      return execLoop(u, 0);
    case Generic.LOOPE:
      return execLoop(u, 1);
    case Generic.LOOP:
      return execLoop(u, 2);
    case Generic.DAA:
      return execDecimal(false);
    case Generic.DAS:
      return execDecimal(true);
    case Generic.AAA:
      return execAscii(false);
    case Generic.AAS:
      return execAscii(true);
    case Generic.AAM:
      return execAam(u);
    case Generic.AAD:
      return execAad(u);
    case Generic.SALC:
      return execSalc();
    case Generic.SAHF:
      return execSahf();
    case Generic.LAHF:
      return execLahf();
    case Generic.CMC:
      return execCarry(0, Flag.CF);
    case Generic.CLC:
      return execCarry(Flag.CF, 0);
    case Generic.STC:
      return execCarry(Flag.CF, Flag.CF);
    case Generic.CLD:
      return execDirection(false);
    case Generic.STD:
      return execDirection(true);
    case Generic.NOP:
      return Next.DONE;
    case Generic.MOVS:
      return execString(u, StringOp.MOVS);
    case Generic.STOS:
      return execString(u, StringOp.STOS);
    case Generic.LODS:
      return execString(u, StringOp.LODS);
    case Generic.SCAS:
      return execString(u, StringOp.SCAS);
    case Generic.CMPS:
      return execString(u, StringOp.CMPS);
    case Generic.CLFLUSH:
      return execClflush(u);
    case Generic.TOO_LONG:
      return execTooLong();
    default:
      return op >= <u32>SlowOp.ROWS ? executeRow(u, op - SlowOp.ROWS) : unimplemented();
  }
}
