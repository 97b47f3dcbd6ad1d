/**
 * A long assembly source like those of hypervisors: functions with labels, VMREAD and VMWRITE, MSRs, numbers, comments. Half of its
 * lines stand there once, as in long sources of Linux. The same for the same number of lines.
 */
const body = (count: number): string[] => [
  `\t/* The guest state that VM exit ${count} saved. */`,
  '\tpush %rbp',
  '\tmov %rsp, %rbp',
  `\tmov $0x681e, %edx\t\t# GUEST_RIP of ${count}`,
  '\tvmread %rdx, %rax',
  `\tadd $${count}, %rax`,
  `\tmov %rcx, saved_${count}(%rip)`,
  '\tmov $GUEST_RIP, %edx',
  '\tvmwrite %rax, %rdx',
  '\tjbe 1f',
  '\tmov $0x48b, %ecx',
  '\trdmsr',
  `\tmov %eax, table + 8 * ${count}(,%rcx,8)`,
  '\tcmp $48, %eax',
  '\tje 2f',
  `1:\tlea message_${count}(%rip), %rdi`,
  '\tcall print',
  `\tcmpq $${count + 1}, (%rdi)`,
  `\tjne handle_${count + 1}`,
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
      ...body(count),
    );
    text.push(`\t.size handle_${count}, . - handle_${count}`);
  }
  return text.slice(0, lines).join('\n') + '\n';
}
