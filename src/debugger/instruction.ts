/**
 * One instruction as stepping and the disassembly see it. Decoding is iced-x86's; nothing here executes.
 */
import { Decoder, FlowControl, Formatter, FormatterSyntax, Mnemonic, type Instruction } from 'iced-x86';

export type Flow =
  | 'next' // goes on behind itself
  | 'call'
  | 'return'
  | 'branch' // to a known target, perhaps
  | 'indirect' // to an unknown target
  | 'vm-entry' // VMLAUNCH, VMRESUME
  | 'invalid';

export interface DecodedInstruction {
  readonly address: bigint;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly flow: Flow;
  /** Of direct branches and calls. */
  readonly target: bigint | undefined;
  /** Intel syntax. */
  readonly text: string;
  /** The processor, or L0 for L1, always or often leaves the guest at this instruction. */
  readonly exits: boolean;
}

const EXITING = new Set<Mnemonic>([
  ...[Mnemonic.Vmcall, Mnemonic.Vmclear, Mnemonic.Vmlaunch, Mnemonic.Vmptrld, Mnemonic.Vmptrst],
  ...[Mnemonic.Vmread, Mnemonic.Vmresume, Mnemonic.Vmwrite, Mnemonic.Vmxoff, Mnemonic.Vmxon],
  ...[Mnemonic.Invept, Mnemonic.Invvpid, Mnemonic.Cpuid, Mnemonic.Hlt, Mnemonic.Rdmsr, Mnemonic.Wrmsr],
  ...[Mnemonic.In, Mnemonic.Out, Mnemonic.Insb, Mnemonic.Insw, Mnemonic.Insd],
  ...[Mnemonic.Outsb, Mnemonic.Outsw, Mnemonic.Outsd, Mnemonic.Xsetbv, Mnemonic.Invlpg],
]);

const LONGEST = 15;

/** Decodes all instructions in `bytes`, at most `limit`. Bytes that are no instruction become one-byte `invalid` ones. */
export function decodeInstructions(
  bytes: Uint8Array,
  address: bigint,
  bits: 16 | 32 | 64,
  options: { limit?: number; symbol?: (address: bigint) => string | undefined } = {},
): DecodedInstruction[] {
  const found: DecodedInstruction[] = [];
  const formatter = new Formatter(FormatterSyntax.Intel);
  formatter.hexPrefix = '0x';
  formatter.hexSuffix = '';
  formatter.uppercaseHex = false;
  formatter.firstOperandCharIndex = 8;
  formatter.spaceAfterOperandSeparator = true;
  for (let at = 0; at < bytes.length && found.length < (options.limit ?? Infinity);) {
    const decoder = new Decoder(bits, bytes.subarray(at, at + LONGEST), 0);
    decoder.ip = BigInt.asUintN(64, address + BigInt(at));
    const instruction = decoder.decode();
    const length = instruction.isInvalid ? 1 : instruction.length;
    found.push(describe(instruction, formatter, bytes.slice(at, at + length), decoder.ip, options.symbol));
    instruction.free();
    decoder.free();
    at += length;
  }
  formatter.free();
  return found;
}

function describe(
  instruction: Instruction,
  formatter: Formatter,
  bytes: Uint8Array,
  end: bigint,
  symbol: ((address: bigint) => string | undefined) | undefined,
): DecodedInstruction {
  const address = instruction.isInvalid ? instruction.ip : BigInt.asUintN(64, end - BigInt(bytes.length));
  if (instruction.isInvalid) {
    const text = `(bad)   0x${bytes[0]!.toString(16).padStart(2, '0')}`;
    return { address, length: 1, bytes, flow: 'invalid', target: undefined, text, exits: false };
  }
  const flow = flowOf(instruction);
  const near = instruction.nearBranchTarget;
  const target = (flow === 'branch' || flow === 'call') && near !== 0n ? near : undefined;
  const name = target === undefined ? undefined : symbol?.(target);
  return {
    address,
    length: instruction.length,
    bytes,
    flow,
    target,
    text: formatter.format(instruction) + (name === undefined ? '' : ` <${name}>`),
    exits: EXITING.has(instruction.mnemonic),
  };
}

function flowOf(instruction: Instruction): Flow {
  if (instruction.mnemonic === Mnemonic.Vmlaunch || instruction.mnemonic === Mnemonic.Vmresume)
    return 'vm-entry';
  switch (instruction.flowControl) {
    case FlowControl.Call:
    case FlowControl.IndirectCall:
      // VMCALL, SYSCALL and their kind are "calls" to iced: they return to the next instruction by other means.
      return instruction.isCallNear || instruction.isCallNearIndirect || isFarCall(instruction)
        ? 'call'
        : 'next';
    case FlowControl.Return:
      return 'return';
    case FlowControl.ConditionalBranch:
    case FlowControl.UnconditionalBranch:
      return instruction.nearBranchTarget === 0n ? 'indirect' : 'branch';
    case FlowControl.IndirectBranch:
      return 'indirect';
    default:
      return 'next';
  }
}

function isFarCall(instruction: Instruction): boolean {
  return instruction.isCallFar || instruction.isCallFarIndirect;
}
