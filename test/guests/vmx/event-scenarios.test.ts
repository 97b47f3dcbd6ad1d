// Events on their way into L2 that meet something, by the ids of the scenarios that the project keeps: what L1 finds in the VMCS, with and
// without an L0 beneath. SDM 25.5.2, 26.5, 27.2.3, 27.2.4.
import assert from 'node:assert/strict';
import { runHypervisor, topologies } from './small-hypervisor';
import { proves } from '../../support/proves';

/** The EPT entry of the page of L2_DATA. */
const dataEntry = 'EPT_PAGES + (L2_DATA >> 12) * 8';
const inject = (info: string) => `field VM_ENTRY_INTR_INFO_FIELD, ${info}`;
/** Bits of the interruptibility state and of the qualification of EPT violations. */
const BLOCKED_BY_NMI = 8n;
const NMI_UNBLOCKED = 1n << 12n;

for (const topology of topologies)
  describe(`events in flight, ${topology}`, () => {
    it(
      proves('idt-vectoring', 'S09', 'S09: an IRET that unblocked NMIs and faulted blocks them again'),
      () => {
        const { exits } = runHypervisor(
          {
            controls: ['NMI_EXITING', 'VIRTUAL_NMIS'],
            setup: `mov qword ptr [${dataEntry}], 0; ${inject('0x80000202')}`,
            guest: 'vmcall',
            // The NMI handler returns over a stack that EPT does not map; what L1 has to do is said by SDM 27.2.3 (bit 12).
            vector: 'mov rsp, L2_DATA + 0x100; iretq',
            handler: `cmp eax, EXIT_EPT_VIOLATION; jne finish_run
            mov rax, L2_DATA + 0x37; mov [${dataEntry}], rax
            mov qword ptr [L2_DATA + 0x100], OFFSET l2_code; mov qword ptr [L2_DATA + 0x108], 8
            mov qword ptr [L2_DATA + 0x110], 2; mov qword ptr [L2_DATA + 0x118], L2_STACK - 0x100
            mov qword ptr [L2_DATA + 0x120], 16
            addbits GUEST_INTERRUPTIBILITY_INFO, 8
            mov qword ptr [DESCRIPTOR + 8], EPT_PML4 + 0x1e; mov qword ptr [DESCRIPTOR + 16], 0
            mov eax, 2; invept rax, [DESCRIPTOR + 8]
            resume`,
            log: ['EXIT_QUALIFICATION', 'GUEST_INTERRUPTIBILITY_INFO', 'IDT_VECTORING_INFO_FIELD'],
          },
          topology,
        );
        assert.deepEqual(
          exits.map((exit) => exit.reason),
          ['EPT_VIOLATION', 'VMCALL'],
        );
        const [violation, end] = exits;
        assert.equal(violation!.IDT_VECTORING_INFO_FIELD! >> 31n, 0n);
        // The chip leaves it to software and says so in bit 12; KVM does it for L1 before the exit is reflected.
        const blocked = (violation!.GUEST_INTERRUPTIBILITY_INFO! & BLOCKED_BY_NMI) !== 0n;
        const told = (violation!.EXIT_QUALIFICATION! & NMI_UNBLOCKED) !== 0n;
        assert.equal(blocked, topology === 'nested');
        assert.ok(told || blocked);
        assert.equal(end!.GUEST_INTERRUPTIBILITY_INFO! & BLOCKED_BY_NMI, 0n, 'the second IRET unblocks');
      },
    );

    it(
      proves(
        'idt-vectoring',
        'S17',
        'S17: an interrupt through a task gate exits with its source and the vector',
      ),
      () => {
        const { exits, results, status } = runHypervisor(
          {
            controls: ['UNRESTRICTED_GUEST'],
            setup: `
            dropbits VM_ENTRY_CONTROLS, VM_ENTRY_IA32E_MODE_GUEST
            field GUEST_IA32_EFER, 0
            field GUEST_CR0, 0x31
            field GUEST_CS_AR_BYTES, 0xc09b
            mov rax, 0x0000890000000067 + (L2_TSS & 0xffffff) * 0x10000; mov [L2_GDT + 32], rax
            mov dword ptr [L2_IDT + 0x40 * 8], 32 << 16; mov dword ptr [L2_IDT + 0x40 * 8 + 4], 0x8500
            field GUEST_RFLAGS, 0x202
            ${inject('0x80000040')}`,
            guest: '.code32; hlt; .code64',
            log: ['EXIT_QUALIFICATION', 'IDT_VECTORING_INFO_FIELD'],
          },
          topology,
        );
        assert.equal(status, 0, `error ${results[62]}`);
        assert.deepEqual(exits, [
          {
            reason: 'TASK_SWITCH',
            failedEntry: false,
            EXIT_QUALIFICATION: (3n << 30n) | 32n,
            IDT_VECTORING_INFO_FIELD: 0x80000040n,
          },
        ]);
      },
    );

    const cancels = 'S18: an injection whose entry is cancelled is nobody’s; the next entry delivers it once';
    it(proves('idt-vectoring', 'S18', cancels), () => {
      const cancelled: unknown[] = [];
      const { exits, status, results, registers } = runHypervisor(
        {
          controls: ['USE_TPR_SHADOW'],
          // KVM leaves the threshold to the chip, which finds it when the event stands in vmcs02 already.
          setup: `field VIRTUAL_APIC_PAGE_ADDR, VIRTUAL_APIC; field GUEST_RFLAGS, 0x202; ${inject('0x80000041')}
            field TPR_THRESHOLD, 0x10
            vmlaunch; setz [RESULTS]
            getfield VM_INSTRUCTION_ERROR; mov [RESULTS + 8], rax
            getfield VM_ENTRY_INTR_INFO_FIELD; mov [RESULTS + 16], rax
            field TPR_THRESHOLD, 0`,
          guest: 'vmcall',
          vector: 'inc r12; add rsp, 8; iretq',
          prepare: (made) =>
            made.observe((record) => {
              if (record.kind === 'requeued' && record.cause === 'cancelled-injection')
                cancelled.push([record.level, record.vectoring]);
            }),
        },
        topology,
      );
      assert.equal(status, 0, `error ${results[62]}, vector ${results[61]}`);
      assert.deepEqual([results[0], results[1], results[2]], [1n, 7n, 0x80000041n]);
      assert.deepEqual(
        exits.map((exit) => exit.reason),
        ['VMCALL'],
      );
      assert.equal(registers[12], 1n);
      const expected = topology === 'nested' ? [['L2', 0x80000041]] : [];
      assert.deepEqual(cancelled, expected);
    });

    it(
      proves('idt-vectoring', 'S20', 'S20: an injected pending MTF exits before the first instruction'),
      () => {
        const { exits, registers } = runHypervisor(
          { setup: inject('0x80000700'), guest: 'mov ebx, 1; vmcall', log: ['IDT_VECTORING_INFO_FIELD'] },
          topology,
        );
        assert.deepEqual(exits, [
          { reason: 'MONITOR_TRAP_FLAG', failedEntry: false, IDT_VECTORING_INFO_FIELD: 0n },
        ]);
        assert.equal(registers[3], 0n);
      },
    );

    it(
      proves(
        'idt-vectoring',
        'S20',
        'S20: under the monitor trap flag an injected interrupt is delivered first',
      ),
      () => {
        const { exits, results } = runHypervisor(
          {
            controls: ['MONITOR_TRAP_FLAG'],
            setup: `field GUEST_RFLAGS, 0x202; ${inject('0x80000041')}; mov rax, OFFSET l2_stubs + 0x41 * 16; mov [RESULTS], rax`,
            guest: 'vmcall',
            log: ['GUEST_RIP'],
          },
          topology,
        );
        assert.deepEqual(exits, [{ reason: 'MONITOR_TRAP_FLAG', failedEntry: false, GUEST_RIP: results[0] }]);
      },
    );

    it(proves('idt-vectoring', 'S20', 'S20: an exit during that delivery discards the pending MTF'), () => {
      const { exits } = runHypervisor(
        {
          controls: ['MONITOR_TRAP_FLAG'],
          setup: `mov qword ptr [${dataEntry}], 0; field GUEST_RSP, L2_DATA + 0x100
            field GUEST_RFLAGS, 0x202; ${inject('0x80000041')}`,
          guest: 'vmcall',
          log: ['IDT_VECTORING_INFO_FIELD'],
        },
        topology,
      );
      assert.deepEqual(exits, [
        { reason: 'EPT_VIOLATION', failedEntry: false, IDT_VECTORING_INFO_FIELD: 0x80000041n },
      ]);
    });
  });
