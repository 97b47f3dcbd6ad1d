// The versions of KVM that L0 can be, by the names that launch configurations use. Rows only.

import { controls as controls2011 } from './2011/controls';
import { entryChecks as entryChecks2011 } from './2011/entry-checks';
import { errors as errors2011 } from './2011/errors';
import { exits as exits2011 } from './2011/exits';
import { vmcs12 as fields2011 } from './2011/vmcs12';
import { controls } from './6.12/controls';
import { entryChecks } from './6.12/entry-checks';
import { errors } from './6.12/errors';
import { exits } from './6.12/exits';
import { vmcs12 } from './6.12/vmcs12';
import type { KvmVersion } from './row';

export const kvmVersions = {
  'kvm-6.12': {
    title: 'KVM 6.12',
    controls,
    exits,
    entryChecks,
    errors,
    vmcs12: { fields: Object.keys(vmcs12) as (keyof typeof vmcs12)[] },
  },
  'kvm-2011': {
    title: 'the 2011 series "Nested VMX"',
    controls: controls2011,
    exits: exits2011,
    entryChecks: entryChecks2011,
    errors: errors2011,
    vmcs12: { fields: fields2011 },
  },
} as const satisfies Record<string, KvmVersion>;

export type KvmVersionName = keyof typeof kvmVersions;
