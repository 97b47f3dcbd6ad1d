/** Failing VM-entry checks in words. */
import assert from 'node:assert/strict';
import type { CheckFailure } from '../../src/protocol/custom-requests';
import { entryCheckPage, entryCheckRows } from '../../src/views/entry-check-text';

const failure: CheckFailure = {
  text: 'GUEST_CS_AR_BYTES is 0xe09b: D/B (bit 14) must be 0 where L (bit 13) is 1.',
  vmcs: 'vmcs12',
  id: 'C12',
  sdm: '26.3.1.2',
  rule: 'CS.L and CS.D/B must not both be 1 | in IA-32e mode.',
  outcome: 'VM exit 33, qualification 0',
  fields: [
    {
      name: 'GUEST_CS_AR_BYTES',
      actual: '0xe09b',
      allowed: 'L or D/B',
      writer: {
        text: 'last written at main.c:31',
        address: '0x100020',
        source: { path: '/src/a b/main.c', line: 31 },
      },
    },
  ],
};

describe('entry check text', () => {
  it('the page has every failing check with section, field, value and what is allowed', () => {
    const page = entryCheckPage({ failures: [failure, failure], checked: 170, notImplemented: 0 });
    assert.match(page, /^# VM entry would fail/);
    assert.match(page, /2 of 170 checks/);
    assert.match(page, /## 1\. GUEST\\_CS\\_AR\\_BYTES is 0xe09b/);
    assert.match(page, /## 2\. GUEST/);
    assert.match(page, /SDM 26\.3\.1\.2/);
    assert.match(
      page,
      /\| GUEST\\_CS\\_AR\\_BYTES \| 0xe09b \| L or D\/B \| \[last written at main\.c:31\]\(file:\/\/\/src\/a%20b\/main\.c#L31\) \|/,
    );
  });

  it('a rule with a bar does not break the page', () => {
    assert.match(entryCheckPage({ failures: [failure], checked: 1, notImplemented: 0 }), /1 \\\| in IA-32e/);
  });

  it('without failures it says how many checks passed and how many could not be made', () => {
    const page = entryCheckPage({ failures: [], checked: 170, notImplemented: 3 });
    assert.match(page, /would succeed/);
    assert.match(page, /All 170 checks/);
    assert.match(page, /3 checks of the manual cannot be made/);
  });

  it('without a VMCS it repeats what the debugger says', () => {
    const page = entryCheckPage({ failures: [], checked: 0, notImplemented: 0, empty: 'No VMCS.' });
    assert.match(page, /No VMCS\./);
  });

  it('the tree lists checks with their fields below', () => {
    const root = entryCheckRows([failure]);
    assert.equal(root.error, '1 check');
    assert.equal(root.children?.[0]?.children?.[0]?.label, 'GUEST_CS_AR_BYTES');
    const ids = [root, ...(root.children ?? [])].map((row) => row.id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
