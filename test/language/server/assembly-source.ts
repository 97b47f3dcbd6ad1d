/**
 * A long assembly source like those of hypervisors: functions with labels, VMREAD and VMWRITE, MSRs, numbers, comments. The same
 * for the same number of lines.
 */
const body = [
  '\t/* The guest state that a VM exit saved. */',
  '\tpush %rbp',
  '\tmov %rsp, %rbp',
  '\tmov $0x681e, %edx\t\t# GUEST_RIP',
  '\tvmread %rdx, %rax',
  '\tadd $3, %rax',
  '\tmov $GUEST_RIP, %edx',
  '\tvmwrite %rax, %rdx',
  '\tjbe 1f',
  '\tmov $0x48b, %ecx',
  '\trdmsr',
  '\tmov %eax, table(,%rcx,8)',
  '\tcmp $48, %eax',
  '\tje 2f',
  '1:\tlea message(%rip), %rdi',
  '\tcall print',
  '2:\tpop %rbp',
  '\tret',
];

export function assemblySource(lines: number): string {
  const text = ['#define GUEST_RIP 0x681e', '\t.text', '\t.code64', '\t.global print', 'print:\tret'];
  for (let count = 0; text.length < lines; count++) {
    text.push(
      '',
      `\t.global handle_${count}`,
      `\t.type handle_${count}, @function`,
      `handle_${count}:`,
      ...body,
    );
    text.push(`\t.size handle_${count}, . - handle_${count}`);
  }
  return text.slice(0, lines).join('\n') + '\n';
}
