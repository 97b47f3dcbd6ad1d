// Each entry check as a failure: the valid VMCS with one thing broken, and the sentence about it. The sentences stand in
// test/golden/entry-failures.txt; UPDATE_GOLDEN=1 writes them anew.
import assert from 'node:assert/strict';
import { Region } from '../../../src/abi/memory-map';
import { VmcsPage } from '../../../src/abi/vmcs-page';
import { failureText } from '../../../src/debugger/decode/check-wording/wording';
import { hex } from '../../../src/decode/word';
import { entryChecks, type CheckId } from '../../../src/isa/entry-checks';
import { hardwareVmcs } from '../../../src/machine/vmcs-view';
import {
  brokenControls,
  brokenGuest,
  brokenHost,
  brokenState,
  type Breakage,
} from '../../core/vmx/broken-rules';
import { Capabilities, Fixture, VMCS } from '../../core/vmx/valid-vmcs';
import { assertGolden } from '../../support/golden';

const breakages: Partial<Record<CheckId, Breakage>> = {
  ...brokenControls,
  ...brokenHost,
  ...brokenGuest,
  ...brokenState,
};

/** One chip for all: making one is what takes time. */
const chip = new Fixture().cpu;

function brokenFixture(breakage: Breakage): Fixture {
  new Uint8Array(chip.memory, Region.RAM + Number(VMCS), VmcsPage.SIZE).fill(0);
  const capabilities = breakage.ownCapabilities ? new Capabilities() : Capabilities.generous();
  breakage.capabilities?.(capabilities);
  const fixture = new Fixture(capabilities, chip);
  breakage.image(fixture.image);
  breakage.processor?.(fixture);
  return fixture;
}

describe('entry checks in words', () => {
  const sentences: string[] = [];

  for (const { id, fields, rule } of entryChecks) {
    const breakage = breakages[id];
    if (!breakage) continue;
    it(`${id} says what is wrong, with a value`, () => {
      const vmcs = hardwareVmcs(brokenFixture(breakage).cpu, 'vmcs01', VMCS, true);
      const text = failureText(id, vmcs);
      sentences.push(`${id}: ${text}`);
      assert.notEqual(text, rule);
      assert.doesNotMatch(text, /undefined|NaN|: must|bits must|: ;|: \.|: :/);
      // A control's state, or the value of a field of the check.
      const shown = fields.some((name) => text.includes(`${name} is ${hex(vmcs.read(name))}`));
      assert.ok(shown || / is [01][,:]/.test(text), text);
    });
  }

  it('all sentences as they are known', () => {
    assertGolden('entry-failures.txt', `${sentences.join('\n')}\n`);
  });
});
