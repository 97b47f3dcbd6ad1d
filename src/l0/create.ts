/**
 * Makes L0: takes the chip into VMX operation, hands out L0's pages, builds ept01 and the VMCSs. Also saves
 * and restores L0's data; its pages are in RAM and belong to the machine's snapshot.
 */
import { State } from '../abi/state-block';
import type { Cpu } from '../cpu/cpu';
import { vmcsField } from '../isa/vmcs-fields';
import type { Board } from '../platform/device';
import type { L0Config } from './config';
import { build_ept01 } from './ept01';
import { enter_host_mode, HOST_EFER } from './host-area';
import { alloc_host_page, PAGE_SIZE } from './host-memory';
import { l1_msr_bitmap } from './msr-bitmaps';
import { chip_capability, nested_vmx_setup_ctls_msrs } from './nested/capability-msrs';
import { new_vmcs12, vmcs12_fields } from './nested/vmcs12';
import type { L0Record, RecordSink } from './records';
import { DR7_FIXED_1, msr_bits, PAT_RESET } from './register-bits';
import {
  INVALID_GPA,
  type Vcpu,
  type NestedVmx,
  type QueuedException,
  type VcpuArch,
  type VcpuVmx,
  type Vm,
} from './vcpu';
import { kvm_vcpu_reset } from './vcpu-reset';
import { init_vmcs01 } from './vmcs01';

/** Host-physical address of L0's first page: page 0 stays empty, so that a null pointer shows. */
const FIRST_HOST_PAGE = 0x1000n;
const LARGE_PAGE = 0x200000n;
const SMALLEST_L1_BASE = 0x400000n;
const VPID01 = 1;
const VPID02 = 2;

function empty_exception(): QueuedException {
  return {
    pending: false,
    injected: false,
    vector: 0,
    has_error_code: false,
    error_code: 0,
    payload: undefined,
  };
}

function initial_arch(): VcpuArch {
  return {
    guest_mode: false,
    cr0: 0n,
    cr4: 0n,
    cr0_guest_owned_bits: 0n,
    cr4_guest_owned_bits: 0n,
    efer: 0n,
    pat: PAT_RESET,
    dr7: DR7_FIXED_1,
    exception: empty_exception(),
    exception_vmexit: empty_exception(),
    interrupt: { injected: false, soft: false, nr: 0 },
    nmi_pending: 0,
    nmi_injected: false,
    event_exit_inst_len: 0,
    mp_state: 'runnable',
    init_pending: false,
    sipi_pending: -1,
    tsc_offset: 0n,
    l1_tsc_offset: 0n,
    tsc_adjust: 0n,
    triple_fault_requested: '',
    abort_indicator: 0,
    abort_entry: undefined,
  };
}

function initial_vmx(): VcpuVmx {
  const vmcs01 = { name: 'vmcs01' as const, address: 0n, launched: false, msr_bitmap: 0n };
  const vmcs02 = { name: 'vmcs02' as const, address: 0n, launched: false, msr_bitmap: 0n };
  return {
    loaded_vmcs: vmcs01,
    vmcs01,
    vmcs02,
    vpid: VPID01,
    fail: false,
    exit_reason: 0,
    idt_vectoring_info: 0,
    req_immediate_exit: false,
    handled: '',
    l1_guest_owned_cr0_bits: 0n,
    host_efer: HOST_EFER,
  };
}

function initial_nested(config: L0Config): NestedVmx {
  let highest_index = 0;
  for (const name of vmcs12_fields) highest_index = Math.max(highest_index, vmcsField[name].index);
  return {
    msrs: nested_vmx_setup_ctls_msrs(config, highest_index),
    vmxon: false,
    vmxon_ptr: INVALID_GPA,
    current_vmptr: INVALID_GPA,
    cached_vmcs12: new_vmcs12(),
    cached_shadow_vmcs12: new_vmcs12(),
    nested_run_pending: false,
    vmcs02_initialized: false,
    dirty_vmcs12: false,
    need_sync_vmcs02_to_vmcs12_rare: false,
    vpid02: VPID02,
    last_vpid: 0,
    pre_vmenter_debugctl: 0n,
    mtf_pending: false,
    preemption_timer_expired: false,
    has_preemption_timer_deadline: false,
    preemption_timer_deadline: 0n,
    preemption_timer_fires_at: -1,
    shadow_roots: [],
    vmx_instruction: { operand: '' },
    field_writers: {},
    exit_rule: undefined,
    exit_cause: undefined,
  };
}

/** A page L0 cannot do without. */
function required_page(vcpu: Vcpu): bigint {
  const page = alloc_host_page(vcpu);
  if (page === undefined)
    throw new Error('L0 has no host memory left: l1Base must leave more room below L1.');
  return page;
}

/** A VMCS or VMXON region of the chip: a page that begins with the chip's revision identifier. */
function alloc_vmcs(vcpu: Vcpu): bigint {
  const page = required_page(vcpu);
  const revision = Number(
    chip_capability(vcpu.config, 'IA32_VMX_BASIC') & msr_bits('IA32_VMX_BASIC', 'REVISION'),
  );
  vcpu.cpu.physical.write32(page, revision);
  return page;
}

/** The chip in VMX operation, vmcs01 and vmcs02: everything a vCPU needs before its first state is loaded. */
function create_vcpu(vm: Vm, config: L0Config, cpu: Cpu, board: Board, record: RecordSink): Vcpu {
  const vcpu: Vcpu = {
    vm,
    id: cpu.number,
    cpu,
    board,
    apic: board.localApics[cpu.number]!,
    config,
    record,
    arch: initial_arch(),
    vmx: initial_vmx(),
    nested: initial_nested(config),
  };
  enter_host_mode(vcpu);
  const vmxon_region = alloc_vmcs(vcpu);
  if (!cpu.vmxon(vmxon_region)) throw new Error('The chip refused VMXON: its CPU model has no VMX.');
  vcpu.vmx.vmcs01.address = alloc_vmcs(vcpu);
  vcpu.vmx.vmcs02.address = alloc_vmcs(vcpu);
  vcpu.vmx.vmcs01.msr_bitmap = required_page(vcpu);
  vcpu.vmx.vmcs02.msr_bitmap = required_page(vcpu);
  cpu.physical.write(vcpu.vmx.vmcs01.msr_bitmap, l1_msr_bitmap());
  return vcpu;
}

function load_vmcs01(vcpu: Vcpu): void {
  const { cpu, vmx } = vcpu;
  cpu.vmclear(vmx.vmcs02.address);
  cpu.vmclear(vmx.vmcs01.address);
  cpu.vmptrld(vmx.vmcs01.address);
  init_vmcs01(vcpu);
  cpu.set64(State.MSR_FEATURE_CONTROL, 0n);
}

/**
 * @param cpus one for each vCPU; the first is the bootstrap processor, the others wait for a start-up IPI
 * @param record gets every decision of L0, see records.ts, and the vCPU it is about
 * @throws RangeError when `l1Base` or `l1RamBytes` do not fit the machine
 */
export function create_l0(
  config: L0Config,
  cpus: readonly [Cpu, ...Cpu[]],
  board: Board,
  record: (record: L0Record, vcpu: Vcpu) => void,
): Vm {
  const [{ ramBytes }] = cpus;
  if (config.l1Base < SMALLEST_L1_BASE || config.l1Base % LARGE_PAGE !== 0n)
    throw new RangeError('l1Base must be a multiple of 2 MiB and at least 4 MiB.');
  if (config.l1Base + BigInt(config.l1RamBytes) > BigInt(ramBytes) || config.l1RamBytes % PAGE_SIZE !== 0)
    throw new RangeError('L1 RAM must be whole pages inside the RAM of the machine.');
  const vm: Vm = {
    vcpus: [],
    host: { next: FIRST_HOST_PAGE, end: config.l1Base, free: [] },
    eptp01: 0n,
  };
  for (const cpu of cpus) {
    const vcpu = create_vcpu(vm, config, cpu, board, (made) => record(made, vcpu));
    vm.vcpus.push(vcpu);
    if (vm.eptp01 === 0n) {
      const eptp01 = build_ept01(vcpu);
      if (eptp01 === undefined) throw new Error('L0 has no host memory left for ept01: raise l1Base.');
      vm.eptp01 = eptp01;
    }
    load_vmcs01(vcpu);
    if (vcpu.id > 0) kvm_vcpu_reset(vcpu);
  }
  return vm;
}

/** L0's data for a snapshot: plain, and independent of what L0 does later. */
export function save_l0({ host, eptp01, vcpus }: Vm): unknown {
  return structuredClone({
    host,
    eptp01,
    vcpus: vcpus.map(({ arch, vmx, nested }) => ({ arch, vmx, nested })),
  });
}

/** Takes back what `save_l0` gave; RAM and chip must be restored too. */
export function restore_l0(vm: Vm, saved: unknown): void {
  const data = structuredClone(saved) as Pick<Vm, 'host' | 'eptp01'> & {
    vcpus: Pick<Vcpu, 'arch' | 'vmx' | 'nested'>[];
  };
  vm.host = data.host;
  vm.eptp01 = data.eptp01;
  vm.vcpus.forEach((vcpu, id) => Object.assign(vcpu, data.vcpus[id]));
}
