import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { isAgreedIssue } from '@aboveboard/capture/line/agreed-issue';
import { VoiceLine } from '@aboveboard/capture/line/voice-line';
import { NO_VOICE, type VoiceState, type VoiceStorage } from '@aboveboard/capture/line/voice-state';
import { nextBeat } from '@aboveboard/capture/rhythm';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { issuerDigest } from '@aboveboard/consent/own-voice';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { VoiceDesk } from '@aboveboard/extension/voice/voice-desk';
import { DEFAULT_GUARDIAN_LIMITS } from '@aboveboard/guardian/limits';
import { openGuardianStore } from '@aboveboard/guardian/store';
import { openVoice } from '@aboveboard/guardian/voice/voice';
import { voiceRoutes } from '@aboveboard/guardian/voice/voice-routes';
import type { VoiceIssue } from '@aboveboard/protocol/voice';
import { areaUnderCurve } from './invisibility-judge.ts';

/**
 * Many recorders at one guardian, some of whose people ask for tokens and object (RLY40-RLY43). The devices and
 * the guardian are the real ones; time is counted, not waited for. What somebody who watches their cables sees
 * is kept: when something went or came, and how large it was.
 */
export type Voiced = { objects: boolean; seen: Seen[]; receipt: string | null };
type Seen = { at: number; what: 'hears' | 'speaks'; sent: number; came: number };

/** Seeded holes: a device that is silent with nothing to say; one that does not pad. */
export type VoiceHoles = { silent?: boolean; unpadded?: boolean };

const PERIOD_SECONDS = 60;
const START = 1_800_000_000;
const draw = () => randomBytes(4).readUInt32BE() / 2 ** 32;
const random = (length: number) => new Uint8Array(randomBytes(length));

export async function runVoiced(given: {
  folder: string;
  agreement: Agreement;
  count: number;
  speakers: ReadonlySet<number>;
  periods: number;
  holes?: VoiceHoles;
}): Promise<Voiced[]> {
  const { folder, agreement, count, speakers, periods, holes = {} } = given;
  const clock = { now: START * 1000 };
  const store = openGuardianStore(folder);
  const limits = { ...DEFAULT_GUARDIAN_LIMITS, voiceAnswerMilliseconds: 1 };
  const seconds = () => Math.floor(clock.now / 1000);
  const voice = await openVoice(store, { now: seconds, random, limits });
  const app = voiceRoutes({ voice, words: () => null, limits });
  const codes = await voice.inTurn(() => voice.enrolment.deal(count));
  const digest = await voice.inTurn(() =>
    voice.desk.openForAgreement(
      canonicalBytes(agreement),
      seconds() + 3 * PERIOD_SECONDS,
      4 * PERIOD_SECONDS,
    ),
  );
  const { issues } = await voice.about(null);
  const key = await issuerDigest(issues[0] as VoiceIssue, crypto.subtle);
  const rules = { tokens: [{ digest, key, issued: count }] } as unknown as RulesState;

  const devices = Array.from({ length: count }, (_, index) => {
    const seen: Seen[] = [];
    const storage = memoryStorage();
    const call = async (path: string, what: Seen['what'], body?: string): Promise<unknown> => {
      if (holes.silent && body !== undefined && JSON.parse(body).issue !== digest) return null;
      const init = body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: holes.unpadded ? body.trimEnd() : body,
      };
      const response = await app.request(path, init || {});
      const text = await response.text();
      // The phrase of the status goes before an answer, and is counted with it (GRD25).
      const sent = path.length + (init ? init.body.length : 0);
      seen.push({
        at: clock.now,
        what,
        sent,
        came: text.length + (STATUS_CODES[response.status] ?? '').length,
      });
      return JSON.parse(text);
    };
    const line = new VoiceLine({
      storage,
      guardian: {
        get: (path) => call(path, 'hears'),
        post: (path, body) => call(path, 'speaks', body),
      },
      now: seconds,
      means: {
        random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
        subtle: crypto.subtle,
      },
      isAgreed: (issue) => isAgreedIssue(issue, rules, crypto.subtle),
    });
    const desk = new VoiceDesk(storage);
    return { objects: speakers.has(index), code: codes[index] ?? '', seen, storage, line, desk };
  });

  for (const { desk, code, objects } of devices) if (objects) await desk.giveCode(code);
  const periodMilliseconds = PERIOD_SECONDS * 1000;
  for (let period = 0; period < periods; period++) {
    const acts = devices.flatMap(({ line }) => {
      const beat = nextBeat({ now: clock.now, periodMilliseconds, last: null }, draw);
      return [
        { at: beat.collectAt, run: () => line.hear() },
        { at: beat.leaveAt, run: () => line.speak() },
      ];
    });
    for (const { at, run } of acts.sort((a, b) => a.at - b.at)) {
      clock.now = at;
      await run();
    }
    // She makes up her mind in one of the periods in which she can.
    for (const { desk, objects } of devices)
      if (objects && (draw() < 0.5 || period > 5)) await desk.say(digest, 'agreement', '');
  }
  store.close();
  return devices.map(({ objects, seen, storage }) => {
    return { objects, seen, receipt: storage.now().voices[0]?.nullifier ?? null };
  });
}

function memoryStorage(): VoiceStorage & { now(): VoiceState } {
  let state = structuredClone(NO_VOICE);
  return {
    now: () => state,
    get: async () => state,
    change: async (change) => {
      state = structuredClone(change(state));
      return state;
    },
  };
}

/** How well each thing that is seen on a cable parts those who object from those who don't; 0.5 is chance. */
export function judgeVoices(devices: readonly Voiced[]): Record<string, number> {
  const periodMilliseconds = PERIOD_SECONDS * 1000;
  const within = (at: number) => (at % periodMilliseconds) / periodMilliseconds;
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const of = (device: Voiced, what: Seen['what']) => device.seen.filter((one) => one.what === what);
  const scores: Record<string, (device: Voiced) => number> = {
    'how often it speaks': (device) => of(device, 'speaks').length,
    'how much it says': (device) => sum(of(device, 'speaks').map(({ sent }) => sent)),
    'how much it is answered': (device) => sum(of(device, 'speaks').map(({ came }) => came)),
    'when it speaks': (device) => mean(of(device, 'speaks').map(({ at }) => within(at))),
    'how often it hears': (device) => of(device, 'hears').length,
    'how much it hears': (device) => sum(of(device, 'hears').map(({ came }) => came)),
    'when it hears': (device) => mean(of(device, 'hears').map(({ at }) => within(at))),
  };
  const objects = devices.map((device) => device.objects);
  return Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [name, areaUnderCurve(devices.map(score), objects)]),
  );
}
