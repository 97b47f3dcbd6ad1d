/**
 * What an instruction makes its results of: the registers and the memory it reads, by the decoder's tables. Registers that only form
 * an address are no input where the instruction reads memory; RSP is none of what it pushes and pops.
 */
import {
  Decoder,
  InstructionInfoFactory,
  MemorySizeExt,
  Mnemonic,
  OpAccess,
  OpKind,
  Register,
  RegisterExt,
  type Instruction,
  type UsedMemory,
  type UsedRegister,
} from 'iced-x86';

export interface MemoryOperand {
  readonly segment: string;
  readonly base: string | undefined;
  readonly index: string | undefined;
  readonly scale: bigint;
  readonly displacement: bigint;
  /** 0: as many as a repeated instruction moved. */
  readonly bytes: number;
}

/** Names are the whole registers': `rax`, `cr3`. */
export interface Operands {
  readonly registersRead: readonly string[];
  readonly registersWritten: readonly string[];
  readonly memoryRead: readonly MemoryOperand[];
  readonly memoryWritten: readonly MemoryOperand[];
  /** Register with the encoding of the VMCS field that VMREAD reads. */
  readonly fieldRead: string | undefined;
}

const READS: readonly OpAccess[] = [
  OpAccess.Read,
  OpAccess.CondRead,
  OpAccess.ReadWrite,
  OpAccess.ReadCondWrite,
];
const WRITES: readonly OpAccess[] = [
  OpAccess.Write,
  OpAccess.CondWrite,
  OpAccess.ReadWrite,
  OpAccess.ReadCondWrite,
];

export function operandsOf(bytes: Uint8Array, bits: 16 | 32 | 64, rip: bigint): Operands {
  const decoder = new Decoder(bits, bytes, 0);
  decoder.ip = rip;
  const instruction = decoder.decode();
  const factory = new InstructionInfoFactory();
  const info = factory.info(instruction);
  const registers = info.usedRegisters() as UsedRegister[];
  const memory = info.usedMemory() as UsedMemory[];
  const found = operands(instruction, registers, memory);
  for (const each of [...registers, ...memory, info, factory, instruction, decoder]) each.free();
  return found;
}

function operands(
  instruction: Instruction,
  registers: readonly UsedRegister[],
  memory: readonly UsedMemory[],
): Operands {
  const read = memory.filter(({ access }) => READS.includes(access)).map(memoryOperand);
  const addressing = new Set(memory.flatMap(({ base, index }) => [nameOf(base), nameOf(index)]));
  const values = registers
    .filter(({ access }) => READS.includes(access))
    .map((used) => nameOf(used.register));
  const repeats = nameOf(Register.RCX);
  const written = registers.filter(({ access }) => WRITES.includes(access));
  const isInput = (name: string | undefined) =>
    name !== undefined && !addressing.has(name) && !(isString(instruction) && name === repeats);
  const own = values.filter(isInput) as string[];
  const encoding = instruction.mnemonic === Mnemonic.Vmread ? nameOf(instruction.opRegister(1)) : undefined;
  // Of VMWRITE the first operand only says which field.
  const field = instruction.mnemonic === Mnemonic.Vmwrite ? nameOf(instruction.opRegister(0)) : encoding;
  const same = instruction.mnemonic === Mnemonic.Vmwrite && namesBoth(instruction, field);
  return {
    registersRead: [...new Set(own.filter((name) => same || name !== field))],
    registersWritten: [
      ...new Set(written.map((used) => nameOf(used.register)).filter((name) => name !== undefined)),
    ],
    memoryRead: read,
    memoryWritten: memory.filter(({ access }) => WRITES.includes(access)).map(memoryOperand),
    fieldRead: encoding,
  };
}

function namesBoth(instruction: Instruction, name: string | undefined): boolean {
  return instruction.opKind(1) === OpKind.Register && nameOf(instruction.opRegister(1)) === name;
}

function isString(instruction: Instruction): boolean {
  return instruction.hasRepPrefix || instruction.hasRepnePrefix;
}

function memoryOperand(used: UsedMemory): MemoryOperand {
  return {
    segment: nameOf(used.segment)!,
    base: nameOf(used.base),
    index: nameOf(used.index),
    scale: BigInt(used.scale),
    displacement: used.displacement,
    bytes: MemorySizeExt.size(used.memorySize),
  };
}

function nameOf(register: Register): string | undefined {
  return register === Register.None ? undefined : Register[RegisterExt.fullRegister(register)].toLowerCase();
}
