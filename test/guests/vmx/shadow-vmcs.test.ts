// VMCS shadowing as an L1 uses it: L2 reads and writes the VMCS behind the link pointer without an exit, the bitmaps say which fields
// exit all the same. SDM 24.10.
import assert from 'node:assert/strict';
import { runHypervisor, topologies } from './small-hypervisor';
import { proves } from '../../support/proves';

/** VMCS2 becomes a shadow VMCS with a value in GUEST_RIP, and is linked. Bitmaps: every access of GUEST_RSP exits. */
const setup = `
  mov eax, [VMCS2]; or eax, 0x80000000; mov [VMCS2], eax
  mov qword ptr [pointer], VMCS2
  vmclear [pointer]; jbe vmx_failed
  vmptrld [pointer]; jbe vmx_failed
  field GUEST_RIP, 0x1234
  vmlaunch; setc [RESULTS]
  vmclear [pointer]
  mov qword ptr [pointer], VMCS
  vmptrld [pointer]; jbe vmx_failed
  field VMCS_LINK_POINTER, VMCS2
  mov eax, GUEST_RSP
  bts dword ptr [READ_BITMAP], eax
  bts dword ptr [WRITE_BITMAP], eax
`;

const guest = `
  mov edx, GUEST_RIP; vmread rbx, rdx
  mov edx, GUEST_CR3; mov rax, 0x5678; vmwrite rdx, rax
  mov edx, GUEST_CR3; vmread [L2_DATA], rdx; mov rbp, [L2_DATA]
  mov edx, 0x6eee; vmread rsi, rdx; setz [L2_DATA + 8]; movzx r10, byte ptr [L2_DATA + 8]
  mov edx, GUEST_RSP; vmread rdi, rdx
  vmwrite rdx, rdi
  mov edx, 0x8000; vmread rdi, rdx
  vmcall
`;

const handler = `
  cmp eax, EXIT_VMREAD; je skip_instruction
  cmp eax, EXIT_VMWRITE; je skip_instruction
  mov qword ptr [pointer], VMCS
  vmclear [pointer]
  mov qword ptr [pointer], VMCS2
  vmptrld [pointer]; jbe vmx_failed
  getfield GUEST_CR3
  mov [RESULTS + 8], rax
  finish`;

for (const topology of topologies)
  describe(`VMCS shadowing, ${topology}`, () => {
    it(
      proves(
        'l0-decisions',
        ['VMREAD', 'VMWRITE'],
        'VMREAD and VMWRITE of L2 work on the shadow VMCS; bitmaps and encodings beyond them exit',
      ),
      () => {
        const run = runHypervisor({ controls: ['VMCS_SHADOWING'], setup, guest, handler }, topology);
        assert.equal(run.status, 0, `error ${run.results[62]}, not offered ${run.results[63]}`);
        assert.deepEqual(
          run.exits.map((exit) => exit.reason),
          ['VMREAD', 'VMWRITE', 'VMREAD', 'VMCALL'],
        );
        assert.equal(run.registers[3], 0x1234n, 'VMREAD to a register');
        assert.equal(run.registers[5], 0x5678n, 'VMWRITE, then VMREAD to memory');
        assert.equal(run.registers[10], 1n, 'no such field: VMfailValid');
        assert.equal(run.results[1], 0x5678n, 'L1 finds what L2 wrote');
        assert.equal(run.results[0], 1n, 'VMLAUNCH of a shadow VMCS is VMfailInvalid');
      },
    );

    it('without a linked VMCS both are VMfailInvalid', () => {
      const program =
        'mov edx, GUEST_RIP; vmread rbx, rdx; setc cl; movzx r8, cl; vmwrite rdx, rbx; setc cl; movzx r9, cl; vmcall';
      const run = runHypervisor({ controls: ['VMCS_SHADOWING'], guest: program }, topology);
      assert.deepEqual([run.exits.length, run.registers[8], run.registers[9]], [1, 1n, 1n]);
    });

    it('without the control both exit', () => {
      const run = runHypervisor({ guest: 'mov edx, GUEST_RIP; vmread rbx, rdx' }, topology);
      assert.equal(run.exits[0]?.reason, 'VMREAD');
    });

    it('an ordinary VMCS behind the link pointer fails the entry, with qualification 4', () => {
      const linked = 'field VMCS_LINK_POINTER, VMCS2';
      const run = runHypervisor(
        { controls: ['VMCS_SHADOWING'], setup: linked, guest: 'vmcall', log: ['EXIT_QUALIFICATION'] },
        topology,
      );
      assert.deepEqual(run.exits, [{ reason: 'INVALID_STATE', failedEntry: true, EXIT_QUALIFICATION: 4n }]);
    });
  });
