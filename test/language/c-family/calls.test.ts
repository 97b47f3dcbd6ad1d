import assert from 'node:assert/strict';
import type { CFamily } from '../../../src/language/source/language-id';
import { operations } from './shown-operations';

/** A statement in a function, and what it does. */
const statements: readonly (readonly [CFamily, string, readonly string[]])[] = [
  // VMWRITE under the names it has.
  ['c', 'vmwrite(0x401e, 0x82);', ['vmwrite 0x401e =401e literal, 0x82 =82 literal']],
  ['c', 'vmcs_write16(GUEST_CS_SELECTOR, 8);', ['vmwrite16 GUEST_CS_SELECTOR name, 8 =8 literal']],
  ['c', 'vmcs_write32(F_X, -1);', ['vmwrite32 F_X name, -1 =ffffffff']],
  ['c', 'vmcs_writel(GUEST_RIP, regs->rip);', ['vmwrite GUEST_RIP name, regs->rip @regs->rip']],
  ['c', '__vmwrite(HOST_RIP, (unsigned long)entry);', ['vmwrite HOST_RIP name, entry name @entry']],
  ['c', '__vmx_vmwrite(VMCS_CTRL_PIN, 0x16 | 1);', ['vmwrite VMCS_CTRL_PIN name, 0x16 | 1 =17']],
  ['c', 'VmxWrite(GuestRip, a.b);', ['vmwrite GuestRip name @GuestRip, a.b @a.b']],
  ['c', 'asm_vmwrite((u32)0x6800, (0x21));', ['vmwrite 0x6800 =6800 literal, 0x21 =21 literal']],
  ['c', 'vmwrite(vcpu, GUEST_RSP, sp);', ['vmwrite GUEST_RSP name, sp name @sp']],
  ['c', 'vmcs_set_bits(CPU_BASED, 1 << 7);', ['vmwrite CPU_BASED name']],
  ['c', 'vmcs_clear_bits32(CPU_BASED, 4);', ['vmwrite32 CPU_BASED name']],
  ['cpp', 'VMwrite_natural(VMCS_HOST_RIP, x);', ['vmwrite VMCS_HOST_RIP name, x name @x']],
  ['cpp', 'vmcs->write(vmcs_field::guest_rip, 7);', ['vmwrite vmcs_field::guest_rip name, 7 =7 literal']],
  [
    'cpp',
    'this->VMwrite64(GUEST_PHYSICAL, ~0ull);',
    ['vmwrite64 GUEST_PHYSICAL name, ~0ull =ffffffffffffffff'],
  ],
  ['rust', 'vmwrite(vmcs::guest::RIP, entry)?;', ['vmwrite vmcs::guest::RIP name, entry name @entry']],
  [
    'rust',
    'VmcsGuest64::IA32_EFER.write(0x500)?;',
    ['vmwrite64 VmcsGuest64::IA32_EFER name, 0x500 =500 literal'],
  ],
  [
    'rust',
    'Vmcs::write(0x6c16, host_rip as u64);',
    ['vmwrite 0x6c16 =6c16 literal, host_rip name @host_rip'],
  ],
  // VMREAD.
  ['c', 'x = vmread(0x4402);', ['vmread 0x4402 =4402 literal, x name @x']],
  [
    'c',
    'vmx->reason = vmcs_read32(VM_EXIT_REASON);',
    ['vmread32 VM_EXIT_REASON name, vmx->reason @vmx->reason'],
  ],
  ['c', 'vmread(GUEST_RIP, &regs.rip);', ['vmread GUEST_RIP name, regs.rip @regs.rip']],
  [
    'c',
    'return vmread(vmcs, GUEST_RIP) + vmread(field);',
    ['vmread GUEST_RIP name', 'vmread field name @field'],
  ],
  ['c', '*p = vmread(GUEST_RIP);', ['vmread GUEST_RIP name']],
  ['rust', 'let rip = unsafe { vmread::<u64>(0x681e) };', ['vmread 0x681e =681e literal']],
  ['rust', 'let r = VmcsReadOnly32::EXIT_REASON.read()?;', ['vmread32 VmcsReadOnly32::EXIT_REASON name']],
  // MSRs.
  ['c', 'v = rdmsr(0x48b);', ['rdmsr 0x48b =48b literal, v name @v']],
  ['c', 'rdmsrl(MSR_EFER, efer);', ['rdmsr MSR_EFER name, efer name @efer']],
  ['c', 'rdmsr(MSR_EFER, lo, hi);', ['rdmsr MSR_EFER name']],
  ['c', 'rdmsr_safe(0x3a, &v);', ['rdmsr 0x3a =3a literal, v name @v']],
  [
    'c',
    '__writemsr(0xC0000080, __readmsr(0xC0000080) | 1);',
    ['wrmsr 0xC0000080 =c0000080 literal, __readmsr(0xC0000080) | 1', 'rdmsr 0xC0000080 =c0000080 literal'],
  ],
  [
    'c',
    'wrmsr(0x277, 0x04050600, 0x04050600);',
    ['wrmsr 0x277 =277 literal, 0x04050600, 0x04050600 =405060004050600'],
  ],
  ['c', 'wrmsrl_on_cpu(cpu, MSR_X, 1);', ['wrmsr MSR_X name, 1 =1 literal']],
  ['rust', 'let e = Msr::new(0xc0000080).read();', ['rdmsr 0xc0000080 =c0000080 literal']],
  ['rust', 'let e = Msr::new(IA32_EFER);', ['msr: IA32_EFER name']],
  // CPUID.
  ['c', 'cpuid(1, 0);', ['cpuid 1 =1 literal, 0 =0 literal']],
  ['c', 'cpuid(0x80000008, &a, &b, &c, &d);', ['cpuid 0x80000008 =80000008 literal']],
  ['c', '__cpuid(regs, 7);', ['cpuid 7 =7 literal']],
  ['c', '__cpuidex(regs, 0xd, 1);', ['cpuid 0xd =d literal, 1 =1 literal']],
  ['c', 'cpuid_count(4, i, &a, &b, &c, &d);', ['cpuid 4 =4 literal, i name @i']],
  ['c', 'return cpuid_eax(0x80000000);', ['cpuid 0x80000000 =80000000 literal']],
  ['c', '__cpuid(1, a, b, c, d);', ['cpuid 1 =1 literal']],
  ['rust', 'let r = cpuid!(0x15);', ['cpuid 0x15 =15 literal']],
  // Registers: only constants.
  ['c', 'write_cr0(0x80010031); write_cr4(cr4);', ['cr0: 0x80010031 =80010031 literal']],
  ['c', '__writecr4(1 << 13); xsetbv(0, 7);', ['cr4: 1 << 13 =2000', 'xcr0: 7 =7 literal']],
  // Words that look like them.
  ['c', 'handle_vmwrite(vcpu); evmcs_write32(X_Y, 1); vmread_error(field);', []],
  ['c', 'svm_vmread(X_Y); kvm_write_guest(1, 2); file.read(0x401e);', []],
  ['c', 'vmwrite(0x401e, 0x82', []],
  ['c', '"vmwrite(0x401e, 1)"; /* vmwrite(1, 2); */ // vmread(1)', []],
];

describe('language: calls of C, C++ and Rust', () => {
  for (const [language, text, expected] of statements)
    it(`${language}: ${text}`, () => {
      const start = language === 'rust' ? 'fn f() {' : 'void f(void) {';
      assert.deepEqual(operations(language, `${start}\n\t${text}\n}\n`), expected);
    });

  it('declarations and definitions are no calls', () => {
    const declarations = [
      'u64 vmread(u64 field);',
      'static inline void vmwrite(unsigned long field, u64 value) { }',
      'void Cpu::VMwrite32(unsigned encoding, u32 value) { }',
      'VOID VmxWrite(_In_ ULONG Field, ULONG Value);',
      'struct result cpuid(u32 leaf, u32 subleaf);',
    ];
    assert.deepEqual(operations('cpp', declarations.join('\n')), []);
    assert.deepEqual(operations('rust', 'pub unsafe fn vmwrite(field: u32, value: u64) {}'), []);
  });

  it('calls in bodies of macros count, their parameters do not', () => {
    const text =
      '#define STOP(v) do { vmwrite(0x4002, (v)); \\\n  vmread(0x4402); } while (0)\n#define vmread(f) __vmread(f)';
    assert.deepEqual(operations('c', text), [
      'vmwrite 0x4002 =4002 literal, v name @v',
      'vmread 0x4402 =4402 literal',
      'vmread f name @f',
    ]);
  });
});
