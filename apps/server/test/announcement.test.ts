import { readFileSync } from 'node:fs';
import { missingIndexes, missingRanges, type UploadAnnouncement } from '@aboveboard/protocol/upload';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcementDigest, checkAnnouncement } from '../src/uploads/announcement.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/upload/announcements.json', import.meta.url), 'utf8'),
) as {
  valid: { why: string; announcement: UploadAnnouncement }[];
  invalid: { rule: string; why: string; announcement: UploadAnnouncement }[];
};

describe('announcements', () => {
  it.each(vectors.valid)('takes $why', ({ announcement }) => {
    expect(checkAnnouncement(announcement)).toEqual({ ok: true, value: announcement });
  });

  it.each(vectors.invalid)('[$rule] refuses $why', ({ rule, announcement }) => {
    const checked = checkAnnouncement(announcement);
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect([...new Set(checked.faults.map((fault) => fault.rule))]).toEqual([rule]);
  });

  it('[UPL15] two announcements have one digest only if they are the same', () => {
    const part = fc.record({
      kind: fc.constantFrom('events', 'states', 'frames', 'manifest') as fc.Arbitrary<'events'>,
      bytes: fc.integer(),
      sha256: fc.string(),
    });
    const any = fc.record({
      recording: fc.string(),
      envelopes: fc.record({ vault: fc.string(), guardian: fc.string() }),
      summary: fc.record({
        week: fc.string(),
        card: fc.option(fc.record({ id: fc.string(), version: fc.nat() })),
        worked: fc.option(fc.boolean()),
        durationMilliseconds: fc.nat(),
        counts: fc.record({ events: fc.nat(), states: fc.nat(), frames: fc.nat() }),
        agreement: fc.option(fc.string()),
      }),
      parts: fc.array(part, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(any, any, (one, two) => {
        const same = announcementDigest(one).equals(announcementDigest(two));
        expect(same).toBe(JSON.stringify(one) === JSON.stringify(two));
        expect(announcementDigest(structuredClone(one))).toEqual(announcementDigest(one));
      }),
    );
  });
});

describe('what is missing', () => {
  it('[UPL15] is told in runs that give exactly the indexes back', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (here) => {
        const missing = missingRanges(here.length, (index) => here[index] === true);
        const given = [...missingIndexes({ upload: '', state: 'open', missing })];
        expect(given).toEqual(here.flatMap((has, index) => (has ? [] : [index])));
        for (const [i, [from]] of missing.entries())
          expect(from).toBeGreaterThan((missing[i - 1]?.[1] ?? -2) + 1);
      }),
    );
  });
});
