import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { enrolmentBytes } from '@aboveboard/consent/enrolment-file';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { setUpFromFile } from '../src/background/setting-up.ts';
import { enrolledBy, howInstalled, mayEnrolHere } from '../src/background/taking-enrolment.ts';
import { EMPTY_SETUP, type Setup } from '../src/store/setup.ts';
import { StandInLog, withKeys } from './stand-in-log.ts';

/** All that Chromium says of how an extension came, what it might say one day, and no answer. */
const ELSEWHERE = ['development', 'normal', 'sideload', 'other', 'ADMIN', 'administrator', '', null] as const;
type Class = Setup['installation'];

describe('on which computers an enrolment is taken', () => {
  const files = {} as Record<Class, string>;

  beforeAll(async () => {
    const { agreement } = await demonstrationAgreement({
      origins: ['http://127.0.0.1:4310'],
      now: Date.now(),
      subtle: crypto.subtle,
    });
    withKeys(agreement);
    const { policy } = new StandInLog('stand-in.example/rules', 20);
    for (const kind of ['production', 'demonstration'] as const) {
      const bytes = enrolmentBytes({
        format: 'aboveboard-enrolment',
        formatVersion: 1,
        class: kind,
        agreement: agreement.id,
        guardian: 'https://guardian.example',
        relay: { recipient: 'age1pq1abc', periodSeconds: 300 },
        policies: { rules: policy, uses: policy },
        parties: [...partyKeysOf(agreement)].map(([role, keys]) => ({ role, ...keys })),
        place: {
          storageLocations: ['Example City'],
          jurisdiction: 'none',
          supervisoryAuthority: 'none',
          recipients: [],
          transfers: [],
          withdrawAt: 'In the recorder',
        },
      });
      files[kind] = new TextDecoder().decode(bytes);
    }
  });
  afterEach(() => vi.unstubAllGlobals());

  /** The answers of a browser under which a real installation would be taken although no administrator installed it. */
  const holes = (may: typeof mayEnrolHere) => ELSEWHERE.filter((by) => may('production', by));

  it('[ENR27] a real installation where an administrator installed the recorder, and nowhere else', async () => {
    expect(holes(mayEnrolHere)).toEqual([]);
    const given = await setUpFromFile(files.production, 'admin');
    expect(given(EMPTY_SETUP)).toMatchObject({
      installation: 'production',
      enrolment: { class: 'production' },
    });
    for (const by of ELSEWHERE) {
      const refused = expect.objectContaining({ key: 'own-computer' });
      expect(() => enrolledBy(files.production, by), String(by)).toThrow(refused);
      await expect(setUpFromFile(files.production, by), String(by)).rejects.toEqual(refused);
    }
  });

  it('seeded hole: a check that asks for nothing, and one that only knows the unpacked, are found', () => {
    expect(holes(() => true)).toEqual(ELSEWHERE);
    expect(holes((_, by) => by !== 'development')).toContain('normal');
  });

  it('[ENR27] a demonstration anywhere, as what it is', async () => {
    for (const by of [...ELSEWHERE, 'admin']) {
      const given = await setUpFromFile(files.demonstration, by);
      expect(given(EMPTY_SETUP).installation, String(by)).toBe('demonstration');
    }
  });

  it('[ENR27] what can’t be asked, or isn’t answered, counts as no', async () => {
    vi.stubGlobal('chrome', undefined);
    expect(await howInstalled()).toBe(null);
    vi.stubGlobal('chrome', { management: { getSelf: () => Promise.reject(new Error('no')) } });
    expect(await howInstalled()).toBe(null);
    vi.stubGlobal('chrome', { management: { getSelf: async () => ({ installType: 'admin' }) } });
    expect(await howInstalled()).toBe('admin');
  });
});
