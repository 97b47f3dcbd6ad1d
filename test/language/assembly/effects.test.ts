import assert from 'node:assert/strict';
import {
  Code,
  FlowControl,
  Instruction,
  InstructionInfoFactory,
  Mnemonic,
  OpAccess,
  OpCodeOperandKind,
  Register,
  RegisterExt,
  type UsedRegister,
} from 'iced-x86';
import { knownMnemonics, mnemonicMeaning, type Effect } from '../../../src/language/assembly/effects';
import { registerNamed } from '../../../src/language/assembly/register-names';

const WRITES: readonly OpAccess[] = [
  OpAccess.Write,
  OpAccess.ReadWrite,
  OpAccess.CondWrite,
  OpAccess.ReadCondWrite,
];
/** What the name of an operand kind starts with when it is memory for certain. */
const MEMORY = /^(mem|seg_|es_|sib_)/;
/** RSP is never followed, and a stack that moves is no reason to forget anything. */
const NOT_FOLLOWED = 'rsp';

/** What iced-x86 says one encoding writes and the table does not. */
function unclaimed(code: Code, effect: Effect, factory: InstructionInfoFactory): string[] {
  if (effect.writes === 'everything' || effect.writes === 'end') return [];
  const instruction = new Instruction();
  instruction.code = code;
  const info = factory.info(instruction);
  const { opCode } = instruction;
  const kinds = [opCode.op0Kind, opCode.op1Kind, opCode.op2Kind, opCode.op3Kind, opCode.op4Kind];
  const found: string[] = [];
  const claims = (name: string): boolean => {
    const index = registerNamed(name, true)?.index;
    return name === NOT_FOLLOWED || (index !== undefined && (effect.also?.includes(index) ?? false));
  };
  for (const used of info.usedRegisters() as UsedRegister[]) {
    const full = RegisterExt.fullRegister(used.register);
    const name = Register[full].toLowerCase();
    if (WRITES.includes(used.access) && RegisterExt.isGPR(full) && !claims(name)) found.push(name);
    used.free();
  }
  for (let operand = 0; operand < instruction.opCount; operand++) {
    const kind = OpCodeOperandKind[kinds[operand]!].toLowerCase();
    if (!WRITES.includes(info.opAccess(operand)) || MEMORY.test(kind)) continue;
    const claimed =
      effect.writes === 'operands' || (effect.writes === 'destination' && operand === 0) || claims(kind);
    // Registers that are not general do not matter.
    if (!claimed && !/^(xmm|ymm|zmm|mm|sti|st|k|bnd|creg|dreg|seg)/.test(kind))
      found.push(`operand ${operand} (${kind})`);
  }
  opCode.free();
  info.free();
  instruction.free();
  return found;
}

describe('assembly: effects of instructions', () => {
  const codes = new Map<string, Code[]>();
  const flows = new Map<Code, FlowControl>();
  before(() => {
    for (const code of Object.values(Code).filter((value): value is Code => typeof value === 'number')) {
      const instruction = new Instruction();
      instruction.code = code;
      const name = Mnemonic[instruction.mnemonic].toLowerCase();
      codes.set(name, [...(codes.get(name) ?? []), code]);
      flows.set(code, instruction.flowControl);
      instruction.free();
    }
  });

  it('no instruction writes a general register that the table does not know of', () => {
    const factory = new InstructionInfoFactory();
    let known = 0;
    for (const mnemonic of knownMnemonics()) {
      const { effect } = mnemonicMeaning(mnemonic, false);
      for (const code of codes.get(mnemonic) ?? []) {
        known++;
        assert.deepEqual(unclaimed(code, effect!, factory), [], `${mnemonic} ${Code[code]}`);
      }
    }
    factory.free();
    assert.ok(known > 500, `${known} encodings`);
  });

  it('what leaves the line of instructions is known to do so', () => {
    // VM entries come back to the next instruction when they fail.
    const comesBack = ['vmlaunch', 'vmresume'];
    for (const mnemonic of knownMnemonics()) {
      if (comesBack.includes(mnemonic)) continue;
      const { effect } = mnemonicMeaning(mnemonic, false);
      for (const code of codes.get(mnemonic) ?? []) {
        const flow = FlowControl[flows.get(code)!];
        if (/^(Return|UnconditionalBranch|IndirectBranch)$/.test(flow))
          assert.equal(effect!.writes, 'end', mnemonic);
        if (/^(Call|IndirectCall|Interrupt)$/.test(flow))
          assert.match(effect!.writes, /^(everything|end)$/, mnemonic);
      }
    }
  });

  it('suffixes of AT&T syntax are taken off where something known is left', () => {
    const short = (word: string, suffixed = true): string => {
      const { base, suffixBits, effect } = mnemonicMeaning(word, suffixed);
      return `${base} ${suffixBits ?? '-'} ${effect ? 'known' : 'unknown'}`;
    };
    assert.equal(short('movl'), 'mov 32 known');
    assert.equal(short('MOVQ'), 'mov 64 known');
    assert.equal(short('vmreadq'), 'vmread 64 known');
    assert.equal(short('movzwl'), 'movzw 32 known');
    assert.equal(short('cmovl'), 'cmovl - known');
    assert.equal(short('shl'), 'shl - known');
    assert.equal(short('sub'), 'sub - known');
    assert.equal(short('movl', false), 'movl - unknown');
    assert.equal(short('CALLER'), 'caller - unknown');
  });
});
