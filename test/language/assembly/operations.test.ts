import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import type { AssemblyDialect } from '../../../src/language/source/language-id';
import type { Operand, Operation } from '../../../src/language/source/operation';

/** Constants of other files. */
const scope = { constant: (name: string) => ({ VM_EXIT_REASON: 0x4402n, HOST_RSP: 0x6c14n })[name] };

/** An operand as `LINE:TEXT=VALUE` and what else it says; lines count from 0. */
function operandText(file: AssemblyFile, operand: Operand): string {
  const { start, end } = operand.range;
  assert.equal(file.lineText(start.line).slice(start.character, end.character), operand.text);
  const value = operand.value === undefined ? '' : `=${operand.value.toString(16)}`;
  const marks = [
    operand.literal && 'literal',
    operand.name && 'name',
    operand.bits && `${operand.bits}`,
    operand.expression && `$${operand.expression}`,
  ].filter((mark) => mark);
  return `${start.line}:${operand.text}${value}${marks.length > 0 ? ` (${marks.join(' ')})` : ''}`;
}

function operationText(file: AssemblyFile, operation: Operation): string {
  const text = (operand: Operand | undefined): string => (operand ? operandText(file, operand) : '-');
  switch (operation.kind) {
    case 'vmread':
    case 'vmwrite':
      return `${operation.kind} ${text(operation.field)}, ${text(operation.value)}`;
    case 'rdmsr':
      return `rdmsr ${text(operation.msr)}`;
    case 'wrmsr':
      return `wrmsr ${text(operation.msr)}, ${text(operation.value)}`;
    case 'cpuid':
      return `cpuid ${text(operation.leaf)}, ${text(operation.subleaf)}`;
    case 'comparison':
      return `${operation.with} ${text(operation.value)}`;
    case 'register-write':
      return `${operation.register}${operation.sets ? ' sets' : ''} ${text(operation.value)}`;
  }
}

function operations(dialect: AssemblyDialect, text: string): string[] {
  const file = new AssemblyFile(dialect, text, scope);
  return file.analysis().operations.map((operation) => operationText(file, operation));
}

/** Title, lines of the source, operations. */
type Row = readonly [title: string, source: readonly string[], operations: readonly string[]];

function check(dialect: AssemblyDialect, rows: readonly Row[]): void {
  for (const [title, source, expected] of rows)
    it(title, () => assert.deepEqual(operations(dialect, source.join('\n')), expected));
}

const FIELD = 'mov $0x401e, %eax';

describe('assembly: operations of AT&T syntax', () =>
  check('gas', [
    [
      'VMWRITE has its field behind the value',
      [FIELD, 'vmwrite %rbx, %rax'],
      ['vmwrite 0:0x401e=401e (literal), 1:rbx (64 $rbx)'],
    ],
    [
      'VMREAD has its field first',
      [FIELD, 'vmread %rax, %rbx'],
      ['vmread 0:0x401e=401e (literal), 1:rbx (64 $rbx)'],
    ],
    [
      'the value written is where its constant stands',
      ['mov $0x681e, %rdx', 'movl $(1 << 3 | 2), %ecx', 'vmwriteq %rcx, %rdx'],
      ['vmwrite 0:0x681e=681e (literal), 1:(1 << 3 | 2)=a'],
    ],
    [
      'memory is a value too',
      ['movq $0x681e, %rdx', 'vmwrite 8(%rdi), %rdx'],
      ['vmwrite 0:0x681e=681e (literal), 1:8(%rdi)'],
    ],
    [
      'names of other files',
      ['mov $HOST_RSP, %edx', 'vmwrite %rsp, %rdx'],
      ['vmwrite 0:HOST_RSP=6c14 (name), 1:rsp (64 $rsp)'],
    ],
    [
      'a name nobody knows the value of',
      ['mov $GUEST_RIP, %edx', 'vmread %rdx, %rax'],
      ['vmread 0:GUEST_RIP (name), 1:rax (64 $rax)'],
    ],
    [
      'names of this file',
      ['#define F 0x6800', 'mov $F, %edx', 'vmread %rdx, %rax'],
      ['vmread 1:F=6800 (name), 2:rax (64 $rax)'],
    ],
    [
      'a copy is worth what the original is',
      [FIELD, 'mov %rax, %r9', 'vmread %r9, (%rbx)'],
      ['vmread 0:0x401e=401e (literal), 2:(%rbx)'],
    ],
    [
      'zero by XOR',
      ['xor %ecx, %ecx', 'mov $0x4000, %eax', 'vmwrite %rcx, %rax'],
      ['vmwrite 1:0x4000=4000 (literal), 0:%ecx, %ecx=0'],
    ],
    [
      '-1 fills 64 bits of a 64-bit register',
      ['mov $0x2800, %edx', 'mov $-1, %rax', 'vmwrite %rax, %rdx'],
      ['vmwrite 0:0x2800=2800 (literal), 1:-1=ffffffffffffffff'],
    ],
    [
      '-1 fills 32 bits of a 32-bit register',
      ['mov $0x2800, %edx', 'mov $-1, %eax', 'vmwrite %rax, %rdx'],
      ['vmwrite 0:0x2800=2800 (literal), 1:-1=ffffffff'],
    ],
    [
      'a part written makes the whole unknown',
      [FIELD, 'mov $0, %al', 'vmread %rax, %rbx'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    [
      'sixteen bits say nothing of the others',
      ['mov $0x401e, %ax', 'vmread %rax, %rbx'],
      ['vmread 1:rax (64 $rax), 1:rbx (64 $rbx)'],
    ],
    ['a label forgets', [FIELD, '1: vmread %rax, %rbx'], ['vmread 1:rax (64 $rax), 1:rbx (64 $rbx)']],
    ['a call forgets', [FIELD, 'call f', 'vmread %rax, %rbx'], ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)']],
    [
      'a macro forgets',
      [FIELD, 'SAVE_ALL', 'vmread %rax, %rbx'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    [
      'a macro of C where a register stands forgets',
      [FIELD, 'mov $1, %_ASM_AX', 'vmread %rax, %rbx'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    [
      'raw bytes forget',
      [FIELD, '.byte 0x90', 'vmread %rax, %rbx'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    [
      'CFI and alignment do not',
      [FIELD, '.cfi_adjust_cfa_offset 8; .p2align 4', 'vmread %rax, %rbx'],
      ['vmread 0:0x401e=401e (literal), 2:rbx (64 $rbx)'],
    ],
    [
      'a branch that is not taken keeps',
      [FIELD, 'jz 1f', 'vmread %rax, %rbx'],
      ['vmread 0:0x401e=401e (literal), 2:rbx (64 $rbx)'],
    ],
    [
      'values put together in steps',
      [FIELD, 'mov $1, %ebx', 'shl $4, %ebx', 'or $2, %ebx', 'vmwrite %rbx, %rax'],
      ['vmwrite 0:0x401e=401e (literal), 3:2=12'],
    ],
    [
      'arithmetic with something unknown',
      [FIELD, 'add %rcx, %rax', 'vmread %rax, %rbx'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    ['RDMSR', ['mov $0x48b, %ecx', 'rdmsr'], ['rdmsr 0:0x48b=48b (literal)']],
    ['RDMSR in 16-bit code', ['movl $0x48b, %ecx; rdmsr'], ['rdmsr 0:0x48b=48b (literal)']],
    ['RDMSR of who knows what', ['mov %edi, %ecx', 'rdmsr'], []],
    [
      'WRMSR with both halves',
      ['movl $0x3a, %ecx', 'xorl %edx, %edx', 'movl $5, %eax', 'wrmsr'],
      ['wrmsr 0:0x3a=3a (literal), 2:5=5 (literal)'],
    ],
    [
      'WRMSR with an upper half',
      ['movl $0x3a, %ecx', 'movl $1, %edx', 'movl $5, %eax', 'wrmsr'],
      ['wrmsr 0:0x3a=3a (literal), 2:5=100000005'],
    ],
    [
      'WRMSR of what RDMSR gave',
      ['mov $0x3a, %ecx', 'rdmsr', 'or $0x100, %eax', 'wrmsr'],
      ['rdmsr 0:0x3a=3a (literal)', 'wrmsr 0:0x3a=3a (literal), -'],
    ],
    [
      'CPUID with a subleaf',
      ['mov $7, %eax', 'xor %ecx, %ecx', 'cpuid'],
      ['cpuid 0:7=7 (literal), 1:%ecx, %ecx=0'],
    ],
    ['CPUID without', ['mov $1, %eax; cpuid', 'cpuid'], ['cpuid 0:1=1 (literal), -']],
    [
      'control registers',
      ['mov $0x2020, %eax', 'mov %rax, %cr4', 'mov %eax, %cr0'],
      ['cr4 0:0x2020=2020 (literal)', 'cr0 0:0x2020=2020 (literal)'],
    ],
    [
      'bits that OR sets in what was read from a control register',
      [
        'mov %cr4, %rax',
        'and $~0x80, %eax',
        'or $0x2000, %rax',
        'mov %rax, %cr4',
        'and $1, %eax',
        'or $2, %eax',
      ],
      ['cr4 sets 2:0x2000=2000 (literal)'],
    ],
    [
      'bits that OR sets in what RDMSR gave',
      ['mov $0xc0000080, %ecx', 'rdmsr', 'or $0x100, %eax', 'or $1, %edx', 'wrmsr'],
      [
        'rdmsr 0:0xc0000080=c0000080 (literal)',
        'efer sets 2:0x100=100 (literal)',
        'wrmsr 0:0xc0000080=c0000080 (literal), -',
      ],
    ],
    ['CR1 has no bits anybody named', ['mov $1, %eax', 'mov %rax, %cr1'], []],
    [
      'a comparison with the exit reason',
      ['mov $VM_EXIT_REASON, %ecx', 'vmread %rcx, %rax', 'cmp $48, %eax', 'je ept', 'cmpl $EXIT_CPUID, %eax'],
      [
        'vmread 0:VM_EXIT_REASON=4402 (name), 1:rax (64 $rax)',
        'exit-reason 2:48=30 (literal)',
        'exit-reason 4:EXIT_CPUID (name)',
      ],
    ],
    [
      'the exit reason behind a mask',
      ['mov $0x4402, %ecx', 'vmread %rcx, %rax', 'and $0xffff, %eax', 'mov %rax, %rbx', 'cmp $48, %bx'],
      ['vmread 0:0x4402=4402 (literal), 1:rax (64 $rax)', 'exit-reason 4:48=30 (literal)'],
    ],
    [
      'the exit reason behind MOVZX',
      ['mov $0x4402, %ecx', 'vmread %rcx, %rax', 'movzwl %ax, %edx', 'cmp $1, %edx'],
      ['vmread 0:0x4402=4402 (literal), 1:rax (64 $rax)', 'exit-reason 3:1=1 (literal)'],
    ],
    [
      'another mask leaves something else',
      ['mov $0x4402, %ecx', 'vmread %rcx, %rax', 'and $0x80000000, %eax', 'cmp $0, %eax'],
      ['vmread 0:0x4402=4402 (literal), 1:rax (64 $rax)'],
    ],
    [
      'a VM-instruction error',
      ['mov $0x4400, %ecx', 'vmread %rcx, %rax', 'cmp $7, %eax'],
      ['vmread 0:0x4400=4400 (literal), 1:rax (64 $rax)', 'vm-instruction-error 2:7=7 (literal)'],
    ],
    [
      'a comparison with anything else',
      ['cmp $0x48b, %ecx', 'mov $0x681e, %ecx', 'vmread %rcx, %rax', 'cmp $48, %eax'],
      ['vmread 1:0x681e=681e (literal), 2:rax (64 $rax)'],
    ],
    [
      'branches that the preprocessor chooses: what both leave alone stays',
      [FIELD, '#ifdef A', 'mov $1, %ecx', '#else', 'mov $2, %ecx', '#endif', 'vmwrite %rcx, %rax'],
      ['vmwrite 0:0x401e=401e (literal), 6:rcx (64 $rcx)'],
    ],
    [
      'a branch that may be left out',
      [FIELD, '.ifdef A', 'mov $1, %eax', '.endif', 'vmread %rax, %rcx'],
      ['vmread 4:rax (64 $rax), 4:rcx (64 $rcx)'],
    ],
    [
      '#if 0 is not there',
      ['#if 0', FIELD, 'vmread %rax, %rcx', '#elif B', 'mov $1, %eax', 'cpuid', '#endif'],
      ['cpuid 4:1=1 (literal), -'],
    ],
    [
      'a macro that writes what it is given',
      [
        '.macro put field:req, value=0',
        'mov $\\field, %eax',
        'mov $\\value, %ebx',
        'vmwrite %rbx, %rax',
        '.endm',
        'put 0x401e, 0x82',
        'put HOST_RSP, %rcx',
      ],
      ['vmwrite 5:0x401e=401e (literal), 5:0x82=82 (literal)', 'vmwrite 6:HOST_RSP=6c14 (name), -'],
    ],
    [
      'the loop body of .rept knows nothing',
      [FIELD, '.rept 2', 'vmread %rax, %rbx', '.endr'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    ['ARM is not x86', ['mov x0, #1', 'mrs x1, sctlr_el1', 'cmp w0, #48', 'mov r8, #5'], []],
  ]));

describe('assembly: operations of NASM', () =>
  check('nasm', [
    [
      'VMWRITE has its field first',
      ['mov eax, 401Eh', 'vmwrite rax, rbx'],
      ['vmwrite 0:401Eh=401e (literal), 1:rbx (64 $rbx)'],
    ],
    [
      'VMREAD has its field last',
      ['mov rax, 0x401e', 'vmread rbx, rax'],
      ['vmread 0:0x401e=401e (literal), 1:rbx (64 $rbx)'],
    ],
    [
      'memory with a size',
      ['mov eax, 0x401e', 'vmread qword [rdi + 8], rax'],
      ['vmread 0:0x401e=401e (literal), 1:qword [rdi + 8] (64)'],
    ],
    [
      'memory without',
      ['mov eax, 0x401e', 'vmwrite rax, [rdi]'],
      ['vmwrite 0:0x401e=401e (literal), 1:[rdi]'],
    ],
    [
      'names',
      ['%define F 0x401e', 'V equ 0x82', 'mov rax, F', 'mov rbx, V | 4', 'vmwrite rax, rbx'],
      ['vmwrite 2:F=401e (name), 3:V | 4=86'],
    ],
    [
      'a name for a register is no constant',
      ['%define arg rdi', 'mov rax, arg', 'vmread rbx, rax'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ],
    ['an escaped name is no register', ['$eax equ 5', 'mov ecx, $eax', 'rdmsr'], ['rdmsr 1:eax=5 (name)']],
    [
      'CPUID',
      ['mov eax, 0x40000000', 'xor ecx, ecx', 'cpuid'],
      ['cpuid 0:0x40000000=40000000 (literal), 1:ecx, ecx=0'],
    ],
    [
      'WRMSR',
      ['mov ecx, 0c0000080h', 'mov eax, 1b', 'xor edx, edx', 'wrmsr'],
      ['wrmsr 0:0c0000080h=c0000080 (literal), 1:1b=1 (literal)'],
    ],
    ['CR4', ['mov eax, 1 << 13', 'mov cr4, rax'], ['cr4 0:1 << 13=2000']],
    [
      'the exit reason',
      ['mov eax, 4402h', 'vmread rcx, rax', 'movzx edx, cx', 'cmp edx, 30h'],
      ['vmread 0:4402h=4402 (literal), 1:rcx (64 $rcx)', 'exit-reason 3:30h=30 (literal)'],
    ],
    ['a local label forgets', ['mov eax, 1', '.a: cpuid'], []],
    ['a label without a colon forgets', ['mov eax, 1', 'again cpuid'], []],
    [
      'a macro that is used',
      ['%macro put 2', 'mov rax, %1', 'mov rbx, %2', 'vmwrite rax, rbx', '%endmacro', 'put 0x401e, 82h'],
      ['vmwrite 5:0x401e=401e (literal), 5:82h=82 (literal)'],
    ],
    ['a macro of another file', ['mov eax, 1', 'put 0x401e, 82h', 'cpuid'], []],
    [
      'MASM',
      ['main PROC', 'mov eax, 401Eh', 'vmread rbx, rax', 'mov dword ptr [rbx], eax', 'main ENDP'],
      ['vmread 1:401Eh=401e (literal), 2:rbx (64 $rbx)'],
    ],
  ]));

describe('assembly: operations of Intel syntax in gas', () => {
  const row = (title: string, source: readonly string[], expected: readonly string[]): Row => [
    title,
    ['.intel_syntax noprefix', ...source],
    expected,
  ];
  check('gas', [
    row(
      'VMWRITE has its field first',
      ['mov eax, 0x401e', 'vmwrite rax, rbx'],
      ['vmwrite 1:0x401e=401e (literal), 2:rbx (64 $rbx)'],
    ),
    row(
      'a constant of a line before',
      ['.equ F, 0x401e', 'mov eax, F', 'vmread rbx, rax'],
      ['vmread 2:F=401e (name), 3:rbx (64 $rbx)'],
    ),
    row(
      'a constant of a line behind is memory',
      ['mov eax, F', 'vmread rbx, rax', '.equ F, 0x401e'],
      ['vmread 2:rax (64 $rax), 2:rbx (64 $rbx)'],
    ),
    row('a name that is no constant is memory', ['mov eax, somewhere', 'cpuid'], []),
    row('percent signs may stay', ['mov %eax, 1', 'cpuid'], ['cpuid 1:1=1 (literal), -']),
  ]);
});

describe('assembly: code bits of instructions', () => {
  const bits = (dialect: AssemblyDialect, text: string): (number | string)[] =>
    new AssemblyFile(dialect, text, scope).analysis().instructions.map((use) => use.codeBits ?? 'unknown');

  it('nothing is known before a directive says it', () => {
    assert.deepEqual(bits('gas', 'nop\n.code16\nnop\n.code32\nnop\n.code64\nnop'), ['unknown', 16, 32, 64]);
    assert.deepEqual(bits('nasm', 'nop\nbits 16\nnop\n[bits 32]\nnop\nuse64\nnop\nbits x\nnop'), [
      'unknown',
      16,
      32,
      64,
      'unknown',
    ]);
  });

  it('branches of a condition that disagree leave nothing', () => {
    assert.deepEqual(bits('gas', '.code32\n#ifdef A\n.code64\nnop\n#endif\nnop'), [64, 'unknown']);
    assert.deepEqual(bits('gas', '#ifdef A\n.code64\n#else\n.code32\n.code64\n#endif\nnop'), [64]);
  });

  it('the body of a macro has those of its use, and a macro may change them', () => {
    const text = '.code32\n.macro long\nnop\n.code64\n.endm\nnop\nlong\nnop';
    assert.deepEqual(bits('gas', text), ['unknown', 32, 'unknown']);
  });

  it('another file may change them, a header does not', () => {
    assert.deepEqual(bits('gas', '.code16\n#include "a.h"\nnop\n#include "b.S"\nnop'), [16, 'unknown']);
  });

  it('names of macros are no instructions', () => {
    const file = new AssemblyFile('nasm', '%macro vmx 0\nnop\n%endmacro\nvmx\nvmxoff', scope);
    assert.deepEqual(
      file.analysis().instructions.map((use) => use.mnemonic.text),
      ['nop', 'vmxoff'],
    );
  });
});
