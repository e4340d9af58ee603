import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openGuardianHalf, openVaultHalf } from '../src/half-envelope.ts';
import { openJobHalves } from '../src/job-halves.ts';

type Opens = 'vault' | 'guardian' | 'job';
const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/vault/envelopes.json', import.meta.url), 'utf8'),
) as {
  recording: string;
  identities: Record<Opens, string>;
  access: string;
  valid: { opens: Opens; why: string; envelope: string; half: string; label?: unknown }[];
  invalid: { rule: string; opens: Opens; why: string; envelope: string }[];
};
const { recording, identities } = vectors;
const access = new Uint8Array(Buffer.from(vectors.access, 'hex'));

async function opened({ opens, envelope }: { opens: Opens; envelope: string }) {
  const bytes = new Uint8Array(Buffer.from(envelope, 'base64'));
  if (opens === 'vault') return { half: await openVaultHalf(recording, bytes, identities.vault) };
  if (opens === 'guardian') return openGuardianHalf(recording, bytes, identities.guardian);
  return { half: (await openJobHalves(access, bytes, identities.job)).get(recording) };
}

describe('vectors of envelopes of halves', () => {
  it.each(vectors.valid)('[SEAL25] [SEAL26] [SEAL30] opens $why', async (one) => {
    const { half, ...rest } = await opened(one);
    expect(Buffer.from(half ?? []).toString('hex')).toBe(one.half);
    if (one.label) expect(rest).toEqual({ label: one.label });
  });

  it.each(vectors.invalid)('[$rule] refuses $why', async (one) => {
    await expect(opened(one)).rejects.toMatchObject({ code: 'cannot-open' });
  });
});
