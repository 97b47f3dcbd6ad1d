// APIC virtualization as an L1 uses it, in both topologies: virtual interrupts of L2 without an exit, what exits all the same, posted
// interrupts by an IPI to itself, and what L0 does not offer. SDM chapter 29.
import assert from 'node:assert/strict';
import { proves } from '../../support/proves';
import { runHypervisor, topologies, type HypervisorProgram } from './small-hypervisor';

const DELIVERY = [
  'USE_TPR_SHADOW',
  'USE_MSR_BITMAPS',
  'VIRTUALIZE_X2APIC_MODE',
  'VIRTUAL_INTERRUPT_DELIVERY',
  'EXTERNAL_INTERRUPT_EXITING',
] as const;

const pages = `
  field VIRTUAL_APIC_PAGE_ADDR, VIRTUAL_APIC
  field MSR_BITMAP, MSR_BITMAPS
  field GUEST_RFLAGS, 0x202
`;
/** A request for 41H and 52H. */
const requests = `
  bts dword ptr [VIRTUAL_APIC + 0x220], 1
  bts dword ptr [VIRTUAL_APIC + 0x220], 18
  field GUEST_INTR_STATUS, 0x52
`;
/** L2's handler of a virtual interrupt: counts in R12, keeps the vector in R13, ends it. */
const counting = `
  pop r13; inc r12; push rax; push rcx; push rdx
  mov ecx, 0x80b; xor eax, eax; xor edx, edx; wrmsr
  pop rdx; pop rcx; pop rax; iretq
`;

for (const topology of topologies)
  describe(`APIC virtualization, ${topology}`, () => {
    const run = (program: HypervisorProgram) => runHypervisor(program, topology);

    it('virtual interrupts that wait at VM entry are delivered one after the other, and EOI exits where its bitmap says so', () => {
      const { exits, registers, status, results } = run({
        controls: DELIVERY,
        setup: `${pages} ${requests} field EOI_EXIT_BITMAP1, 1 << 18`,
        guest: 'nop; nop; vmcall',
        vector: counting,
        handler:
          'cmp eax, EXIT_EOI_INDUCED; je resume_guest; cmp eax, EXIT_EXTERNAL_INTERRUPT; je resume_guest; finish',
        log: ['EXIT_QUALIFICATION', 'GUEST_INTR_STATUS'],
      });
      assert.equal(status, 0, `error ${results[62]}, not offered ${results[63]}`);
      assert.deepEqual(exits, [
        { reason: 'EOI_INDUCED', failedEntry: false, EXIT_QUALIFICATION: 0x52n, GUEST_INTR_STATUS: 0x41n },
        { reason: 'VMCALL', failedEntry: false, EXIT_QUALIFICATION: 0n, GUEST_INTR_STATUS: 0n },
      ]);
      assert.deepEqual([registers[12], registers[13]], [2n, 0x41n]);
    });

    it('MOV to CR8 raises and lowers the priority without an exit', () => {
      const { exits, registers } = run({
        controls: DELIVERY,
        setup: `${pages} ${requests} mov dword ptr [VIRTUAL_APIC + 0x80], 0x50`,
        guest:
          'mov rbx, r12; mov eax, 4; mov cr8, rax; nop; mov rbp, r12; xor eax, eax; mov cr8, rax; nop; mov rsi, cr8; vmcall',
        vector: counting,
      });
      assert.deepEqual(
        exits.map(({ reason }) => reason),
        ['VMCALL'],
      );
      assert.deepEqual([registers[3], registers[5], registers[12], registers[6]], [0n, 1n, 2n, 0n]);
    });

    it('a self-IPI of L2 is its own business; one that is none exits behind the instruction', () => {
      const { exits, registers } = run({
        controls: DELIVERY,
        setup: pages,
        guest: `mov ecx, 0x83f; mov eax, 0x61; xor edx, edx; wrmsr; nop; mov eax, 3; wrmsr`,
        vector: counting,
        log: ['EXIT_QUALIFICATION'],
      });
      assert.deepEqual(exits, [{ reason: 'APIC_WRITE', failedEntry: false, EXIT_QUALIFICATION: 0x3f0n }]);
      assert.deepEqual([registers[12], registers[13]], [1n, 0x61n]);
    });

    it('accesses of the APIC-access page go to the virtual-APIC page, or exit', () => {
      const { exits, registers, results } = run({
        controls: ['USE_TPR_SHADOW', 'VIRTUALIZE_APIC_ACCESSES', 'APIC_REGISTER_VIRTUALIZATION'],
        setup: `field VIRTUAL_APIC_PAGE_ADDR, VIRTUAL_APIC; field APIC_ACCESS_ADDR, APIC_PAGE
          mov dword ptr [VIRTUAL_APIC + 0x30], 0x50014; mov dword ptr [APIC_PAGE + 0x30], 1`,
        guest: `mov ebx, [APIC_PAGE + 0x30]; mov dword ptr [APIC_PAGE + 0x320], 0x10000; mov eax, [APIC_PAGE + 0x390]; vmcall`,
        handler: `cmp eax, EXIT_APIC_WRITE; je resume_guest; mov eax, [VIRTUAL_APIC + 0x320]; mov [RESULTS], rax; finish`,
        log: ['EXIT_QUALIFICATION'],
      });
      assert.deepEqual(exits, [
        { reason: 'APIC_WRITE', failedEntry: false, EXIT_QUALIFICATION: 0x320n },
        { reason: 'APIC_ACCESS', failedEntry: false, EXIT_QUALIFICATION: 0x390n },
      ]);
      assert.deepEqual([registers[3], results[0]], [0x50014n, 0x10000n]);
    });

    const pushes =
      'S16: a push onto the APIC-access page during delivery exits with kind 3 and the event in IDT-vectoring';
    it(proves('idt-vectoring', 'S16', pushes), () => {
      const { exits } = run({
        controls: ['USE_TPR_SHADOW', 'VIRTUALIZE_APIC_ACCESSES'],
        setup: `field VIRTUAL_APIC_PAGE_ADDR, VIRTUAL_APIC; field APIC_ACCESS_ADDR, APIC_PAGE
          field GUEST_RSP, APIC_PAGE + 0x400; field GUEST_RFLAGS, 0x202; field VM_ENTRY_INTR_INFO_FIELD, 0x80000041`,
        guest: 'vmcall',
        log: ['EXIT_QUALIFICATION', 'IDT_VECTORING_INFO_FIELD'],
      });
      assert.equal(exits.length, 1);
      assert.equal(exits[0]?.reason, 'APIC_ACCESS');
      assert.equal((exits[0]?.EXIT_QUALIFICATION ?? 0n) >> 12n, 3n);
      assert.equal(exits[0]?.IDT_VECTORING_INFO_FIELD, 0x80000041n);
    });

    it('posted interrupts: the notification is no exit, and another vector is one', () => {
      const { exits, registers, status, results } = run({
        controls: [...DELIVERY, 'PROCESS_POSTED_INTERRUPTS', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT'],
        setup: `${pages} field POSTED_INTR_NV, 0xf2; field POSTED_INTR_DESC_ADDR, DESCRIPTOR
          bts dword ptr [DESCRIPTOR + 8], 5
          mov dword ptr [DESCRIPTOR + 32], 1
          mov r11d, APIC; mov dword ptr [r11 + 0xf0], 0x1ff
          mov dword ptr [r11 + 0x300], 0x400f2`,
        guest: `mov ecx, 200; 1: loop 1b; mov rbx, r12; vmcall; mov ecx, 200; 2: loop 2b; hlt`,
        vector: counting,
        handler: `cmp eax, EXIT_VMCALL; jne finish_run; mov r11d, APIC; mov dword ptr [r11 + 0x300], 0x40077; skip`,
        log: ['VM_EXIT_INTR_INFO', 'GUEST_INTR_STATUS'],
      });
      assert.equal(status, 0, `error ${results[62]}, not offered ${results[63]}`);
      assert.deepEqual(
        exits.map(({ reason }) => reason),
        ['VMCALL', 'EXTERNAL_INTERRUPT'],
      );
      assert.equal(exits[1]?.VM_EXIT_INTR_INFO, 0x80000077n);
      assert.deepEqual([registers[3], registers[13]], [1n, 0x45n]);
    });

    it('a virtual interrupt ends the HLT that L2 was entered in', () => {
      const { exits, registers } = run({
        controls: DELIVERY,
        setup: `${pages} ${requests} field GUEST_ACTIVITY_STATE, 1`,
        guest: 'vmcall',
        vector: counting,
      });
      assert.deepEqual(
        exits.map(({ reason }) => reason),
        ['VMCALL'],
      );
      assert.equal(registers[12], 2n);
    });

    const offered = [
      'PROCESS_POSTED_INTERRUPTS',
      'VIRTUAL_INTERRUPT_DELIVERY',
      'VIRTUALIZE_APIC_ACCESSES',
    ] as const;
    if (topology === 'nested')
      for (const name of offered)
        it(`l0.features takes ${name} from L1`, () => {
          const withheld = { l0Features: { [name]: false } };
          assert.equal(run({ controls: [name], guest: 'vmcall', machine: withheld }).status, 2);
        });
  });
