import { startAgent } from '@aboveboard/capture/agent';
import type { DocumentIdentity } from '@aboveboard/capture/document-identity';
import type { PageWindow } from '@aboveboard/capture/dom-access';
import { CaptureSession, FLUSH_EVERY } from '@aboveboard/capture/session';
import { CountingStore, WriterSink } from '@aboveboard/capture/writer-sink';
import type { Agreement } from '@aboveboard/consent/agreement';
import { type AgreementStanding, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import { agreementWords, noticeDigest } from '@aboveboard/consent/agreement-words';
import { type ConsentRecord, giveConsent } from '@aboveboard/consent/consent';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { makeLocalGate } from '@aboveboard/consent/local-gate';
import { en } from '@aboveboard/consent/messages/en';
import { cardLiterals } from '@aboveboard/protocol/card-literals';
import type { TaskCard, TaskDescription } from '@aboveboard/protocol/manifest';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartSealer, PartStore } from '@aboveboard/protocol/part';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { isoWeek } from '@aboveboard/protocol/week';
import { shippedLiterals } from '@aboveboard/redact/literals';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';

/**
 * Records a practice task in the page itself, with the packages that the real recorder uses: the same gate,
 * agent, masks, session, writer and seal. Everything stays in this page's memory and is gone with it.
 */
export type PracticeRecording = { id: string; store: PartStore; sealer: PartSealer };

const SIGNALS = ['pointer', 'keys', 'text', 'states'] as const;
const TICK = 1000;
const LIMITS = { milliseconds: 10 * 60_000, bytes: 64 << 20 };

/** What she agrees to when she begins: the demonstration's agreement, for this page's own origin. */
export async function practiceRules(
  origin: string,
): Promise<{ agreement: Agreement; standing: AgreementStanding }> {
  const now = Date.now();
  const given = await demonstrationAgreement({ origins: [origin], now, subtle: crypto.subtle });
  const standing = await makeLocalVerifier(crypto.subtle).verify(given);
  return { agreement: given.agreement, standing };
}

export class PracticeRecorder {
  readonly #session: CaptureSession;
  readonly #sink: WriterSink;
  readonly #recording: PracticeRecording;
  readonly #card: TaskCard;
  readonly #rules: { agreement: Agreement; digest: string };
  readonly #timer: number;

  private constructor(parts: {
    session: CaptureSession;
    sink: WriterSink;
    recording: PracticeRecording;
    card: TaskCard;
    rules: { agreement: Agreement; digest: string };
  }) {
    this.#session = parts.session;
    this.#sink = parts.sink;
    this.#recording = parts.recording;
    this.#card = parts.card;
    this.#rules = parts.rules;
    this.#timer = window.setInterval(() => void this.#session.flush(), FLUSH_EVERY);
  }

  /** Throws Error with a sentence when the gate refuses or the rules can't be checked. */
  static async start(frame: HTMLIFrameElement, card: TaskCard): Promise<PracticeRecorder> {
    const page = frame.contentWindow as PageWindow | null;
    const document = frame.contentDocument;
    if (!page || !document) throw new Error('The practice page is not there. Load this page again.');
    const origin = location.origin;
    const { agreement, standing } = await practiceRules(origin);
    if (!standing.ok)
      throw new Error('The rules of this demonstration could not be checked. Nothing is recorded.');
    const record = await consentTo(agreement, standing.digest);
    const started = Date.now();
    const gate = makeLocalGate(() => ({
      on: true,
      installation: 'demonstration',
      agreement: standing,
      consent: record,
      verifiedAt: started,
      usage: { session: Date.now() - started, today: Date.now() - started },
    }));
    const target: DocumentIdentity['target'] = {
      kind: 'browser',
      top: origin,
      frame: origin,
      private: false,
      window: 'normal',
    };
    const decision = gate.decide({ now: Date.now(), mode: 'task', signal: 'states', target });
    if (!decision.allow) throw new Error(decision.reason);

    const recording = freshRecording(new MemoryPartStore());
    const counting = new CountingStore(recording.store);
    const writer = new RecordingWriter({
      ...recording,
      tickMicroseconds: TICK,
      store: counting,
      deflate: webDeflate,
    });
    const sink = new WriterSink(writer, counting);
    const shipped = [...(await shippedBy(page))];
    const literals = cardLiterals(taskOf(card));
    const renaming = random(16).toHex();
    const session = new CaptureSession({
      sink,
      gate,
      mode: 'task',
      signals: SIGNALS,
      settings: () => ({
        literals,
        shipped: { exact: shipped },
        selectors: { open: [], closed: [] },
        renaming,
      }),
      tickMicroseconds: TICK,
      now: () => performance.timeOrigin + performance.now(),
      keep: async () => undefined,
      limits: LIMITS,
      // The agent posts by a function call: what it had is here when `stop` returns.
      lastWords: async () => undefined,
      onLimit: () => session.pause('budget'),
    });
    const identity: DocumentIdentity = { document: 'practice', tab: 1, parent: null, target };
    let generation = 0;
    const agent = startAgent({
      window: page,
      document,
      clock: () => page.performance.timeOrigin + page.performance.now(),
      post: (message) => session.receive(identity.document, generation, message),
    });
    const connected = session.connect(identity, null, (message, of) => {
      generation = of;
      agent.receive(message);
    });
    if ('refusal' in connected) throw new Error(connected.refusal.reason);
    session.front(identity.tab, target);
    return new PracticeRecorder({
      session,
      sink,
      recording,
      card,
      rules: { agreement, digest: standing.digest },
    });
  }

  get paused(): boolean {
    return this.#session.paused;
  }

  pause(): void {
    this.#session.pause('contributor');
  }

  resume(): void {
    this.#session.resume();
  }

  /** Ends the recording and closes it with its manifest. */
  async stop(): Promise<PracticeRecording> {
    clearInterval(this.#timer);
    await this.#session.end();
    const { agreement, digest } = this.#rules;
    await this.#sink.writer.finish({
      class: 'demonstration',
      week: isoWeek(Date.now()),
      task: taskOf(this.#card),
      outcome: { worked: null, reasons: [] },
      agreement: { id: agreement.id, version: agreement.version, digest },
      // A demonstration is never released, so no receipt stands behind it (REC5).
      receipt: null,
      software: [{ name: 'aboveboard-practice', version: '0.1.0' }],
      signals: [...SIGNALS],
      masks: this.#sink.masks,
    });
    return this.#recording;
  }
}

function taskOf(card: TaskCard): TaskDescription {
  const inputs = Object.fromEntries(card.inputs.map((input) => [input.name, input.value]));
  return { kind: 'card', card, inputs };
}

/** A fresh id and a key that nobody else has. */
export function freshRecording(store: PartStore): PracticeRecording {
  return {
    id: freshRecordingId(random),
    store,
    sealer: makePartSealer(freshRecordingKey(random), crypto.subtle, random),
  };
}

async function consentTo(agreement: Agreement, digest: string): Promise<ConsentRecord> {
  const notice = await noticeDigest(agreementWords(agreement, en), crypto.subtle);
  return giveConsent({
    agreement,
    digest,
    choice: {
      purposes: agreement.purposes,
      apps: agreement.apps.map((app) => ({ id: app.id, signals: app.signals, modes: app.modes })),
      notice: { language: en.language, words: en.version, digest: notice },
    },
    now: Date.now(),
    random,
  });
}

/** What the practice page ships: the strings of its own scripts. */
async function shippedBy(page: PageWindow): Promise<Set<string>> {
  const scripts = [...page.document.scripts].map((script) => script.src).filter((src) => src !== '');
  const preloads = [...page.document.querySelectorAll<HTMLLinkElement>('link[rel=modulepreload]')];
  const sources = await Promise.all(
    [...scripts, ...preloads.map((link) => link.href)].map(async (url) => (await fetch(url)).text()),
  );
  return new Set(sources.flatMap((source) => [...shippedLiterals(source, 'js')]));
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
