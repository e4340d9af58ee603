import { describe, expect, it } from 'vitest';
import type { DenyCode, Gate, GateContext } from '../src/gate.ts';
import type { GateState } from '../src/local-gate.ts';

/** A gate over a state that the test may change, and a context that this state allows. */
export type GatePlace = { gate: Gate; state: GateState; allowed: GateContext };

/** What every gate must do, however it learns of the agreement (spec/gate.md). */
export function gateContract(name: string, make: () => Promise<GatePlace>): void {
  describe(`gate: ${name}`, () => {
    const denies = (gate: Gate, context: GateContext, deny: DenyCode) => {
      const decision = gate.decide(context);
      expect(decision).toMatchObject({ allow: false, deny });
      if (!decision.allow) expect(decision.reason).toMatch(/^[A-Z].*\.$/s);
    };
    const page = (
      context: GateContext,
      target: Partial<Extract<GateContext['target'], { kind: 'browser' }>>,
    ) => ({ ...context, target: { ...context.target, ...target } }) as GateContext;

    it('[GATE1] allows what is agreed, names the rule, and says until when', async () => {
      const { gate, allowed } = await make();
      const decision = gate.decide(allowed);
      expect(decision).toMatchObject({ allow: true });
      if (!decision.allow) return;
      expect(decision.rule).toMatch(/agreement \S+ version \d+/);
      expect(decision.until).toBeGreaterThan(allowed.now);
    });

    it('[GATE7] denies everything while it is off', async () => {
      const { gate, state, allowed } = await make();
      state.on = false;
      denies(gate, allowed, 'off');
      denies(gate, page(allowed, { private: true }), 'off');
    });

    it('[GATE5] denies private windows, and what does not say that it is none', async () => {
      const { gate, allowed } = await make();
      denies(gate, page(allowed, { private: true }), 'private-window');
      denies(gate, page(allowed, { private: undefined as unknown as boolean }), 'private-window');
    });

    it('[GATE3] denies an origin that is not on the list, however near it is', async () => {
      const { gate, allowed } = await make();
      if (allowed.target.kind !== 'browser') return;
      const { top } = allowed.target;
      const near = [
        `${top}.evil.example`,
        top.replace('://', '://x.'),
        `${top}:1`,
        top.replace(/^https:/, 'http:').replace(/^http:\/\/127/, 'https://127'),
        top.toUpperCase().replace(/^HTTPS?/, (scheme) => scheme.toLowerCase()),
        'https://unlisted.example',
      ];
      for (const other of near.filter((one) => one !== top)) {
        const decision = gate.decide(page(allowed, { top: other, frame: other }));
        expect(decision.allow, other).toBe(false);
      }
    });

    it('[GATE4] denies a frame that is not listed itself, and a listed frame in a tab that is not', async () => {
      const { gate, allowed } = await make();
      denies(gate, page(allowed, { frame: 'https://unlisted.example' }), 'not-on-list');
      denies(gate, page(allowed, { top: 'https://unlisted.example' }), 'not-on-list');
      denies(gate, page(allowed, { frame: 'null' }), 'not-on-list');
      denies(gate, page(allowed, { top: 'null', frame: 'null' }), 'not-on-list');
    });

    it('[GATE6] denies what is never recorded', async () => {
      const { gate, allowed } = await make();
      const never = [
        'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
        'chrome://settings',
        'devtools://devtools',
        'about:blank',
        'file://',
        'moz-extension://0f0f',
        'not an origin',
        'https://vault.bitwarden.com',
        'https://my.1password.com',
        'https://my.1password.com.',
        'https://bitwarden.com:8443',
        'https://chromewebstore.google.com',
      ];
      for (const origin of never) {
        denies(gate, page(allowed, { top: origin, frame: origin }), 'never-recorded');
        denies(gate, page(allowed, { frame: origin }), 'never-recorded');
      }
      denies(gate, page(allowed, { window: 'devtools' }), 'never-recorded');
      denies(gate, page(allowed, { window: 'other' }), 'never-recorded');
    });

    it('[GATE9] denies when the rules could not be verified for too long, or were verified in the future', async () => {
      const { gate, state, allowed } = await make();
      state.verifiedAt = null;
      denies(gate, allowed, 'agreement-stale');
      state.verifiedAt = allowed.now - 169 * 3_600_000;
      denies(gate, allowed, 'agreement-stale');
      state.verifiedAt = allowed.now + 365 * 86_400_000;
      denies(gate, allowed, 'clock-wrong');
    });

    it('[GATE8] denies without an agreement, with a faulty one, and with one of the other class', async () => {
      const { gate, state, allowed } = await make();
      const standing = state.agreement;
      state.agreement = null;
      denies(gate, allowed, 'no-agreement');
      state.agreement = {
        ok: false,
        faults: [{ rule: 'AGR41', at: 'attachments[0]', message: 'is missing' }],
      };
      denies(gate, allowed, 'agreement-invalid');
      state.agreement = standing;
      state.installation = state.installation === 'production' ? 'demonstration' : 'production';
      denies(gate, allowed, 'agreement-invalid');
    });

    it('[GATE8] denies before the agreement begins and from its last moment on', async () => {
      const { gate, state, allowed } = await make();
      if (!state.agreement?.ok) throw new Error('the place has no agreement');
      const from = Date.parse(state.agreement.agreement.validity.from);
      const until = Date.parse(state.agreement.agreement.validity.until);
      for (const [now, deny] of [
        [from - 1, 'agreement-not-yet-valid'],
        [until, 'agreement-expired'],
      ] as const) {
        state.verifiedAt = now;
        denies(gate, { ...allowed, now }, deny);
      }
    });

    it('[GATE10] denies without consent, after it was withdrawn or lapsed, and for another agreement', async () => {
      const { gate, state, allowed } = await make();
      const given = state.consent;
      if (given === null) throw new Error('the place has no consent');
      state.consent = null;
      denies(gate, allowed, 'no-consent');
      state.consent = { ...given, withdrawnAt: allowed.now };
      denies(gate, allowed, 'no-consent');
      state.consent = { ...given, givenAt: given.givenAt - 1, lapsesAt: allowed.now };
      denies(gate, allowed, 'consent-lapsed');
      state.consent = { ...given, agreement: { ...given.agreement, digest: '0'.repeat(64) } };
      denies(gate, allowed, 'consent-older-than-agreement');
      state.consent = { ...given, agreement: { ...given.agreement, id: 'another' } };
      denies(gate, allowed, 'no-consent');
      state.consent = { ...given, apps: [] };
      denies(gate, allowed, 'no-consent');
      state.consent = { ...given, apps: given.apps.map((app) => ({ ...app, signals: ['states' as const] })) };
      denies(gate, { ...allowed, signal: 'pointer' }, 'no-consent');
      state.consent = { ...given, lapsesAt: given.givenAt + 366 * 86_400_000 + 86_400_000 };
      denies(gate, allowed, 'check-failed');
      state.consent = { ...given, everything: true } as typeof given;
      denies(gate, allowed, 'check-failed');
    });

    it('[GATE3] denies a signal or a mode that is not agreed', async () => {
      const { gate, allowed } = await make();
      denies(gate, { ...allowed, signal: 'photographs' }, 'signal-not-agreed');
      denies(gate, { ...allowed, mode: 'ambient' }, 'mode-not-agreed');
    });

    it('[GATE11] denies when the time agreed on is used up, and says so in time', async () => {
      const { gate, state, allowed } = await make();
      if (!state.agreement?.ok) throw new Error('the place has no agreement');
      const { sessionMinutes, dayMinutes } = state.agreement.agreement.limits;
      state.usage = { session: sessionMinutes * 60_000 - 1000, today: 0 };
      expect(gate.decide(allowed)).toMatchObject({ allow: true, until: allowed.now + 1000 });
      state.usage = { session: sessionMinutes * 60_000, today: 0 };
      denies(gate, allowed, 'limit-reached');
      state.usage = { session: 0, today: dayMinutes * 60_000 };
      denies(gate, allowed, 'limit-reached');
      state.usage = { session: Number.NaN, today: 0 };
      denies(gate, allowed, 'check-failed');
      state.usage = { session: -1, today: 0 };
      denies(gate, allowed, 'check-failed');
    });

    it('[GATE2] denies a malformed question and never throws', async () => {
      const { gate, allowed } = await make();
      const malformed: unknown[] = [
        undefined,
        null,
        {},
        { ...allowed, now: Number.NaN },
        { ...allowed, now: '1' },
        { ...allowed, now: -1 },
        { ...allowed, signal: 'everything' },
        { ...allowed, mode: 'always' },
        { ...allowed, target: undefined },
        { ...allowed, target: { ...allowed.target, kind: 'phone' } },
      ];
      for (const context of malformed) denies(gate, context as GateContext, 'check-failed');
    });

    it('[GATE2] seeded holes: a state with any part missing or broken denies', async () => {
      const { gate, state, allowed } = await make();
      for (const part of Object.keys(state) as (keyof GateState)[]) {
        const whole = state[part];
        for (const broken of [undefined, Number.NaN, 'broken', {}, []]) {
          (state as Record<string, unknown>)[part] = broken;
          expect(gate.decide(allowed).allow, `${part}: ${JSON.stringify(broken)}`).toBe(false);
        }
        Object.defineProperty(state, part, {
          configurable: true,
          get: () => {
            throw new Error('seeded');
          },
        });
        denies(gate, allowed, 'check-failed');
        Object.defineProperty(state, part, {
          configurable: true,
          writable: true,
          enumerable: true,
          value: whole,
        });
      }
      expect(gate.decide(allowed).allow).toBe(true);
    });
  });
}
