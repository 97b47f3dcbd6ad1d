// INS and OUTS of an L2 whose ports L1 does not intercept: on the chip and emulated by L0 the element's page is asked for its rights, and
// its dirty flag and log are kept. SDM 25.1.3, 28.2.4, 28.2.5.
import assert from 'node:assert/strict';
import { runHypervisor, topologies } from './small-hypervisor';

const entry = 'EPT_PAGES + (L2_DATA >> 12) * 8';
const log = ['EXIT_QUALIFICATION', 'GUEST_PHYSICAL_ADDRESS'] as const;
const ACCESS = 7n;
const DIRTY = 1n << 9n;

for (const topology of topologies)
  describe(`string I/O of L2, ${topology}`, () => {
    it('INS to a page that ept12 has read-only is an EPT violation of L1, and registers show what was done', () => {
      const { exits, registers } = runHypervisor(
        {
          setup: `and qword ptr [${entry}], -3`,
          guest: 'mov edi, L2_DATA - 2; mov ecx, 5; mov edx, 0x80; rep insb; vmcall',
          log,
        },
        topology,
      );
      assert.equal(exits.length, 1);
      assert.equal(exits[0]?.reason, 'EPT_VIOLATION');
      assert.equal((exits[0]?.EXIT_QUALIFICATION ?? 0n) & ACCESS, 2n);
      assert.equal(exits[0]?.GUEST_PHYSICAL_ADDRESS, 0x187000n);
      assert.deepEqual([registers[1], registers[7]], [3n, 0x187000n]);
    });

    it('an element across two pages is refused where the second begins', () => {
      const { exits } = runHypervisor(
        {
          setup: `and qword ptr [${entry}], -3`,
          guest: 'mov edi, L2_DATA - 2; mov edx, 0x80; insd; vmcall',
          log,
        },
        topology,
      );
      assert.equal(exits[0]?.reason, 'EPT_VIOLATION');
      assert.equal(exits[0]?.GUEST_PHYSICAL_ADDRESS, 0x187000n);
    });

    it('OUTS from a page that ept12 does not have is an EPT violation of L1', () => {
      const { exits } = runHypervisor(
        {
          setup: `mov qword ptr [${entry}], 0`,
          guest: 'mov esi, L2_DATA; mov edx, 0x80; outsb; vmcall',
          log,
        },
        topology,
      );
      assert.equal(exits[0]?.reason, 'EPT_VIOLATION');
      assert.equal((exits[0]?.EXIT_QUALIFICATION ?? 0n) & ACCESS, 1n);
    });

    it('INS sets the dirty flag, and the page is logged', () => {
      const { results, status } = runHypervisor(
        {
          controls: ['ENABLE_PML'],
          setup: `addbits EPT_POINTER, 0x40; field PML_ADDRESS, LIST; field GUEST_PML_INDEX, 511`,
          guest: 'mov edi, L2_DATA; mov edx, 0x80; insb; vmcall',
          handler: `mov rax, [${entry}]; mov [RESULTS], rax
            xor ecx, ecx; xor ebx, ebx
            1: mov rax, [LIST + rcx * 8]; cmp rax, L2_DATA; sete al; movzx eax, al; add ebx, eax
            inc ecx; cmp ecx, 512; jb 1b
            mov [RESULTS + 8], rbx; finish`,
        },
        topology,
      );
      assert.equal(status, 0, `error ${results[62]}`);
      assert.deepEqual([results[0]! & DIRTY, results[1]], [DIRTY, 1n]);
    });
  });
