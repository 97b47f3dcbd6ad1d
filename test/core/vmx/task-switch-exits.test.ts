// Task switches in non-root operation: an exit whatever the controls are, after the checks of gate and TSS (SDM 3C 25.4.2).
import assert from 'node:assert/strict';
import { GDT, IDT, Select } from '../system/bench';
import { GuestBench } from './guest-bench';
import { proves } from '../../support/proves';

const TASK = 0x98;
const PAGE_DIRECTORY = 0x9000;

/** A guest in 32-bit protected mode with 4-MByte pages. */
function guest(): GuestBench {
  const made = new GuestBench((image) => {
    image.set('VM_ENTRY_CONTROLS', image.get('VM_ENTRY_CONTROLS') & ~0x200n);
    image.set('GUEST_CR3', BigInt(PAGE_DIRECTORY));
    image.set('GUEST_CR4', 0x2010n);
    image.set('GUEST_IA32_EFER', 0n);
    image.set('GUEST_CS_AR_BYTES', 0xc09bn);
    image.set('GUEST_IDTR_LIMIT', 0x7ffn);
  });
  made.bench.write32(PAGE_DIRECTORY, 0x83);
  made.bench.descriptor(TASK, 0x6800, 0x67, 0x89);
  return made;
}

/** Loads 32-bit code; the bench assembles for its own mode, which is 64-bit. */
function firstExit(made: GuestBench, source: string): ReturnType<GuestBench['exit']> {
  made.enter('nop');
  made.bench.load(source, 32);
  return made.exit();
}

describe('task switch in non-root operation', () => {
  it(proves('exit-reasons', 'TASK_SWITCH', 'JMP to a TSS exits with the selector and source 2'), () => {
    const exit = firstExit(guest(), `ljmp ${TASK}, 0`);
    assert.deepEqual(exit, { reason: 'TASK_SWITCH', qualification: 0x8000_0000n | BigInt(TASK), length: 7 });
  });

  it('INT n through a task gate exits with source 3 and the event in the IDT-vectoring fields', () => {
    const made = guest();
    made.bench.gate(IDT + 0x80 * 8, TASK, 0, 0x85);
    const exit = firstExit(made, 'int 0x80');
    assert.equal(exit.reason, 'TASK_SWITCH');
    assert.equal(exit.qualification, 0xc000_0000n | BigInt(TASK));
    assert.equal(made.get('IDT_VECTORING_INFO_FIELD'), 0x8000_0480n);
  });

  it('a task gate that leads to a code segment is #GP with its selector, and no exit', () => {
    const made = guest();
    made.image.set('EXCEPTION_BITMAP', 1n << 13n);
    made.bench.gate(IDT + 0x80 * 8, Select.code32, 0, 0x85);
    const exit = firstExit(made, 'int 0x80');
    assert.equal(exit.reason, 'EXCEPTION_NMI');
    assert.equal(made.get('VM_EXIT_INTR_INFO') & 0xffn, 13n);
    assert.equal(made.get('VM_EXIT_INTR_ERROR_CODE'), BigInt(Select.code32));
  });

  it('JMP to a busy TSS is #GP with its selector, and no exit', () => {
    const made = guest();
    made.image.set('EXCEPTION_BITMAP', 1n << 13n);
    made.bench.write32(GDT + TASK + 4, made.bench.read32(GDT + TASK + 4) | 0x200);
    const exit = firstExit(made, `ljmp ${TASK}, 0`);
    assert.equal(exit.reason, 'EXCEPTION_NMI');
    assert.equal(made.get('VM_EXIT_INTR_ERROR_CODE'), BigInt(TASK));
  });
});
