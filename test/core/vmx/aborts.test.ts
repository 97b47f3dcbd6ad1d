// VMX aborts of the chip by their indicator (SDM 27.7): those that an exit to a 32-bit host can meet. Indicators 3 and 5 need corrupted
// silicon or a machine check; 1 and 4, by MSR lists, have guests in test/guests/vmx.
import assert from 'node:assert/strict';
import { State } from '../../../src/abi/state-block';
import { Stop } from '../../../src/abi/stop-codes';
import { VmcsPage } from '../../../src/abi/vmcs-page';
import { vmxAborts } from '../../../src/isa/vm-instruction-errors';
import { GuestBench } from './guest-bench';
import type { Image } from './valid-vmcs';

/** A guest without paging, in 32-bit code, under a 32-bit host with PAE. */
function guestOf32BitHost(configure: (image: Image) => void): GuestBench {
  const guest = new GuestBench((image) => {
    image.disable('VM_EXIT_HOST_ADDRESS_SPACE_SIZE', 'VM_ENTRY_IA32E_MODE_GUEST');
    image.enable('UNRESTRICTED_GUEST', 'USE_MSR_BITMAPS');
    image.set('MSR_BITMAP', 0x240000n);
    image.set('HOST_IA32_EFER', 0n);
    image.set('HOST_CR3', 0x243000n);
    image.set('GUEST_CR0', 0x10031n);
    image.set('GUEST_IA32_EFER', 0n);
    image.set('GUEST_CS_AR_BYTES', 0xc09b);
    configure(image);
  });
  const { cpu } = guest.bench;
  // The root program runs outside IA-32e mode.
  cpu.set64(State.EFER, 0n);
  cpu.set64(State.CR0, 0x31n);
  cpu.stateReplaced();
  return guest;
}

function assertAborts(guest: GuestBench, source: string, name: string): void {
  const { number } = vmxAborts.find((row) => row.name === name)!;
  guest.enter(`.code32; ${source}; cpuid`);
  assert.equal(guest.bench.run(), Stop.VMX_ABORT);
  assert.equal(guest.bench.cpu.stopDetail, number);
  assert.equal(guest.fixture.region32(VmcsPage.ABORT), number);
}

describe('VMX aborts', () => {
  it('HOST_PDPTES: the page-directory pointers of a PAE host have reserved bits', () => {
    const guest = guestOf32BitHost(() => undefined);
    guest.bench.write64(0x243000, 0x7n);
    assertAborts(guest, 'nop', 'HOST_PDPTES');
  });

  it('HOST_NOT_64_BIT: the guest went to IA-32e mode by itself', () => {
    const guest = guestOf32BitHost(() => undefined);
    assertAborts(
      guest,
      'mov ecx, 0xc0000080; rdmsr; or eax, 0x100; wrmsr; mov eax, cr0; or eax, 0x80000000; mov cr0, eax',
      'HOST_NOT_64_BIT',
    );
  });

  it('none: with valid page-directory pointers the exit completes', () => {
    const guest = guestOf32BitHost(() => undefined);
    guest.bench.write64(0x243000, 0n);
    assert.equal(guest.firstExit('.code32; cpuid').reason, 'CPUID');
  });
});
