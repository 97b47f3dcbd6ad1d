// Mnemonics as GNU as and NASM read them, and what the decoder adds to the rows.

import assert from 'node:assert/strict';
import { Mnemonic } from 'iced-x86';
import { instructions } from '../../src/isa/instructions';
import { instructionFacts } from '../../src/language/knowledge/instruction-facts';
import { findInstruction } from '../../src/language/knowledge/mnemonics';

describe('language: mnemonics', () => {
  const gas: Record<string, string> = {
    mov: 'MOV',
    movl: 'MOV',
    movabs: 'MOV',
    movabsq: 'MOV',
    movzbl: 'MOVZX',
    movzwq: 'MOVZX',
    movzx: 'MOVZX',
    movsbl: 'MOVSX',
    movslq: 'MOVSXD',
    movsl: 'MOVSD',
    movsb: 'MOVSB',
    stosl: 'STOSD',
    cmpsl: 'CMPSD',
    insl: 'INSD',
    lret: 'RETF',
    lretq: 'RETF',
    ljmp: 'JMP',
    ljmpl: 'JMP',
    lcall: 'CALL',
    callq: 'CALL',
    retq: 'RET',
    iretq: 'IRETQ',
    iretl: 'IRETD',
    pushfq: 'PUSHFQ',
    pushfl: 'PUSHFD',
    popal: 'POPAD',
    pushq: 'PUSH',
    cltq: 'CDQE',
    cqto: 'CQO',
    cwtl: 'CWDE',
    cltd: 'CDQ',
    jz: 'JE',
    setnz: 'SETNE',
    setl: 'SETL',
    cmovneq: 'CMOVNE',
    cmovl: 'CMOVL',
    vmreadq: 'VMREAD',
    vmwritel: 'VMWRITE',
    VMLAUNCH: 'VMLAUNCH',
    invept: 'INVEPT',
    sysretl: 'SYSRET',
    sysretq: 'SYSRETQ',
    lgdtl: 'LGDT',
    ltrw: 'LTR',
    fxsaveq: 'FXSAVE64',
    fildll: 'FILD',
    fldt: 'FLD',
    fists: 'FIST',
    fwait: 'WAIT',
    btsl: 'BTS',
    crc32q: 'CRC32',
    cvtsi2sdq: 'CVTSI2SD',
    vcvtpd2psx: 'VCVTPD2PS',
    vpaddd: 'VPADDD',
    vcmpeqps: 'VCMPPS',
    repz: 'REPE',
    rex64: 'O64',
    ud2a: 'UD2',
    int3: 'INT3',
  };
  for (const [spelling, name] of Object.entries(gas))
    it(`gas: ${spelling} is ${name}`, () => assert.equal(findInstruction(spelling, 'gas')?.name, name));

  it('the operands choose between two instructions of one name', () => {
    const family = (spelling: string, operands: string) => findInstruction(spelling, 'gas', operands)?.family;
    assert.equal(findInstruction('movq', 'gas', '%rax, (%rdi)')?.name, 'MOV');
    assert.equal(findInstruction('movq', 'gas', '%xmm0, (%rdi)')?.name, 'MOVQ');
    assert.equal(family('movsd', ''), 'string');
    assert.equal(family('movsd', '(%rsi), %xmm1'), 'sse');
    assert.equal(family('cmpsd', '$1, %xmm0, %xmm1'), 'sse');
    assert.equal(findInstruction('movq', 'nasm', 'rax, [rdi]')?.name, 'MOVQ');
  });

  it('NASM knows no suffixes and no names of AT&T', () => {
    for (const word of ['movl', 'cltq', 'lret', 'movzbl'])
      assert.equal(findInstruction(word, 'nasm'), undefined, word);
    assert.equal(findInstruction('retf', 'nasm')?.name, 'RETF');
    assert.equal(findInstruction('VmRead', 'nasm')?.name, 'VMREAD');
    assert.equal(findInstruction('loopz', 'nasm')?.name, 'LOOPE');
  });

  it('macros and nonsense are nothing', () => {
    for (const word of [
      '',
      'q',
      'l',
      'ENTRY',
      'SYM_FUNC_START',
      'constructor',
      '__proto__',
      'insx',
      'mov mov',
    ])
      assert.equal(findInstruction(word, 'gas'), undefined, word);
  });

  it('every row is found under its name, its aliases and its AT&T names', () => {
    for (const row of instructions) {
      const operands = ['sse', 'packed-integer'].includes(row.family) ? '%xmm0' : '';
      for (const name of [row.name, ...(row.aliases ?? []), ...(row.attNames ?? [])])
        assert.equal(findInstruction(name.toLowerCase(), 'gas', operands), row, name);
    }
  });
});

describe('language: instruction facts', () => {
  it('of VMREAD: operands, flags and where it exists', () => {
    const facts = instructionFacts('VMREAD')!;
    assert.equal(facts.row.name, 'VMREAD');
    assert.deepEqual(facts.operandForms, ['r/m32, r32', 'r/m64, r64']);
    assert.equal(facts.flagsWritten, 'ZF CF');
    assert.equal(facts.flagsCleared, 'OF SF AF PF');
    assert.deepEqual(facts.cpuidFeatures, ['VMX']);
    assert.deepEqual(facts.modes, { 16: true, 32: true, 64: true });
  });

  it('of ADC and SHL: flags read, written and undefined', () => {
    const adc = instructionFacts('adc')!;
    assert.equal(adc.flagsRead, 'CF');
    assert.equal(adc.flagsWritten, 'OF SF ZF AF CF PF');
    assert.deepEqual(adc.cpuidFeatures, []);
    assert.equal(instructionFacts('AND')!.flagsUndefined, 'AF');
    assert.equal(instructionFacts('STC')!.flagsSet, 'CF');
  });

  it('keep the string instruction and the SSE2 instruction of one name apart', () => {
    assert.deepEqual(instructionFacts('MOVSD', 'string')!.cpuidFeatures, []);
    assert.deepEqual(instructionFacts('MOVSD', 'sse')!.cpuidFeatures, ['SSE2']);
    assert.ok(instructionFacts('MOVSD', 'sse')!.operandForms.includes('xmm1, xmm2/m64'));
  });

  it('leave implied operands and processors of the past out', () => {
    assert.deepEqual(instructionFacts('TPAUSE')!.operandForms, ['r32', 'r64']);
    assert.ok(!instructionFacts('MOV')!.operandForms.some((form) => /tr/.test(form)));
    assert.ok(instructionFacts('MOV')!.operandForms.includes('cr, r64'));
  });

  it('have a form for every row that the decoder knows, and every other row but a prefix brings its own', () => {
    const decoded = new Set(Object.keys(Mnemonic).map((name) => name.toUpperCase()));
    for (const row of instructions) {
      const { operandForms } = instructionFacts(row.name, row.family)!;
      if (decoded.has(row.name) || row.family !== 'prefix') assert.ok(operandForms.length > 0, row.name);
      assert.equal(row.operands === undefined, decoded.has(row.name) || row.family === 'prefix', row.name);
    }
  });

  it('of a name that is no instruction are nothing', () => {
    for (const name of ['', 'NOTHING', 'constructor', 'movl'])
      assert.equal(instructionFacts(name), undefined, name);
  });
});
