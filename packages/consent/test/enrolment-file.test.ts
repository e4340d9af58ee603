import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { describe, expect, it } from 'vitest';
import { type EnrolmentFile, enrolmentBytes, fingerprint, parseEnrolment } from '../src/enrolment-file.ts';
import { PARTIES, POLICY } from './rules-fixture.ts';

const policy = formatPolicy(POLICY);
const SOUND: EnrolmentFile = {
  format: 'aboveboard-enrolment',
  formatVersion: 1,
  class: 'production',
  agreement: 'expenses-pilot',
  guardian: 'https://guardian.works.example',
  relay: { recipient: 'age1pq1abc', periodSeconds: 300 },
  policies: { rules: policy, uses: policy },
  parties: (['employer', 'representative', 'data-protection-officer'] as const).map((role) => ({
    role,
    ...PARTIES[role].keys,
  })),
  place: {
    storageLocations: ['Example City'],
    jurisdiction: 'DE',
    supervisoryAuthority: 'Example authority',
    recipients: [],
    transfers: [],
    withdrawAt: 'In the recorder.',
  },
};

function faultsOf(change: (file: EnrolmentFile) => void): string[] {
  const file = structuredClone(SOUND);
  change(file);
  const parsed = parseEnrolment(enrolmentBytes(file));
  return parsed.ok ? [] : parsed.faults.map(({ rule, at }) => `${rule} ${at}`);
}

describe('an enrolment file', () => {
  it('[ENR20] is read whole, and anything else has all its faults said', () => {
    const parsed = parseEnrolment(enrolmentBytes(SOUND));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(parsed.value.rules.trust.parties.get('employer')).toEqual(PARTIES.employer.keys);
    expect(parsed.value.rules.policy.quorum).toBe('parties');
    const text = new TextDecoder().decode(enrolmentBytes(SOUND));
    for (const bad of ['', '[]', '{"a":1,"a":1}', text.replace('{', '{"more":1,'), `${text}x`]) {
      expect(parseEnrolment(new TextEncoder().encode(bad)).ok, bad.slice(0, 20)).toBe(false);
    }
    expect(parseEnrolment(new Uint8Array(300_000)).ok).toBe(false);
    expect(
      faultsOf((file) => Object.assign(file.relay, { periodSeconds: 0, recipient: 'age1x' })),
    ).toHaveLength(2);
  });

  it('[ENR21] takes no guardian without TLS, with a path, or with a name and a password', () => {
    for (const guardian of ['http://guardian.example', 'https://a.example/x', 'https://u:p@a.example', 'x']) {
      expect(faultsOf((file) => Object.assign(file, { guardian }))).toEqual(['ENR21 guardian']);
    }
    expect(faultsOf((file) => Object.assign(file, { guardian: 'http://127.0.0.1:4880' }))).toEqual([]);
  });

  it('[ENR22] takes no rules without a quorum and no policy without a log', () => {
    const without = formatPolicy({ ...POLICY, groups: [], quorum: null });
    expect(faultsOf((file) => Object.assign(file.policies, { rules: without }))).toEqual([
      'ENR22 policies.rules',
    ]);
    expect(faultsOf((file) => Object.assign(file.policies, { uses: 'quorum none\n' }))).toEqual([
      'ENR22 policies.uses',
    ]);
    expect(faultsOf((file) => Object.assign(file.policies, { rules: 'nonsense' }))[0]).toMatch(/^LOG/);
  });

  it('[ENR23] takes no party twice, no key of another kind and none that two parties share', () => {
    const [employer, representative] = SOUND.parties;
    if (!employer || !representative) throw new Error('no parties');
    expect(faultsOf((file) => file.parties.splice(1, 1, { ...representative, role: 'employer' }))).toContain(
      'ENR23 parties[1]',
    );
    expect(faultsOf((file) => Object.assign(file.parties[1] ?? {}, { ed25519: employer.ed25519 }))).toEqual([
      'ENR23 parties[1]',
    ]);
    expect(faultsOf((file) => Object.assign(file.parties[0] ?? {}, { mlDsa44: employer.ed25519 }))).toContain(
      'ENR23 parties[0].mlDsa44',
    );
  });

  it('[ENR24] has one fingerprint for everyone who was given the same', async () => {
    const turned = Object.fromEntries(Object.entries(SOUND).toReversed()) as EnrolmentFile;
    const print = await fingerprint(enrolmentBytes(SOUND), crypto.subtle);
    expect(print).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    expect(await fingerprint(enrolmentBytes(turned), crypto.subtle)).toBe(print);
  });
});
