import { fillerOf } from '@aboveboard/consent/own-voice';
import { VOICE_BYTES, voiceText } from '@aboveboard/protocol/voice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runGuardian } from './running-guardian.ts';

const STEP = 300;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe('what a watcher of the wire sees of acts', () => {
  let house: Awaited<ReturnType<typeof runGuardian>>;
  beforeAll(async () => {
    house = await runGuardian({ limits: { voiceAnswerMilliseconds: STEP } });
  });
  afterAll(() => house.end());

  async function post(path: string, body: unknown) {
    const began = performance.now();
    const response = await fetch(`${house.guardian.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: voiceText(path, body),
    });
    const text = await response.text();
    return { status: response.status, bytes: text.length, took: performance.now() - began };
  }

  test('[GRD25] [GRD26] filler is refused in the form of any other refusal, and no sooner than what takes work', async () => {
    const filler = await post('/voice/spent', fillerOf(random));
    const ask = await post('/voice/asks', {
      issue: '0'.repeat(64),
      ticket: 'A'.repeat(43),
      blinded: 'A'.repeat(342),
    });
    expect([filler.status, ask.status]).toEqual([404, 404]);
    expect(filler.bytes).toBe(ask.bytes);
    // Timers may fire a little early; that they did not wait at all is what this looks for.
    expect(Math.min(filler.took, ask.took)).toBeGreaterThan(STEP - 50);
  });

  test('[GRD25] path and body together are of one size, whatever is said', () => {
    const paths = ['/voice/spent', '/voice/asks', '/voice/enrolment'];
    for (const path of paths) expect(path.length + voiceText(path, { a: 1 }).length).toBe(VOICE_BYTES);
    expect(() => voiceText('/voice/spent', 'x'.repeat(VOICE_BYTES))).toThrow(RangeError);
    expect(JSON.stringify(fillerOf(random)).length).toBeLessThan(VOICE_BYTES - 20);
  });
});
