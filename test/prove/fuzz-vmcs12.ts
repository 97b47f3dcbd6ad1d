/** An L1 with fields of its vmcs12 changed at random: L0 enters or says why not; what enters runs random code, and L0 handles its exits. */
import { State } from '../../src/abi/state-block';
import { vmcsFields, type FieldName } from '../../src/isa/vmcs-fields';
import { vcpu_enter_guest, vmx_handle_exit, wants_host_interrupt } from '../../src/l0';
import { nested_vmx_run } from '../../src/l0/nested/enter';
import type { Vcpu } from '../../src/l0/vcpu';
import { createNestedGuest, PLACE, type NestedGuest } from '../l0/nested-guest';
import { Random } from '../support/random';
import { code, value } from './fuzz-guests';
import { slice } from './slice';

const BUDGET = 200n;
/** Entries of one run. */
const TURNS = 20;
/** VMLAUNCH, as the exit reason that brought L0 here. */
const VMLAUNCH = 20;

function change(random: Random, { vmcs12 }: NestedGuest): void {
  const fields = vmcs12 as unknown as Record<FieldName, number | bigint | undefined>;
  for (let i = random.below(5); i >= 0; i--) {
    const { name } = random.pick(vmcsFields);
    const old = fields[name];
    if (old === undefined) continue;
    const wanted = random.below(2) ? BigInt(old) ^ (1n << BigInt(random.below(64))) : value(random);
    fields[name] = typeof old === 'bigint' ? BigInt.asUintN(64, wanted) : Number(wanted & 0xffffffffn);
  }
}

/** @returns what the run ended in */
function run(vcpu: Vcpu): string {
  vcpu.vmx.exit_reason = VMLAUNCH;
  if (nested_vmx_run(vcpu, true) !== undefined) return 'a gap of L0';
  for (let turn = 0; turn < TURNS; turn++) {
    const entry = vcpu_enter_guest(vcpu);
    if (entry.kind === 'again') continue;
    if (entry.kind !== 'entered') return entry.kind;
    vcpu.cpu.set32(State.INTR, wants_host_interrupt(vcpu) ? 1 : 0);
    const outcome = slice(vcpu.cpu, BUDGET);
    if (outcome !== 'VM exit') return outcome;
    const handled = vmx_handle_exit(vcpu);
    if (handled.kind !== 'resume') return handled.kind;
  }
  return `ran on after ${TURNS} entries`;
}

export function vmcs12(seed: number, runs: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: runs }, () => {
    const guest = createNestedGuest(code(random, 64), {}, 'skylake-server');
    guest.poke(PLACE.HANDLER, code(random, 16));
    change(random, guest);
    return `vmcs12: ${run(guest.vcpu)}`;
  });
}
