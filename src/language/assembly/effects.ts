/**
 * What instructions do to the general registers, as far as following a constant takes it. An instruction that is not in here may do
 * anything. Which flags, faults and operands an instruction has stands in isa; a test holds this table against iced-x86.
 */
import { RAX, RBP, RBX, RCX, RDI, RDX, RSI } from './register-names';

export interface Effect {
  /**
   * `none`: writes no general register. `destination`: writes its destination operand. `operands`: writes any of its operands.
   * `everything`: other code runs in between. `end`: the next line is not reached from here.
   */
  readonly writes: 'none' | 'destination' | 'operands' | 'everything' | 'end';
  /** General registers it writes without naming them. */
  readonly also?: readonly number[];
}

const NONE: Effect = { writes: 'none' };
const DESTINATION: Effect = { writes: 'destination' };
const EVERYTHING: Effect = { writes: 'everything' };
const END: Effect = { writes: 'end' };

const CONDITIONS =
  'o no b nb c nc ae nae e ne z nz be nbe a na s ns p np pe po l nl ge nge le nle g ng'.split(' ');

type Rows = readonly (readonly [mnemonics: string, effect: Effect])[];

const rows: Rows = [
  ['cmp test bt nop pause hlt cli sti cld std clc stc cmc clts wbinvd wbnoinvd invd invlpg', NONE],
  ['lfence mfence sfence lgdt lidt lldt ltr lmsw clflush clflushopt clwb prefetchnta prefetcht0', NONE],
  ['vmptrld vmclear vmptrst vmxon vmxoff vmlaunch vmresume vmwrite invept invvpid invpcid', NONE],
  ['push pushf pushfd pushfq pusha pushad sahf out wrmsr swapgs clac stac xsetbv wrfsbase wrgsbase', NONE],
  ['endbr64 endbr32 fxsave fxrstor xsave xrstor xsaveopt fninit finit emms ldmxcsr stmxcsr fwait', NONE],
  ['popf popfd popfq verr verw monitor mwait rep repe repz repne repnz lock notrack bnd', NONE],
  ['ud2 ud1 ud0', NONE],
  [CONDITIONS.map((condition) => `j${condition}`).join(' '), NONE],
  ['jcxz jecxz jrcxz', NONE],
  ['mov movabs movzx movsx movsxd movzb movzw add adc sub sbb and or xor not neg inc dec', DESTINATION],
  [
    'shl sal shr sar rol ror rcl rcr shld shrd lea pop bswap popcnt lzcnt tzcnt bsf bsr btc btr bts',
    DESTINATION,
  ],
  ['andn bextr blsi blsmsk blsr bzhi pdep pext rorx sarx shlx shrx rdrand rdseed', DESTINATION],
  ['in', { writes: 'destination', also: [RAX] }],
  [
    'sldt str smsw lar lsl sgdt sidt vmread rdfsbase rdgsbase movbe lds les lfs lgs lss arpl movnti',
    DESTINATION,
  ],
  [CONDITIONS.map((condition) => `set${condition} cmov${condition}`).join(' '), DESTINATION],
  ['movd movaps movups movdqa movdqu pxor xorps', DESTINATION],
  ['xchg xadd', { writes: 'operands' }],
  ['cmpxchg', { writes: 'operands', also: [RAX] }],
  ['cmpxchg8b cmpxchg16b', { writes: 'none', also: [RAX, RDX] }],
  // One to three operands: the destination and, with one operand, the pair of accumulators.
  ['imul', { writes: 'operands', also: [RAX, RDX] }],
  ['mul div idiv', { writes: 'none', also: [RAX, RDX] }],
  ['mulx', { writes: 'operands' }],
  ['cwd cdq cqo cwtd cltd cqto', { writes: 'none', also: [RDX] }],
  ['cbw cwde cdqe cbtw cwtl cltq lahf xlat xlatb aaa aas daa das aad aam', { writes: 'none', also: [RAX] }],
  ['rdtsc rdpmc rdmsr xgetbv', { writes: 'none', also: [RAX, RDX] }],
  ['rdtscp', { writes: 'none', also: [RAX, RCX, RDX] }],
  ['cpuid', { writes: 'none', also: [RAX, RBX, RCX, RDX] }],
  // With operands some of these are sign extensions of AT&T or work on vector registers.
  ['movs movsb movsw movsl movsd movsq', { writes: 'operands', also: [RCX, RSI, RDI] }],
  ['cmps cmpsb cmpsw cmpsd cmpsq', { writes: 'none', also: [RCX, RSI, RDI] }],
  ['stos stosb stosw stosd stosq scas scasb scasw scasd scasq', { writes: 'none', also: [RCX, RDI] }],
  ['ins insb insw insd', { writes: 'none', also: [RCX, RDI] }],
  ['outs outsb outsw outsd', { writes: 'none', also: [RCX, RSI] }],
  ['lods lodsb lodsw lodsd lodsq', { writes: 'none', also: [RAX, RCX, RSI] }],
  ['loop loope loopz loopne loopnz', { writes: 'none', also: [RCX] }],
  ['leave enter', { writes: 'none', also: [RBP] }],
  ['call lcall int int3 int1 into syscall sysenter vmcall vmmcall vmfunc popa popad getsec', EVERYTHING],
  ['jmp ljmp ret retn retf lret iret iretw iretd iretq sysret sysretq sysexit sysexitq rsm', END],
];

const effects: ReadonlyMap<string, Effect> = new Map(
  rows.flatMap(([mnemonics, effect]) => mnemonics.split(' ').map((mnemonic) => [mnemonic, effect] as const)),
);

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };

/** What a mnemonic is: its base, AT&T's suffix as bits, the effect. */
export interface Meaning {
  readonly base: string;
  readonly suffixBits?: number;
  readonly effect: Effect | undefined;
}

/** `suffixed`: the syntax is AT&T's, where a letter at the end may say the width. */
export function mnemonicMeaning(word: string, suffixed: boolean): Meaning {
  const base = word.toLowerCase();
  const effect = effects.get(base);
  if (effect || !suffixed) return { base, effect };
  const suffixBits = SUFFIX_BITS[base[base.length - 1] ?? ''];
  const shorter = base.slice(0, -1);
  const found = suffixBits === undefined ? undefined : effects.get(shorter);
  return found ? { base: shorter, suffixBits: suffixBits!, effect: found } : { base, effect: undefined };
}

export function isMnemonic(word: string): boolean {
  return effects.has(word.toLowerCase());
}

const PREFIX =
  /^(?:rep|repe|repz|repne|repnz|lock|notrack|bnd|xacquire|xrelease|data16|data32|addr16|addr32|[ao](?:16|32|64)|[c-gs]s)$/i;

/** True for words that stand in front of a mnemonic: `rep`, `lock`, a segment register. */
export function isPrefix(word: string): boolean {
  return PREFIX.test(word);
}

/** For the test that holds the table against iced-x86. */
export function knownMnemonics(): Iterable<string> {
  return effects.keys();
}
