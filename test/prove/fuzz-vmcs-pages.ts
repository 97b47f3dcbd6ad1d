/** Valid VMCSs with some fields or bits changed: the entry answers, and what enters runs on random code and exits. */
import { State } from '../../src/abi/state-block';
import { Stop } from '../../src/abi/stop-codes';
import { vmcsFields } from '../../src/isa/vmcs-fields';
import { Cpu } from '../../src/cpu/cpu';
import { Capabilities, Fixture, VMCS } from '../core/vmx/valid-vmcs';
import { Random } from '../support/random';
import { code, noisyBus, value } from './fuzz-guests';
import { slice } from './slice';

const RAM = 4 << 20;
const VMCS_BYTES = 4096;
const BUDGET = 200n;
/** Where the guest's code is put, if it is mapped there. */
const CODE = 0x30000;
const LAUNCH_STATE_AND_REVISION = 12;

function change(random: Random, fixture: Fixture): void {
  const { image, cpu } = fixture;
  for (let i = random.below(6); i >= 0; i--) {
    if (random.below(8) === 0) {
      const at =
        VMCS + BigInt(LAUNCH_STATE_AND_REVISION + random.below(VMCS_BYTES - LAUNCH_STATE_AND_REVISION));
      cpu.physical.write(at, Uint8Array.of(random.below(256)));
      continue;
    }
    const { name } = random.pick(vmcsFields);
    const old = image.get(name);
    image.set(name, random.below(2) ? old ^ (1n << BigInt(random.below(64))) : value(random));
  }
}

/** The exit: to a host that stands in for the hypervisor, so that it ends the run; or the host's own code goes on. */
function enterAndRun(cpu: Cpu): string {
  const { kind } = cpu.enter(true);
  if (kind !== 'entered') return `VMCS: ${kind}`;
  return `VMCS: entered, ${slice(cpu, BUDGET)}`;
}

export function vmcsPages(seed: number, runs: number): string[] {
  const random = new Random(seed);
  const bus = noisyBus(random);
  const outcomes: string[] = [];
  let cpu = new Cpu(RAM, bus);
  for (let run = 0; run < runs; run++) {
    cpu.reset();
    cpu.physical.fill(VMCS, VMCS_BYTES, 0);
    const profile = random.pick(['skylake-server', 'haswell', 'turtle-64'] as const);
    const fixture = new Fixture(
      random.below(4) ? new Capabilities(profile) : Capabilities.generous(),
      cpu,
      profile,
    );
    for (let i = 0; i < 16; i++) cpu.setGpr(i, value(random));
    cpu.physical.write(BigInt(CODE), Uint8Array.from(code(random, 96)));
    fixture.image.set('GUEST_RIP', BigInt(CODE));
    change(random, fixture);
    if (random.below(8) === 0) cpu.set32(State.INTR, 1);
    outcomes.push(enterAndRun(cpu));
    // What a VMX abort leaves is a processor that is off.
    if (cpu.get32(State.ACTIVITY) === Stop.SHUTDOWN) cpu = new Cpu(RAM, bus);
  }
  return outcomes;
}
