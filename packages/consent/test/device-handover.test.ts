import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceHandover, HANDOVER_BYTES, openHandover, sealHandover } from '../src/device-handover.ts';
import { codeSecret, dealCodes, makeDeviceCode, readCode, readDeviceCode } from '../src/enrolment-codes.ts';

const { subtle } = crypto;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const base64url = fc
  .uint8Array({ minLength: 1, maxLength: 270 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const hex = fc
  .uint8Array({ minLength: 16, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const handovers: fc.Arbitrary<DeviceHandover> = fc.record({
  contributor: hex,
  session: base64url,
  eraser: hex,
  claim: fc.option(
    fc.record({
      ask: fc.record({
        list: hex,
        issuer: base64url,
        seed: base64url,
        blinded: base64url,
        inverse: base64url,
      }),
      signature: base64url,
    }),
  ),
});

describe('what one device gives the next', () => {
  it('[ENR61, ENR62] comes out as it went in, for its code and no other, and has one length', async () => {
    await fc.assert(
      fc.asyncProperty(handovers, fc.nat(HANDOVER_BYTES - 1), async (given, at) => {
        const { secret } = await makeDeviceCode(random, subtle);
        const sealed = await sealHandover(given, secret, random, subtle);
        expect(sealed.length).toBe(HANDOVER_BYTES);
        expect(await openHandover(sealed, secret, subtle)).toEqual(given);
        expect(await openHandover(sealed, random(15), subtle)).toBeNull();
        const changed = sealed.slice();
        changed[at] = (changed[at] as number) ^ 1;
        expect(await openHandover(changed, secret, subtle)).toBeNull();
        expect(await openHandover(sealed.subarray(1), secret, subtle)).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it('[ENR60] its code is never taken for one that was dealt, nor the other way round', async () => {
    const { code, secret } = await makeDeviceCode(random, subtle);
    expect(await readDeviceCode(code, subtle)).toEqual(secret);
    expect(await readDeviceCode(code.toLowerCase().replaceAll('-', ' '), subtle)).toEqual(secret);
    expect(await readCode(code, subtle)).toBeNull();
    const { codes } = await dealCodes(1, random, subtle);
    expect(await readDeviceCode(codes[0] as string, subtle)).toBeNull();
  });

  it('[ENR62] what the server is shown of the code says nothing of what seals', async () => {
    const { secret } = await makeDeviceCode(random, subtle);
    const shown = await codeSecret(secret, 'device', subtle);
    const sealed = await sealHandover(
      { contributor: '00'.repeat(16), session: 'c2Vzc2lvbg', eraser: '11'.repeat(32), claim: null },
      secret,
      random,
      subtle,
    );
    expect(await openHandover(sealed, shown, subtle)).toBeNull();
    expect(Buffer.from(shown).equals(Buffer.from(await codeSecret(secret, 'device-key', subtle)))).toBe(
      false,
    );
  });

  it('[ENR61] more than fits is refused, and is not cut', async () => {
    const claim = null;
    const given = {
      contributor: '00'.repeat(16),
      session: 'a'.repeat(5_000),
      eraser: '11'.repeat(32),
      claim,
    };
    await expect(sealHandover(given, random(15), random, subtle)).rejects.toThrow(RangeError);
  });
});
