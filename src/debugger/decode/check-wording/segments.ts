/** Sentences about the guest's segment registers (SDM 26.3.1.2): only the segments that break the rule are named. */
import { vmcsField, type FieldName } from '../../../isa/vmcs-fields';
import {
  bitsText,
  canonical,
  each,
  mustBe0,
  ones,
  part,
  values,
  valueText,
  type CheckSubject,
  type Wording,
  type Wordings,
} from './subject';

type SegmentName = 'CS' | 'SS' | 'DS' | 'ES' | 'FS' | 'GS' | 'TR' | 'LDTR';

const SIX = ['CS', 'SS', 'DS', 'ES', 'FS', 'GS'] as const;
const DATA = ['DS', 'ES', 'FS', 'GS'] as const;

const rightsOf = (segment: SegmentName): FieldName => `GUEST_${segment}_AR_BYTES`;
const limitOf = (segment: SegmentName): FieldName => `GUEST_${segment}_LIMIT`;

type Test = (subject: CheckSubject, segment: SegmentName) => boolean;

function rights(subject: CheckSubject, segment: SegmentName, name: string): bigint {
  return part(subject, rightsOf(segment), name);
}

/** CS always counts; the others only while they are usable. */
function counts(subject: CheckSubject, segment: SegmentName): boolean {
  return segment === 'CS' || rights(subject, segment, 'UNUSABLE') === 0n;
}

/** Names the segments whose access rights break a rule. */
function accessRights(segments: readonly SegmentName[], breaks: Test, rule: string): Wording {
  return (subject) => {
    const wrong = segments.filter((segment) => counts(subject, segment) && breaks(subject, segment));
    return each(
      wrong.map(rightsOf),
      (name) => `${valueText(subject, name)} (type ${part(subject, name, 'TYPE')})`,
      rule,
    );
  };
}

/** The type of one segment. */
function type(segment: SegmentName, allowed: string): Wording {
  return accessRights([segment], () => true, `the type (bits 3:0) must be ${allowed}`);
}

function reserved(segments: readonly SegmentName[], high: number, low: number): Wording {
  const mask = ones(high, low);
  return accessRights(
    segments,
    (subject, segment) => (subject.read(rightsOf(segment)) & mask) !== 0n,
    `${bitsText(mask)} must be 0`,
  );
}

/** G against the limit. */
function granularity(segments: readonly SegmentName[], g: 0n | 1n): Wording {
  const bits = g === 1n ? ones(11, 0) : ones(31, 20);
  const breaks: Test = (subject, segment) => {
    const limit = subject.read(limitOf(segment));
    const low = g === 1n ? (limit & bits) !== bits : (limit & bits) !== 0n;
    return counts(subject, segment) && rights(subject, segment, 'G') === g && low;
  };
  const rule =
    g === 1n
      ? 'G (bit 15 of the access rights) is 1, so bits 11:0 of the limit must all be 1'
      : 'G (bit 15 of the access rights) is 0, so bits 31:20 of the limit must be 0';
  return (subject) =>
    each(
      segments.filter((segment) => breaks(subject, segment)).map(limitOf),
      (name) => valueText(subject, name),
      rule,
    );
}

/** A field of each of the six segments in virtual-8086 mode. */
function virtual8086(
  suffix: 'LIMIT' | 'AR_BYTES' | 'BASE',
  wanted: (subject: CheckSubject, segment: SegmentName) => bigint,
  rule: string,
): Wording {
  return (subject) => {
    const wrong = SIX.filter(
      (segment) => subject.read(`GUEST_${segment}_${suffix}`) !== wanted(subject, segment),
    );
    return each(
      wrong.map((segment): FieldName => `GUEST_${segment}_${suffix}`),
      (name) => valueText(subject, name),
      `the guest is in virtual-8086 mode, where ${rule}`,
    );
  };
}

/** Bits above those of a 32-bit base. */
function narrowBases(segments: readonly SegmentName[]): Wording {
  return (subject) => {
    const names = segments
      .filter((segment) => counts(subject, segment))
      .map((segment): FieldName => `GUEST_${segment}_BASE`);
    const wrong = names.filter((name) => subject.read(name) > ones(31, 0));
    return each(wrong, (name) => valueText(subject, name), 'bits 63:32 must be 0');
  };
}

/** Values of the fields with their privilege levels spelled out. */
function levels(names: readonly FieldName[], rule: string): Wording {
  return (subject) => {
    const shown = names.map((name) => {
      const format = vmcsField[name].format;
      const level =
        format === 'selector'
          ? `RPL ${part(subject, name, 'RPL')}`
          : format === 'access-rights'
            ? `type ${part(subject, name, 'TYPE')}, DPL ${part(subject, name, 'DPL')}`
            : '';
      return `${valueText(subject, name)}${level && ` (${level})`}`;
    });
    return `${shown.join(', ')}: ${rule}.`;
  };
}

const CS = rightsOf('CS');
const SS = rightsOf('SS');

export const segmentWordings = {
  G01: mustBe0('GUEST_TR_SELECTOR', ones(2, 2)),
  G02: mustBe0('GUEST_LDTR_SELECTOR', ones(2, 2)),
  G03: levels(['GUEST_SS_SELECTOR', 'GUEST_CS_SELECTOR'], 'their RPLs (bits 1:0) must be equal'),
  G04: virtual8086(
    'BASE',
    (subject, segment) => subject.read(`GUEST_${segment}_SELECTOR`) << 4n,
    'a base is the selector times 16',
  ),
  G05: canonical('GUEST_TR_BASE', 'GUEST_FS_BASE', 'GUEST_GS_BASE'),
  G06: canonical('GUEST_LDTR_BASE'),
  G07: narrowBases(['CS']),
  G08: narrowBases(['SS', 'DS', 'ES']),
  G09: virtual8086('LIMIT', () => ones(15, 0), 'a limit is 0xffff'),
  G10: virtual8086('AR_BYTES', () => 0xf3n, 'access rights are 0xf3'),
  G11: type('CS', '9, 11, 13 or 15, or 3 for an unrestricted guest'),
  G12: type('SS', '3 or 7'),
  G13: accessRights(
    DATA,
    (subject, segment) => (rights(subject, segment, 'TYPE') & 1n) === 0n,
    'the segment must be accessed (bit 0)',
  ),
  G14: accessRights(
    DATA,
    (subject, segment) => (rights(subject, segment, 'TYPE') & 10n) === 8n,
    'a code segment (bit 3) must be readable (bit 1)',
  ),
  G15: accessRights(SIX, (subject, segment) => rights(subject, segment, 'S') === 0n, 'S (bit 4) must be 1'),
  G16: levels([CS], 'a CS of type 3 must have DPL 0'),
  G17: levels([CS, SS], 'a CS of type 9 or 11 must have the DPL of SS'),
  G18: levels([CS, SS], 'a CS of type 13 or 15 must not have a DPL above that of SS'),
  G19: levels([SS, 'GUEST_SS_SELECTOR'], 'the DPL of SS must equal the RPL of its selector'),
  G20: levels([SS, CS, 'GUEST_CR0'], 'the DPL of SS must be 0 where CS has type 3 or CR0.PE (bit 0) is 0'),
  G21: (subject) => {
    const wrong = DATA.filter(
      (segment) =>
        counts(subject, segment) &&
        rights(subject, segment, 'TYPE') <= 11n &&
        rights(subject, segment, 'DPL') < part(subject, `GUEST_${segment}_SELECTOR`, 'RPL'),
    );
    return each(
      wrong.map(rightsOf),
      (name) => `${valueText(subject, name)} (DPL ${part(subject, name, 'DPL')})`,
      `the DPL must not be below the RPL of the selector (${wrong.map((segment) => valueText(subject, `GUEST_${segment}_SELECTOR`)).join(', ')})`,
    );
  },
  G22: accessRights(SIX, (subject, segment) => rights(subject, segment, 'P') === 0n, 'P (bit 7) must be 1'),
  G23: reserved(SIX, 11, 8),
  G24: levels([CS], 'D/B (bit 14) must be 0 where L (bit 13) is 1'),
  G25: granularity(SIX, 1n),
  G26: granularity(SIX, 0n),
  G27: reserved(SIX, 31, 17),
  G28: type('TR', '11 (a busy TSS), or 3 outside IA-32e mode'),
  G29: levels(['GUEST_TR_AR_BYTES'], 'S (bit 4) must be 0'),
  G30: levels(['GUEST_TR_AR_BYTES'], 'P (bit 7) must be 1'),
  G31: mustBe0('GUEST_TR_AR_BYTES', ones(11, 8)),
  G32: granularity(['TR'], 1n),
  G33: granularity(['TR'], 0n),
  G34: levels(['GUEST_TR_AR_BYTES'], 'TR must be usable (bit 16 is 1)'),
  G35: mustBe0('GUEST_TR_AR_BYTES', ones(31, 17)),
  G36: type('LDTR', '2'),
  G37: levels(['GUEST_LDTR_AR_BYTES'], 'S (bit 4) must be 0'),
  G38: levels(['GUEST_LDTR_AR_BYTES'], 'P (bit 7) must be 1'),
  G39: mustBe0('GUEST_LDTR_AR_BYTES', ones(11, 8)),
  G40: granularity(['LDTR'], 1n),
  G41: granularity(['LDTR'], 0n),
  G42: mustBe0('GUEST_LDTR_AR_BYTES', ones(31, 17)),
  G43: levels([SS], 'with CR4.FRED the DPL must be 0 or 3'),
  G44: levels([SS, CS], 'with CR4.FRED and DPL 0 of SS, CS.L (bit 13) must be 1'),
  G45: values([SS, 'GUEST_RFLAGS'], 'with CR4.FRED and DPL 3 of SS, RFLAGS.IOPL (bits 13:12) must be 0'),
} as const satisfies Wordings;
