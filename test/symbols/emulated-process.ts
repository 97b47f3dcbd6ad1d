/**
 * Runs a static 32-bit Linux program in our own machine, because not every host's kernel runs such programs. The program
 * runs in ring 3 behind paging; INT 80H leads to a HLT, where this file is the kernel: it knows write and exit.
 */
import { Gpr, Seg, State } from '../../src/abi/state-block';
import { Stop } from '../../src/abi/stop-codes';
import { ElfFile } from '../../src/symbols/elf';
import { DPL_3, FlatMachine } from '../core/support/flat-machine';

const GDT = 0x1000;
const IDT = 0x2000;
const TSS = 0x3000;
const HANDLER = 0x4000;
const HANDLER_STACK = 0x6000;
const PAGE_DIRECTORY = 0x8000;
/** Pages of 4 MBytes hold the program, from this physical address on. */
const PROGRAM = 0x400000;
const PAGE = 0x400000;
/** Page-directory entries: P, R/W and PS, with and without U/S. */
const [LARGE_USER, LARGE] = [0x87, 0x83];

const [KERNEL_CODE, KERNEL_DATA, USER_CODE, USER_DATA, TASK] = [0x08, 0x10, 0x1b, 0x23, 0x28];
const [EXIT, WRITE] = [1, 4];
const SYSTEM_CALL = 0x80;
/** More instructions than any sample retires. */
const ENOUGH = 1_000_000;

/** What the program writes to its standard output until it exits. */
export function outputOf(program: Uint8Array): Uint8Array {
  const elf = new ElfFile(program);
  const machine = new FlatMachine(PROGRAM + 2 * PAGE);
  const { cpu } = machine;
  prepare(machine);
  const segments = elf.segments.filter((segment) => segment.loaded);
  const base = Math.floor(Number(segments[0]!.virtualAddress) / PAGE) * PAGE;
  // Two pages, present, writable, user: entries of 4 bytes.
  cpu.physical.write64(
    BigInt(PAGE_DIRECTORY + (base / PAGE) * 4),
    BigInt(PROGRAM | LARGE_USER) | (BigInt((PROGRAM + PAGE) | LARGE_USER) << 32n),
  );
  for (const { virtualAddress, fileOffset, fileSize } of segments) {
    // As a kernel maps files: by pages, with what lies before the segment.
    const before = fileOffset & 0xfff;
    const bytes = program.subarray(fileOffset - before, fileOffset + fileSize);
    machine.load(PROGRAM + Number(virtualAddress) - before - base, bytes);
  }
  // The kernel starts a program with empty registers.
  for (let i: number = Gpr.RAX; i <= Gpr.RDI; i++) cpu.setGpr(i, 0n);
  machine.jumpTo(elf.entry);

  const written: Uint8Array[] = [];
  for (;;) {
    const stop = machine.step(ENOUGH);
    const number = Number(cpu.gpr(Gpr.RAX));
    const address = Number(cpu.gpr(Gpr.RCX));
    const length = Number(cpu.gpr(Gpr.RDX));
    if (stop !== Stop.HALT || (number !== EXIT && number !== WRITE))
      throw new Error(`the program stopped with ${stop} at ${cpu.rip.toString(16)}, EAX=${number}`);
    if (number === EXIT) return Buffer.concat(written);
    written.push(cpu.physical.read(BigInt(PROGRAM + address - base), length)!.slice());
    cpu.setGpr(Gpr.RAX, BigInt(length));
    cpu.set32(State.ACTIVITY, 0);
  }
}

/** Ring 3 with paging, and the way into ring 0 and back. */
function prepare(machine: FlatMachine): void {
  const { cpu } = machine;
  const { physical } = cpu;
  const flat = { base: 0n, limit: 0xffffffff };
  // Flat 32-bit code and data of ring 0, code and data of ring 3.
  [0x00cf9b000000ffffn, 0x00cf93000000ffffn, 0x00cffb000000ffffn, 0x00cff3000000ffffn].forEach(
    (descriptor, i) => physical.write64(BigInt(GDT + 8 + i * 8), descriptor),
  );
  // A 32-bit interrupt gate of ring 3.
  physical.write64(
    BigInt(IDT + SYSTEM_CALL * 8),
    BigInt(HANDLER) | (BigInt(KERNEL_CODE) << 16n) | (0xeen << 40n),
  );
  // HLT; IRET
  machine.load(HANDLER, [0xf4, 0xcf]);
  // ESP0 and SS0.
  physical.write64(BigInt(TSS + 4), BigInt(HANDLER_STACK) | (BigInt(KERNEL_DATA) << 32n));
  cpu.set64(State.GDTR_BASE, BigInt(GDT));
  cpu.set32(State.GDTR_LIMIT, 0x2f);
  cpu.set64(State.IDTR_BASE, BigInt(IDT));
  cpu.set32(State.IDTR_LIMIT, SYSTEM_CALL * 8 + 7);
  cpu.setSegment(Seg.TR, { selector: TASK, base: BigInt(TSS), limit: 0x67, access: 0x8b });
  // The structures above.
  physical.write64(BigInt(PAGE_DIRECTORY), BigInt(LARGE));
  cpu.set64(State.CR3, BigInt(PAGE_DIRECTORY));
  // PSE; paging with write protection.
  cpu.set64(State.CR4, 0x10n);
  cpu.set64(State.CR0, 0x80010011n);
  for (const i of [Seg.ES, Seg.SS, Seg.DS, Seg.FS, Seg.GS])
    cpu.setSegment(i, { ...flat, selector: USER_DATA, access: 0xc093 | DPL_3 });
  cpu.setSegment(Seg.CS, { ...flat, selector: USER_CODE, access: 0xc09b | DPL_3 });
  cpu.stateReplaced();
}
