// Exits of RDRAND, RDSEED, XSAVES, XRSTORS, XSETBV, MONITOR and MWAIT, and the controls that these instructions need (SDM 25.1.3, 25.3).
import assert from 'node:assert/strict';
import { Region } from '../../../src/abi/memory-map';
import { Gpr, State } from '../../../src/abi/state-block';
import { CapabilityTable } from '../../../src/abi/tables';
import { msr, type MsrName } from '../../../src/isa/msrs';
import type { ControlName } from '../../../src/isa/vmx-controls';
import { claimEverything } from '../native/everything';
import { DATA } from '../system/bench';
import { GuestBench } from './guest-bench';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';

/** A guest of a processor that has all secondary controls and CR4 bits, with SSE, AVX and XSAVE turned on. */
function guest(controls: readonly ControlName[], xss = 0n): GuestBench {
  const made = new GuestBench();
  const { cpu } = made.bench;
  const allow = (name: MsrName, bits: bigint) => {
    const at =
      Region.CAPABILITIES + (msr[name].number - msr.IA32_VMX_BASIC.number) * CapabilityTable.ENTRY_SIZE;
    const view = new DataView(cpu.memory);
    view.setBigUint64(at, view.getBigUint64(at, true) | bits, true);
  };
  allow('IA32_VMX_PROCBASED_CTLS2', 0xffffffffn << 32n);
  allow('IA32_VMX_CR4_FIXED1', 0xffffffffn);
  claimEverything(cpu);
  for (const control of controls) made.image.enable(control);
  made.image.or('GUEST_CR4', 0x40600n);
  cpu.set64(State.XCR0, 7n);
  cpu.set64(State.MSR_XSS, xss);
  cpu.setGpr(Gpr.RBX, BigInt(DATA));
  return made;
}

describe('XSETBV, MONITOR and MWAIT exits', () => {
  it(proves('exit-reasons', 'XSETBV', 'XSETBV exits without being asked, and XCR0 stays'), () => {
    const made = guest([]);
    const exit = made.firstExit('xor ecx, ecx; xor edx, edx; mov eax, 1; xsetbv');
    assert.deepEqual(exit, { reason: 'XSETBV', qualification: 0n, length: 3 });
    assert.equal(made.bench.cpu.get64(State.XCR0), 7n);
  });

  for (const [reason, control, source] of [
    ['MONITOR_INSTRUCTION', 'MONITOR_EXITING', 'monitor'],
    ['MWAIT_INSTRUCTION', 'MWAIT_EXITING', 'mwait'],
  ] as const)
    it(proves('exit-reasons', reason, `${source} exits by ${control} alone`), () => {
      const exit = guest([control]).firstExit(`xor ecx, ecx; ${source}`);
      assert.deepEqual(exit, { reason, qualification: 0n, length: 3 });
      assert.equal(guest([]).firstExit(`xor ecx, ecx; ${source}; hlt`).reason, 'HLT');
    });
});

describe('RDRAND and RDSEED exits', () => {
  it(proves('exit-reasons', 'RDRAND', 'RDRAND exiting reports register and operand size'), () => {
    const made = guest(['RDRAND_EXITING']);
    assert.deepEqual(made.firstExit('rdrand r9'), { reason: 'RDRAND', qualification: 0n, length: 4 });
    assert.equal(made.get('VMX_INSTRUCTION_INFO'), BigInt((9 << 3) | (2 << 11)));
  });

  it(proves('exit-reasons', 'RDSEED', 'RDSEED exiting, with 16 bits'), () => {
    const made = guest(['RDSEED_EXITING']);
    assert.deepEqual(made.firstExit('rdseed cx'), { reason: 'RDSEED', qualification: 0n, length: 4 });
    assert.equal(made.get('VMX_INSTRUCTION_INFO'), BigInt(1 << 3));
  });

  it('each has a control of its own', () => {
    assert.equal(guest(['RDSEED_EXITING']).firstExit('rdrand eax; hlt').reason, 'HLT');
    assert.equal(guest(['RDRAND_EXITING']).firstExit('rdseed eax; hlt').reason, 'HLT');
  });
});

describe('XSAVES and XRSTORS in a guest', () => {
  const raisesUndefined = (source: string): void => {
    const made = guest([]);
    made.image.set('EXCEPTION_BITMAP', 1 << 6);
    assert.equal(made.firstExit(source).reason, 'EXCEPTION_NMI');
  };

  it('without "enable XSAVES/XRSTORS" they are #UD', () => {
    raisesUndefined('xsaves [rbx]');
    raisesUndefined('xrstors [rbx]');
  });

  it(
    proves(
      'exit-reasons',
      'XSAVES',
      'exit for a supervisor component that is enabled, asked for and in the XSS-exiting bitmap',
    ),
    () => {
      const exits = (xss: bigint, bitmap: bigint, asked: bigint) => {
        const made = guest(['ENABLE_XSAVES_XRSTORS'], xss);
        made.image.set('XSS_EXIT_BITMAP', bitmap);
        made.bench.cpu.setGpr(Gpr.RAX, asked);
        made.bench.cpu.setGpr(Gpr.RDX, 0n);
        return made.firstExit('xsaves [rbx + 0x40]; hlt');
      };
      assert.deepEqual(exits(0x100n, 0x100n, 0x107n), { reason: 'XSAVES', qualification: 0x40n, length: 4 });
      assert.equal(exits(0n, 0x100n, 0x107n).reason, 'HLT');
      assert.equal(exits(0x100n, 0x200n, 0x107n).reason, 'HLT');
      assert.equal(exits(0x100n, 0x100n, 7n).reason, 'HLT');
    },
  );

  it(proves('exit-reasons', 'XRSTORS', 'XRSTORS exits with its operand'), () => {
    const made = guest(['ENABLE_XSAVES_XRSTORS'], 0x100n);
    made.image.set('XSS_EXIT_BITMAP', 0x100n);
    made.bench.cpu.setGpr(Gpr.RAX, 0x100n);
    assert.deepEqual(made.firstExit('xrstors [rbx]'), { reason: 'XRSTORS', qualification: 0n, length: 3 });
    assert.equal(made.get('VMX_INSTRUCTION_INFO'), BigInt((2 << 7) | (3 << 15) | (1 << 22) | (3 << 23)));
  });
});

describe('RDPID in a guest', () => {
  it(proves('instructions', instructionsNamed('RDPID'), 'needs "enable RDTSCP"'), () => {
    const made = guest(['ENABLE_RDTSCP']);
    made.bench.cpu.set64(State.MSR_TSC_AUX, 5n);
    assert.equal(made.firstExit('rdpid rcx; hlt').reason, 'HLT');
    assert.equal(made.bench.reg(Gpr.RCX), 5n);
    const without = guest([]);
    without.image.disable('ENABLE_RDTSCP');
    without.image.set('EXCEPTION_BITMAP', 1 << 6);
    assert.equal(without.firstExit('rdpid rcx; hlt').reason, 'EXCEPTION_NMI');
  });
});
