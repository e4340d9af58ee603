import { STATUS_CODES } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type EnrolmentAnswer,
  type SpentReceipt,
  VOICE_REFUSALS,
  type VoiceAnswer,
  type VoiceCount,
  type VoiceRefusalCode,
} from '@aboveboard/protocol/voice';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { GuardianLimits } from '../limits.ts';
import { parseEnrolmentAsk, parseSpoken, parseVoiceAsk } from './spoken-body.ts';
import type { Voice } from './voice.ts';
import { VoiceRefused } from './voice-refused.ts';

const FRESH = { 'cache-control': 'no-store' };

/** For every recorder and page, taking part or not (GRD20-GRD29). No cookie, no session; nothing is logged. */
export function voiceRoutes(parts: {
  voice: Voice;
  words: () => string | null;
  limits: Pick<GuardianLimits, 'voiceBytes' | 'voiceAnswerMilliseconds'>;
}) {
  const { voice, words, limits } = parts;
  const limit = bodyLimit({
    maxSize: limits.voiceBytes,
    onError: (context) => refusal(context, 'malformed'),
  });
  const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return new Hono()
    .onError((error, context) => {
      if (error instanceof VoiceRefused) return refusal(context, error.code);
      // A fault of ours: what was shown is not in it.
      return refusal(context, 'unavailable');
    })
    .use('/voice/:act', alike(limits.voiceAnswerMilliseconds))
    .get('/voice', async (context) => context.json(await voice.about(words()), 200, FRESH))
    .get('/voice/documents/:digest{[0-9a-f]{64}}', (context) => {
      const issue = voice.desk.issues.get(context.req.param('digest'));
      if (!issue) throw new VoiceRefused('unknown-issue');
      return new Response(issue.document as Uint8Array<ArrayBuffer>, {
        headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
      });
    })
    .post('/voice/enrolment', limit, async (context) => {
      const { secret, blinded } = parseEnrolmentAsk(await body(context));
      const signature = await voice.inTurn(() => voice.enrolment.redeem(secret, blinded));
      return context.json({ signature: base64url(signature) } satisfies EnrolmentAnswer, 200, FRESH);
    })
    .post('/voice/asks', limit, async (context) => {
      const given = parseVoiceAsk(await body(context));
      const signature = await voice.inTurn(() => voice.desk.ask(given));
      const asksUntil = voice.desk.issues.get(given.issue)?.asksUntil ?? 0;
      return context.json(
        { asksUntil, signature: signature && base64url(signature) } satisfies VoiceAnswer,
        200,
        FRESH,
      );
    })
    .post('/voice/spent', limit, async (context) => {
      const spoken = parseSpoken(await body(context));
      const nullifier = await voice.inTurn(() => voice.spend(spoken));
      return context.json({ nullifier } satisfies SpentReceipt, 200, FRESH);
    })
    .get('/voice/counts/:digest{[0-9a-f]{64}}', async (context) => {
      const latest = await voice.inTurn(() => voice.counting.latest(context.req.param('digest')));
      if (!latest) throw new VoiceRefused('unknown-issue');
      const list: unknown = JSON.parse(new TextDecoder().decode(latest.list));
      return context.json(
        { at: latest.at, list, statement: latest.statement } satisfies VoiceCount,
        200,
        FRESH,
      );
    });
}

/**
 * An answer to an act weighs the same on the wire whatever it says, refusals too (GRD25), and it does not come
 * sooner where there was less to do (GRD26).
 */
const alike =
  (step: number): MiddlewareHandler =>
  async (context, next) => {
    const came = performance.now();
    await next();
    if (context.req.method !== 'POST') return;
    await wait(step - ((performance.now() - came) % step));
    const { status, headers } = context.res;
    const phrase = STATUS_CODES[status] ?? '';
    const text = (await context.res.text()).padEnd(ANSWER_BYTES - phrase.length);
    context.res = new Response(text, { status, headers });
  };
/** With the phrase of the status, which stands before it. */
const ANSWER_BYTES = 1024;

/** Only what says that it is JSON: a page of another origin can't say so without being asked first. */
async function body(context: Context): Promise<unknown> {
  if (!/^application\/json\b/.test(context.req.header('content-type') ?? ''))
    throw new VoiceRefused('malformed');
  return context.req.json().catch(() => {
    throw new VoiceRefused('malformed');
  });
}

function refusal(context: Context, code: VoiceRefusalCode): Response {
  const status = VOICE_REFUSALS[code] as ContentfulStatusCode;
  return context.json({ error: { code, message: MESSAGES[code] } }, status, FRESH);
}

const MESSAGES: Readonly<Record<VoiceRefusalCode, string>> = {
  malformed: 'This is not what is asked for here. Nothing was changed.',
  'not-dealt': 'This code or token was not dealt here.',
  'unknown-issue': 'There is nothing of this name here, or nothing yet.',
  used: 'This code was used before, with another ask.',
  'asked-before': 'This code has asked before, with another ask: perhaps on another device.',
  spent: 'This token was spent before, for something else.',
  voted: 'This ballot was cast before, for something else.',
  closed: 'The time for this is over.',
  'not-open': 'It is not open yet.',
  'another-scope': 'This token is for something else.',
  'not-signed': 'This was changed on its way. Nothing was taken.',
  'not-in-the-agreement': 'The agreement has nothing of this kind to object to.',
  'not-a-ballot': 'This is no ballot of this election.',
  'more-than-issued': 'More was said than tokens were dealt. Nothing more is taken.',
  unavailable: 'It can not be done at the moment. Nothing was taken; try again.',
};
