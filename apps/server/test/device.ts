import { createHash, randomBytes } from 'node:crypto';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { About, Session } from '@aboveboard/protocol/installation';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartSealer } from '@aboveboard/protocol/part';
import { summaryOf } from '@aboveboard/protocol/recording-summary';
import { type ManifestFields, RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { missingIndexes, type UploadAnnouncement, type UploadStatus } from '@aboveboard/protocol/upload';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { splitKey } from '@aboveboard/vault/key-half';
import type { RecordingKey } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';

/** A device as the server sees one: it makes recordings with made-up content and uploads them. */
export type SealedRecording = { announcement: UploadAnnouncement; parts: Uint8Array[]; manifest: Manifest };

export const random = (length: number) => new Uint8Array(randomBytes(length));

export async function makeRecording(
  about: Pick<About, 'agreement' | 'uploadRecipient' | 'guardianRecipient'>,
  options: {
    segments?: number;
    /** Each segment is a frame of so many random bytes instead of 50 moves. */
    frameBytes?: number;
    fields?: Partial<ManifestFields>;
    random?: typeof random;
    id?: string;
    /** False: as no recorder releases it. */
    padded?: boolean;
  } = {},
): Promise<SealedRecording> {
  const { segments = 3, fields = {}, random: source = random } = options;
  const id = options.id ?? Buffer.from(source(16)).toString('base64url');
  const key = freshRecordingKey(source);
  const store = new MemoryPartStore();
  const { padded = true } = options;
  const sealer = makePartSealer(key, crypto.subtle, source, { padded }) as PartSealer;
  const writer = new RecordingWriter({ id, tickMicroseconds: 1000, store, sealer, deflate: webDeflate });
  for (let segment = 0; segment < segments; segment++) {
    if (options.frameBytes) {
      const bytes = source(options.frameBytes);
      writer.frame({ t: segment, surface: 0, mime: 'image/png', width: 1, height: 1, bytes });
    }
    for (let i = 0; i < (options.frameBytes ? 0 : 50); i++) {
      writer.event({ kind: 'move', t: segment * 1000 + i * 8, x: 100 + i, y: 200 + segment });
    }
    await writer.flush();
  }
  const agreement = about.agreement;
  const manifest = await writer.finish({
    class: 'own',
    week: '2026-W47',
    task: { kind: 'free', text: 'practice' },
    outcome: { worked: true, reasons: [] },
    agreement: agreement && { id: agreement.id, version: agreement.version, digest: agreement.digest },
    receipt: createHash('sha256').update('receipt').digest('hex'),
    software: [{ name: 'test', version: '1' }],
    signals: [options.frameBytes ? 'frames' : 'pointer'],
    masks: [],
    ...fields,
  });
  const parts: Uint8Array[] = [];
  const announced: UploadAnnouncement['parts'] = [];
  for (const { index, kind } of await store.list()) {
    const sealed = (await store.get(index))?.sealed as Uint8Array;
    parts.push(sealed);
    announced.push({ kind, bytes: sealed.length, sha256: createHash('sha256').update(sealed).digest('hex') });
  }
  const envelopes = await sealedHalves(id, key, about, manifest, source);
  return {
    announcement: { recording: id, parts: announced, envelopes, summary: summaryOf(manifest) },
    parts,
    manifest,
  };
}

/** As a device makes them, in base64url. */
export async function sealedHalves(
  id: string,
  key: RecordingKey,
  about: Pick<About, 'uploadRecipient' | 'guardianRecipient'>,
  manifest: Manifest,
  source = random,
): Promise<UploadAnnouncement['envelopes']> {
  if (about.guardianRecipient === null) throw new Error('nobody is named who keeps the other half');
  const to = { vault: about.uploadRecipient, guardian: about.guardianRecipient };
  const sealed = await sealHalves(id, splitKey(key, source), to, summaryOf(manifest));
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return { vault: text(sealed.vault), guardian: text(sealed.guardian) };
}

export type Answer<T> = { status: number; body: T; headers: Headers };

/** Calls of the API, with the session of one role. */
export class Client {
  readonly url: string;
  token: string | null;

  constructor(url: string, token: string | null = null) {
    this.url = url;
    this.token = token;
  }

  static async redeem(url: string, code: string | undefined): Promise<Client> {
    const { body } = await new Client(url).call<Session>('POST', '/api/session', { code });
    return new Client(url, body.token ?? null);
  }

  async call<T = ApiErrorBody>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined
          ? {}
          : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined
        ? {}
        : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      body: (isJson ? JSON.parse(text) : text) as T,
      headers: response.headers,
    };
  }

  announce(announcement: unknown): Promise<Answer<UploadStatus>> {
    return this.call('POST', '/api/uploads', announcement);
  }

  send(upload: string, index: number, sealed: Uint8Array): Promise<Answer<unknown>> {
    return this.call('PUT', `/api/uploads/${upload}/parts/${index}`, sealed);
  }

  complete(upload: string): Promise<Answer<UploadStatus>> {
    return this.call('POST', `/api/uploads/${upload}/completion`);
  }

  /** The whole upload of one recording; the answer of the first call that failed, or of the completion. */
  async upload({ announcement, parts }: SealedRecording): Promise<Answer<UploadStatus>> {
    const announced = await this.announce(announcement);
    if (announced.status !== 200) return announced;
    for (const index of missingIndexes(announced.body)) {
      const sent = await this.send(announced.body.upload, index, parts[index] as Uint8Array);
      if (sent.status !== 200) return sent as Answer<UploadStatus>;
    }
    return this.complete(announced.body.upload);
  }
}
