/** What the profile `ice-lake-server` adds, by a program that uses it: UMIP, protection keys and their state, SHA, RDPID. */
import assert from 'node:assert/strict';
import { createMachine } from '../../src/machine/create';
import { codeImage, EXIT_WITH_AL } from './support/small-program';

/** CR4.OSFXSR, UMIP, OSXSAVE and PKE; x87, SSE, AVX and PKRU on; then AL counts what is there. */
const SOURCE = `
  mov eax, cr4; or eax, 0x440a00; mov cr4, eax
  xor ecx, ecx; xor edx, edx; mov eax, 0x207; xsetbv
  xor ecx, ecx; xor edx, edx; mov eax, 0x12345678; wrpkru
  xor ebx, ebx
  xor eax, eax; rdpkru; cmp eax, 0x12345678; jne 1f; inc ebx; 1:
  xor ecx, ecx; xgetbv; cmp eax, 0x207; jne 1f; inc ebx; 1:
  mov edi, ebx; mov eax, 7; xor ecx, ecx; cpuid; mov ebx, edi
  # UMIP, PKU and OSPKE
  and ecx, 0x1c; cmp ecx, 0x1c; jne 1f; inc ebx; 1:
  mov edi, ebx; mov eax, 0xd; xor ecx, ecx; cpuid; mov edx, ebx; mov ebx, edi
  cmp edx, 2696; jne 1f; inc ebx; 1:
  rdpid eax; test eax, eax; jnz 1f; inc ebx; 1:
  pxor xmm0, xmm0; sha1nexte xmm0, xmm0; inc ebx
  mov eax, ebx; ${EXIT_WITH_AL}`;
const FOUND = 6;

for (const topology of ['nested', 'bare'] as const)
  it(`ice-lake-server, ${topology}: protection keys, their XSAVE area, UMIP, RDPID and SHA are there`, () => {
    const machine = createMachine({
      image: codeImage(SOURCE, 32),
      imageName: 'ice lake',
      memoryMiB: 16,
      topology,
      cpuProfile: 'ice-lake-server',
      serial: () => undefined,
    });
    assert.deepEqual(machine.run(10_000n), { kind: 'exited', status: 2 * FOUND + 1 });
  });
