import { createHash } from 'node:crypto';
import { verifyClaim } from '@aboveboard/consent/enrolment-claim';
import { dealCodes, eraserOf, type Redemptions, readCode, redeem } from '@aboveboard/consent/enrolment-codes';
import { base64url, base64urlBytes } from '@aboveboard/consent/own-voice';
import {
  importIssuerKey,
  issuerKeyBytes,
  makeIssuerKey,
  signBlinded,
  type TokenScope,
} from '@aboveboard/consent/voice-token';
import type { EnrolmentRequest, Session } from '@aboveboard/protocol/installation';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  beginEnrolment,
  claimOf,
  type EnrolmentParts,
  EnrolmentStopped,
  enrol,
  GuardianRefused,
  renewalOf,
} from '../../src/line/enrolling.ts';
import type { SealedEnrolment } from '../../src/line/sealed-enrolment.ts';

const { subtle } = crypto;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const MEANS = { random, subtle };
const LIST = '5e'.repeat(32);
const SCOPE: TokenScope = { kind: 'enrolment', digest: LIST };

class Killed extends Error {}
/** Ends the recorder at one of its effects, before or after it took place. */
type Kill = (effect: string) => void;

/** Guardian and server with the real checks, and the device's store, which outlives a recorder that is ended. */
class House {
  readonly codes: readonly string[];
  readonly #issuer: CryptoKeyPair;
  readonly issue: { issued: number; list: string; key: string };
  readonly #spki: Uint8Array;
  #redemptions: Redemptions;
  readonly contributors = new Map<string, { session: string; eraser: string }>();
  /** What the guardian was shown, and what the server was shown. */
  readonly shown = { guardian: [] as unknown[], server: [] as EnrolmentRequest[] };
  kept: SealedEnrolment | null = null;
  guardianUp = true;
  key: Uint8Array;

  private constructor(
    codes: readonly string[],
    enrolments: readonly string[],
    issuer: CryptoKeyPair,
    spki: Uint8Array,
  ) {
    this.codes = codes;
    this.#issuer = issuer;
    this.#spki = spki;
    this.key = spki;
    this.#redemptions = { list: new Set(enrolments), used: new Map() };
    this.issue = { issued: codes.length, list: LIST, key: createHash('sha256').update(spki).digest('hex') };
  }

  static async build(issuer: CryptoKeyPair): Promise<House> {
    const { codes, enrolments } = await dealCodes(3, random, subtle);
    return new House(codes, enrolments, issuer, await issuerKeyBytes(issuer.publicKey, subtle));
  }

  get used(): number {
    return this.#redemptions.used.size;
  }

  store(kill: Kill = () => undefined) {
    return {
      get: async () => structuredClone(this.kept),
      put: async (value: SealedEnrolment) => {
        kill('before put');
        this.kept = structuredClone(value);
        kill('after put');
      },
      remove: async () => {
        this.kept = null;
      },
    };
  }

  parts(kill: Kill = () => undefined): EnrolmentParts {
    return {
      kept: this.store(kill),
      issue: this.issue,
      means: MEANS,
      guardian: {
        about: async () => {
          kill('before about');
          if (!this.guardianUp) throw new GuardianRefused('unreachable');
          return { enrolment: { digest: LIST, key: base64url(this.key) } };
        },
        redeem: async (ask) => {
          kill('before redeem');
          if (!this.guardianUp) throw new GuardianRefused('unreachable');
          this.shown.guardian.push(ask);
          const blinded = base64urlBytes(ask.blinded);
          const named = createHash('sha256').update(blinded).digest('hex');
          const after = await redeem(this.#redemptions, base64urlBytes(ask.secret), named, subtle);
          if (typeof after === 'string') throw new GuardianRefused(after);
          this.#redemptions = after;
          kill('after redeem');
          return { signature: base64url(await signBlinded(blinded, this.#issuer.privateKey)) };
        },
      },
      enrol: async (request) => {
        kill('before enrol');
        this.shown.server.push(request);
        const verified = await verifyClaim(
          {
            token: {
              key: base64urlBytes(request.token.key),
              signature: base64urlBytes(request.token.signature),
            },
            session: base64urlBytes(request.session),
            eraser: request.eraser,
            proof: base64urlBytes(request.proof),
          },
          SCOPE,
          await importIssuerKey(this.#spki, subtle),
          subtle,
        );
        if (!verified.ok) throw new Error(verified.refusal);
        const { session, eraser } = request;
        const known = this.contributors.get(verified.nullifier) ?? { session, eraser };
        expect(known).toEqual({ session, eraser });
        this.contributors.set(verified.nullifier, known);
        kill('after enrol');
        return { role: 'contributor', handle: 'h', expires: 2e9, token: session } satisfies Session;
      },
    };
  }
}

// Blind signatures of the real size; the matrix makes dozens.
describe('from a code on paper to a contributor', { timeout: 60_000 }, () => {
  let issuer: CryptoKeyPair;
  let house: House;
  beforeAll(async () => {
    issuer = await makeIssuerKey();
  });
  const fresh = async () => {
    house = await House.build(issuer);
    return house.codes[0] as string;
  };

  it('[ENR31] the server’s claim has nothing of what the guardian was shown', async () => {
    const code = await fresh();
    expect(await beginEnrolment(house.store(), code.toLowerCase().replaceAll('-', ' '), MEANS)).toBe(true);
    const session = await enrol(house.parts());
    expect(session.token).toBe(house.kept?.session);
    const guardian = JSON.stringify(house.shown.guardian);
    for (const value of Object.values(house.shown.server[0] ?? {}))
      expect(guardian).not.toContain(typeof value === 'string' ? value : value.key);
    const secret = await readCode(house.kept?.eraseCode ?? '', subtle);
    expect(await eraserOf(secret as Uint8Array, subtle)).toBe(house.shown.server[0]?.eraser);
    expect(JSON.stringify(house.kept)).not.toContain(code);
  });

  it('[ENR40] failure matrix: ended before or after each step, it goes on and makes one contributor of one code', async () => {
    const seen = new Set<string>();
    for (let at = 0; ; at++) {
      const code = await fresh();
      let effects = 0;
      let killed = '';
      const kill: Kill = (effect) => {
        seen.add(effect);
        if (effects++ !== at) return;
        killed = effect;
        throw new Killed(effect);
      };
      try {
        await beginEnrolment(house.store(kill), code, MEANS);
        await enrol(house.parts(kill));
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
      // A recorder that starts anew: from the kept state, or, where nothing was kept, from the paper.
      if (!house.kept) await beginEnrolment(house.store(), code, MEANS);
      const session = await enrol(house.parts());
      expect([session.token, house.used, house.contributors.size], killed).toEqual([
        house.kept?.session,
        1,
        1,
      ]);
      if (killed === '') break;
    }
    expect([...seen].sort()).toEqual([
      'after enrol',
      'after put',
      'after redeem',
      'before about',
      'before enrol',
      'before put',
      'before redeem',
    ]);
  });

  it('seeded hole: what is asked before it is kept loses the code', async () => {
    const code = await fresh();
    await beginEnrolment(house.store(), code, MEANS);
    const before = structuredClone(house.kept);
    await expect(
      enrol(
        house.parts((effect) => {
          if (effect === 'after redeem') throw new Killed(effect);
        }),
      ),
    ).rejects.toThrow(Killed);
    house.kept = before;
    await expect(enrol(house.parts())).rejects.toMatchObject({ code: 'used' });
  });

  it('[ENR42] the same code given again goes on where it stood; another begins anew', async () => {
    const code = await fresh();
    await beginEnrolment(house.store(), code, MEANS);
    await enrol(house.parts());
    const first = structuredClone(house.kept);
    await beginEnrolment(house.store(), ` ${code} `, MEANS);
    expect(house.kept).toEqual(first);
    await enrol(house.parts());
    expect([house.used, house.contributors.size]).toEqual([1, 1]);
    await beginEnrolment(house.store(), house.codes[1] as string, MEANS);
    expect(house.kept?.session).not.toBe(first?.session);
    await enrol(house.parts());
    expect([house.used, house.contributors.size]).toEqual([2, 2]);
  });

  it('[ENR44] refusals: misread, not dealt, used, no answer; none of them loses the code', async () => {
    const code = await fresh();
    for (const wrong of [
      '',
      'x',
      code.slice(1),
      `${code}0`,
      code.replace(/.$/, (last) => (last === '0' ? '2' : '0')),
    ]) {
      expect(await beginEnrolment(house.store(), wrong, MEANS), wrong).toBe(false);
    }
    expect(house.kept).toBe(null);
    const { codes } = await dealCodes(1, random, subtle);
    await beginEnrolment(house.store(), codes[0] as string, MEANS);
    await expect(enrol(house.parts())).rejects.toMatchObject({ code: 'not-dealt' });
    await beginEnrolment(house.store(), code, MEANS);
    house.guardianUp = false;
    await expect(enrol(house.parts())).rejects.toMatchObject({ code: 'unreachable' });
    house.guardianUp = true;
    await enrol(house.parts());
    // Another device, with the same sheet.
    house.kept = null;
    await beginEnrolment(house.store(), code, MEANS);
    await expect(enrol(house.parts())).rejects.toMatchObject({ code: 'used' });
  });

  it('[ENR41] asks nobody before the proved rules name the issuer, and nobody under another key', async () => {
    const code = await fresh();
    await beginEnrolment(house.store(), code, MEANS);
    const why = (error: Promise<unknown>) => expect(error).rejects.toBeInstanceOf(EnrolmentStopped);
    await why(enrol({ ...house.parts(), issue: null }));
    await expect(enrol({ ...house.parts(), issue: null })).rejects.toMatchObject({ why: 'waits-for-issuer' });
    const other = await makeIssuerKey();
    house.key = await issuerKeyBytes(other.publicKey, subtle);
    await expect(enrol(house.parts())).rejects.toMatchObject({ why: 'issuer' });
    const elsewhere = { ...house.issue, list: 'ff'.repeat(32) };
    await expect(enrol({ ...house.parts(), issue: elsewhere })).rejects.toMatchObject({
      why: 'waits-for-issuer',
    });
    expect([house.shown.guardian, house.shown.server, house.used]).toEqual([[], [], 0]);
  });

  it('[ENR34] claims the same, to the byte, whenever it claims', async () => {
    const code = await fresh();
    await beginEnrolment(house.store(), code, MEANS);
    await enrol(house.parts());
    await enrol(house.parts());
    const [first, again] = house.shown.server;
    expect(again).toEqual(first);
    expect(await claimOf(house.kept as SealedEnrolment, subtle)).toEqual(first);
    const { session: token } = house.kept as SealedEnrolment;
    const due = (given: Partial<Parameters<typeof renewalOf>[1]>) =>
      renewalOf(house.kept, { token, sessionEnds: 90 * 86_400, now: 70 * 86_400, subtle, ...given });
    expect(await due({})).toEqual(first);
    for (const given of [{ now: 0 }, { token: null }, { token: 'another' }, { sessionEnds: null }])
      expect(await due(given)).toBe(null);
    await expect(claimOf({ ...(house.kept as SealedEnrolment), signature: null }, subtle)).rejects.toThrow(
      RangeError,
    );
  });
});
