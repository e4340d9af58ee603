import { expect, test } from 'vitest';
import { goneAfter, requireInUse, whoseIsGone } from '../../src/line/half-recipients.ts';
import { ServerClient, ServerFault } from '../../src/line/server-client.ts';

const TO = { vault: 'v1', guardian: 'g1' };
const said = (at: string, rule = 'UPL60') => new ServerFault(422, 'Refused.', { at, rule });

test('[UPL60] only this refusal says whose recipient is gone', async () => {
  expect(whoseIsGone(said('envelopes.vault'))).toBe('vault');
  expect(whoseIsGone(said('envelopes.guardian'))).toBe('guardian');
  for (const other of [said('envelopes.vault', 'UPL31'), said('summary.week'), new Error('UPL60'), null])
    expect(whoseIsGone(other)).toBe(null);
  const faults = [{ rule: 'UPL60', at: 'envelopes.guardian', message: 'gone' }];
  const body = new TextEncoder().encode(
    JSON.stringify({ error: { code: 'refused', message: 'No.', faults } }),
  );
  const error = await new ServerClient(async () => ({ status: 422, body }), null)
    .complete('x')
    .catch((cause) => cause);
  expect(whoseIsGone(error)).toBe('guardian');
});

test('[UPL61] what is gone is not sealed to again, and all else is', () => {
  const gone = goneAfter('guardian', { vault: 'v2', guardian: 'g1' }, goneAfter('vault', TO));
  expect(gone).toEqual({ vault: 'v1', guardian: 'g1' });
  for (const to of [TO, { ...TO, vault: 'v2' }, { ...TO, guardian: 'g2' }])
    expect(() => requireInUse(to, gone)).toThrow(ServerFault);
  expect(() => requireInUse({ vault: 'v2', guardian: 'g2' }, gone)).not.toThrow();
  expect(() => requireInUse(TO)).not.toThrow();
  // Of a release from before it is not known whom it was sealed to.
  expect(goneAfter('vault', undefined, gone)).toBe(gone);
});
