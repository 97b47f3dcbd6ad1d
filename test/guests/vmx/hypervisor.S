# The frame of a small L1: long mode with identity tables, VMX operation, a 64-bit L2 that shares L1's tables, an exit loop that logs.
# Symbols of the manual come from names.ts, what a test adds from small-hypervisor.ts (TEST_...). Addresses are physical and linear at
# once. Ends through port F4H: 0 the test said so, 1 VMX instruction failed, 2 a control is not offered, 3 L1 met an
# exception, its vector in RESULTS[61].
.set PML4, 0x200000
.set PDPT, 0x201000
.set DIRECTORIES, 0x202000
.set EPT_PML4, 0x210000
.set EPT_PDPT, 0x211000
.set EPT_DIRECTORIES, 0x212000
.set EPT_PAGES, 0x216000            # one entry a page of the first 2 MByte
.set VMXON_REGION, 0x220000
.set VMCS, 0x221000
.set VMCS2, 0x222000
.set IO_BITMAPS, 0x223000
.set MSR_BITMAPS, 0x225000
.set VIRTUAL_APIC, 0x226000
.set APIC_PAGE, 0x227000
.set READ_BITMAP, 0x228000
.set WRITE_BITMAP, 0x229000
.set DESCRIPTOR, 0x22a000           # posted-interrupt descriptor
.set LIST, 0x22b000                 # an MSR list
.set LOG, 0x240000                  # count, then entries
.set RESULTS, 0x180000              # 64 words a program reports
.set L2_IDT, 0x181000
.set L2_STACK, 0x184000             # its top; a page of its own below it
.set L2_GDT, 0x185000
.set L2_TSS, 0x186000
.set L2_DATA, 0x187000
.set L1_STACK, 0x1a0000
.set APIC, 0xfee00000
.set USER_DATA, 0x2b
.set USER_CODE, 0x33

.macro field name:req, value:vararg
  mov edx, \name
  mov rax, \value
  vmwrite rdx, rax
  jbe vmx_failed
.endm
.macro getfield name:req
  mov edx, \name
  vmread rax, rdx
  jbe vmx_failed
.endm
.macro addbits name:req, bits:vararg
  getfield \name
  or rax, \bits
  vmwrite rdx, rax
  jbe vmx_failed
.endm
.macro dropbits name:req, bits:vararg
  getfield \name
  mov rcx, ~(\bits)
  and rax, rcx
  vmwrite rdx, rax
  jbe vmx_failed
.endm
# A control word: `bits` and what the capability MSR says must be 1.
.macro controls name:req, msr:req, bits:vararg
  mov ecx, \msr
  rdmsr
  mov ebx, \bits
  mov ecx, ebx
  not edx
  test ecx, edx
  jnz not_offered
  or eax, ebx
  mov edx, \name
  vmwrite rdx, rax
  jbe vmx_failed
.endm
.macro finish
  jmp finish_run
.endm
.macro resume
  jmp resume_guest
.endm
.macro skip
  jmp skip_instruction
.endm

.code32
  cli
  cld
  mov esp, L1_STACK
  mov edi, PML4
  mov ecx, 0x60000 / 4
  xor eax, eax
  rep stosd
  mov edi, RESULTS
  mov ecx, 0x10000 / 4
  rep stosd
  mov dword ptr [PML4], PDPT + 7
  mov dword ptr [EPT_PML4], EPT_PDPT + 7
  xor ecx, ecx
1: mov eax, ecx
  shl eax, 12
  lea edx, [eax + DIRECTORIES + 7]
  mov [PDPT + ecx * 8], edx
  lea edx, [eax + EPT_DIRECTORIES + 7]
  mov [EPT_PDPT + ecx * 8], edx
  inc ecx
  cmp ecx, 4
  jb 1b
  xor ecx, ecx
1: mov eax, ecx
  shl eax, 21
  lea edx, [eax + 0x87]
  mov [DIRECTORIES + ecx * 8], edx
  lea edx, [eax + 0xb7]
  mov [EPT_DIRECTORIES + ecx * 8], edx
  inc ecx
  cmp ecx, 2048
  jb 1b
  mov dword ptr [EPT_DIRECTORIES], EPT_PAGES + 7
  xor ecx, ecx
1: mov eax, ecx
  shl eax, 12
  lea edx, [eax + 0x37]
  mov [EPT_PAGES + ecx * 8], edx
  inc ecx
  cmp ecx, 512
  jb 1b
  # The same descriptors for L1 and L2: L2's lie in pages of their own.
  mov esi, OFFSET descriptors
  mov edi, L2_GDT
  mov ecx, 14
  rep movsd
  mov eax, 0x2620                     # PAE, VMXE, OSFXSR, OSXMMEXCPT
  mov cr4, eax
  mov eax, PML4
  mov cr3, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x901                       # SCE, LME, NXE
  wrmsr
  mov eax, 0x80010033                 # PG, WP, NE, ET, MP, PE
  mov cr0, eax
  lgdt [l1_gdt_pointer]
  ljmp 8, OFFSET long_mode

.balign 8
descriptors:
  .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x0000890000000000 + (L2_TSS & 0xffffff) * 0x10000 + 0x67, 0
  .quad 0x00cff3000000ffff, 0x00affb000000ffff
l1_gdt_pointer:
  .word 55
  .long L2_GDT
idt_pointer:
  .word 0xfff
  .quad l1_idt
l2_idt_pointer:
  .word 0xfff
  .quad L2_IDT

.code64
long_mode:
  mov eax, 16
  mov ds, eax
  mov es, eax
  mov ss, eax
  mov fs, eax
  mov gs, eax
  mov eax, 24
  ltr ax
  mov qword ptr [L2_TSS + 4], L2_STACK
  mov rdi, OFFSET l1_idt
  mov rbx, OFFSET l1_stubs
  call fill_idt
  mov rdi, L2_IDT
  mov rbx, OFFSET l2_stubs
  call fill_idt
  lidt [idt_pointer]
  mov ecx, IA32_FEATURE_CONTROL
  rdmsr
  test al, 1
  jnz 1f
  or eax, 5
  wrmsr
1: mov ecx, IA32_VMX_BASIC
  rdmsr
  and eax, 0x7fffffff
  mov [VMXON_REGION], eax
  mov [VMCS], eax
  mov [VMCS2], eax
  mov qword ptr [pointer], VMXON_REGION
  vmxon [pointer]
  jbe vmx_failed
  mov qword ptr [pointer], VMCS
  vmclear [pointer]
  jbe vmx_failed
  vmptrld [pointer]
  jbe vmx_failed
  controls PIN_BASED_VM_EXEC_CONTROL, IA32_VMX_TRUE_PINBASED_CTLS, TEST_PIN
  controls CPU_BASED_VM_EXEC_CONTROL, IA32_VMX_TRUE_PROCBASED_CTLS, TEST_PRIMARY
  controls SECONDARY_VM_EXEC_CONTROL, IA32_VMX_PROCBASED_CTLS2, TEST_SECONDARY
  controls VM_EXIT_CONTROLS, IA32_VMX_TRUE_EXIT_CTLS, TEST_EXIT
  controls VM_ENTRY_CONTROLS, IA32_VMX_TRUE_ENTRY_CTLS, TEST_ENTRY
  field VMCS_LINK_POINTER, -1
  field EPT_POINTER, EPT_PML4 + 0x1e
  field IO_BITMAP_A, IO_BITMAPS
  field IO_BITMAP_B, IO_BITMAPS + 0x1000
  field MSR_BITMAP, MSR_BITMAPS
  field VIRTUAL_APIC_PAGE_ADDR, VIRTUAL_APIC
  field APIC_ACCESS_ADDR, APIC_PAGE
  field VMREAD_BITMAP, READ_BITMAP
  field VMWRITE_BITMAP, WRITE_BITMAP
  field POSTED_INTR_DESC_ADDR, DESCRIPTOR
  mov rax, cr0
  field HOST_CR0, rax
  field GUEST_CR0, rax
  mov rax, cr3
  field HOST_CR3, rax
  field GUEST_CR3, rax
  mov rax, cr4
  field HOST_CR4, rax
  field GUEST_CR4, rax
  mov ecx, IA32_EFER
  rdmsr
  mov [pointer], eax
  mov dword ptr [pointer + 4], 0
  mov rax, [pointer]
  field HOST_IA32_EFER, rax
  field GUEST_IA32_EFER, rax
  .irp name, ES, SS, DS, FS, GS
  field HOST_\name\()_SELECTOR, 16
  field GUEST_\name\()_SELECTOR, 16
  field GUEST_\name\()_LIMIT, 0xffffffff
  field GUEST_\name\()_AR_BYTES, 0xc093
  .endr
  field HOST_CS_SELECTOR, 8
  field GUEST_CS_SELECTOR, 8
  field GUEST_CS_LIMIT, 0xffffffff
  field GUEST_CS_AR_BYTES, 0xa09b
  field HOST_TR_SELECTOR, 24
  field GUEST_TR_SELECTOR, 24
  field HOST_TR_BASE, L2_TSS
  field GUEST_TR_BASE, L2_TSS
  field GUEST_TR_LIMIT, 0x67
  field GUEST_TR_AR_BYTES, 0x8b
  field GUEST_LDTR_AR_BYTES, 0x10000
  field HOST_GDTR_BASE, L2_GDT
  field GUEST_GDTR_BASE, L2_GDT
  field GUEST_GDTR_LIMIT, 55
  field HOST_IDTR_BASE, OFFSET l1_idt
  field GUEST_IDTR_BASE, L2_IDT
  field GUEST_IDTR_LIMIT, 0xfff
  field GUEST_DR7, 0x400
  field GUEST_RFLAGS, 2
  field GUEST_RIP, OFFSET l2_code
  field GUEST_RSP, L2_STACK - 0x100
  field HOST_RIP, OFFSET vm_exit
  field HOST_RSP, L1_STACK
  mov qword ptr [LOG], 0
  call test_setup
  jmp enter_guest

enter_guest:
  call load_guest_registers
  cmp byte ptr [launched], 0
  jne 1f
  vmlaunch
  jmp vmx_failed
1: vmresume
  jmp vmx_failed

vm_exit:
  push rax
  mov rax, OFFSET guest_registers
  mov [rax + 8], rcx
  mov [rax + 16], rdx
  mov [rax + 24], rbx
  mov [rax + 40], rbp
  mov [rax + 48], rsi
  mov [rax + 56], rdi
  .irp number, 8, 9, 10, 11, 12, 13, 14, 15
  mov [rax + 8 * \number], r\number
  .endr
  pop rcx
  mov [rax], rcx
  getfield VM_EXIT_REASON
  bt rax, 31
  jc 1f
  mov byte ptr [launched], 1
1:
  # An entry of the log: the fields of TEST_FIELDS in their order.
  mov rcx, [LOG]
  inc qword ptr [LOG]
  imul rcx, rcx, 8 * TEST_FIELD_COUNT
  lea rdi, [rcx + LOG + 8]
  mov rsi, OFFSET log_fields
  mov ecx, TEST_FIELD_COUNT
2: mov edx, [rsi]
  vmread rax, rdx
  mov [rdi], rax
  add rsi, 4
  add rdi, 8
  dec ecx
  jnz 2b
  getfield VM_EXIT_REASON
  jmp test_handler

skip_instruction:
  getfield VM_EXIT_INSTRUCTION_LEN
  mov rbx, rax
  getfield GUEST_RIP
  add rax, rbx
  vmwrite rdx, rax
resume_guest:
  jmp enter_guest

load_guest_registers:
  mov rax, OFFSET guest_registers
  mov rcx, [rax + 8]
  mov rdx, [rax + 16]
  mov rbx, [rax + 24]
  mov rbp, [rax + 40]
  mov rsi, [rax + 48]
  mov rdi, [rax + 56]
  .irp number, 8, 9, 10, 11, 12, 13, 14, 15
  mov r\number, [rax + 8 * \number]
  .endr
  mov rax, [rax]
  ret

finish_run:
  xor ebx, ebx
  jmp report
vmx_failed:
  mov qword ptr [RESULTS + 62 * 8], -1
  jc 1f
  mov edx, VM_INSTRUCTION_ERROR
  vmread rax, rdx
  mov [RESULTS + 62 * 8], rax
1: mov ebx, 1
  jmp report
not_offered:
  and ecx, edx
  mov [RESULTS + 63 * 8], rcx
  mov ebx, 2
  jmp report
l1_exception:
  mov rax, [rsp]
  mov [RESULTS + 61 * 8], rax
  mov ebx, 3
report:
  mov dx, 0x3f8
  mov rsi, OFFSET guest_registers
  mov ecx, 16 * 8
  rep outsb
  mov esi, RESULTS
  mov ecx, 64 * 8
  rep outsb
  mov rax, [LOG]
  imul rcx, rax, 8 * TEST_FIELD_COUNT
  mov esi, LOG + 8
  rep outsb
  mov eax, ebx
  out 0xf4, al
1: hlt
  jmp 1b

# 256 gates at RDI to stubs of 16 bytes at RBX.
fill_idt:
  mov ecx, 256
1: mov [rdi], bx
  mov word ptr [rdi + 2], 8
  mov word ptr [rdi + 4], 0x8e00
  mov rax, rbx
  shr rax, 16
  mov [rdi + 6], ax
  shr rax, 16
  mov [rdi + 8], rax
  add rdi, 16
  add rbx, 16
  dec ecx
  jnz 1b
  ret

# L1's vectors: exceptions end the run, interrupts are counted at RESULTS[32 + vector mod 16] and acknowledged.
l1_vector:
  cmp qword ptr [rsp], 32
  jb 1f
  push rax
  mov rax, [rsp + 8]
  and eax, 15
  inc qword ptr [RESULTS + 256 + rax * 8]
  mov eax, APIC
  mov dword ptr [rax + 0xb0], 0
  pop rax
  add rsp, 8
  iretq
1: cmp qword ptr [rsp], 2
  jne l1_exception
  inc qword ptr [RESULTS + 31 * 8]
  add rsp, 8
  iretq

.balign 16
l1_stubs:
.set vector, 0
.rept 256
  push vector
  jmp l1_vector
  .balign 16
  .set vector, vector + 1
.endr
l2_stubs:
.set vector, 0
.rept 256
  push vector
  jmp l2_vector
  .balign 16
  .set vector, vector + 1
.endr
l1_idt: .skip 4096
guest_registers: .skip 128
pointer: .quad 0, 0
launched: .quad 0
log_fields: TEST_FIELDS
TEST_PROGRAM
