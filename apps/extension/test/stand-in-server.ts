import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import type { About, InstalledAgreement, Session, TaskCardsAnswer } from '@aboveboard/protocol/installation';
import { missingRanges, type UploadAnnouncement, type UploadStatus } from '@aboveboard/protocol/upload';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { CARD } from './contributor.ts';

export const CODE = 'TEST-CODE-0001';
/** Of the guardian's halves, in a demonstration that keeps them itself. */
export const GUARDIAN_IDENTITY = await generateHybridIdentity();
const GUARDIAN_RECIPIENT = await recipientOf(GUARDIAN_IDENTITY);
const TOKEN = 'token-of-a-session';

/**
 * The installation's side of the recorder's calls, as `installation.ts` and `upload.ts` of the protocol say it,
 * with what a network does: it can cut a connection in the middle of an upload.
 */
export class StandInServer {
  readonly requests: string[] = [];
  readonly cookies: string[] = [];
  readonly parts = new Map<number, Buffer>();
  announcement: UploadAnnouncement | null = null;
  complete = false;
  /** This many parts are taken, then connections are cut. */
  cutAfter = Number.POSITIVE_INFINITY;
  /** Whom the vault's halves go to by its word. */
  uploadRecipient: string;
  /** Of the vault that was there before: what is sealed to it is refused when it is whole (UPL60). */
  gone: string | null = null;
  readonly #server: Server;
  readonly #about: About;
  readonly #agreement: InstalledAgreement;
  readonly #attachments: Map<string, Uint8Array>;

  private constructor(about: About, agreement: InstalledAgreement, attachments: Map<string, Uint8Array>) {
    this.#about = about;
    this.uploadRecipient = about.uploadRecipient;
    this.#agreement = agreement;
    this.#attachments = attachments;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(options: {
    origins: readonly string[];
    coolingMinutes: number;
    recipient: string;
    change?: (agreement: Agreement) => void;
  }): Promise<StandInServer> {
    const { origins, coolingMinutes, recipient, change } = options;
    const { agreement: made, attachments: files } = await demonstrationAgreement({
      origins,
      now: Date.now(),
      subtle: crypto.subtle,
      coolingMinutes,
    });
    change?.(made);
    const given = { agreement: made, attachments: files, document: canonicalBytes(made) };
    const digest = createHash('sha256').update(given.document).digest('hex');
    const { id, version, attachments } = given.agreement;
    const byDigest = new Map(
      attachments.map((one) => [one.digest, given.attachments.get(one.name) ?? new Uint8Array()] as const),
    );
    const limits = {
      partsPerRecording: 1000,
      bytesPerPart: 1 << 24,
      bytesPerRecording: 1 << 28,
      envelopeBytes: 1 << 16,
      openUploadsPerContributor: 4,
      requestsPerSecond: 50,
      uploadDays: 7,
    };
    const server = new StandInServer(
      {
        installation: 'demonstration',
        software: { name: 'stand-in', version: '0.0.0' },
        protocol: 1,
        agreement: { id, version, digest },
        uploadRecipient: recipient,
        guardianRecipient: GUARDIAN_RECIPIENT,
        limits,
      },
      {
        document: new TextDecoder().decode(given.document),
        digest,
        attachments: attachments.map(({ name, type, bytes, digest: of }) => ({
          name,
          type,
          bytes,
          digest: of,
        })),
      },
      new Map(byDigest),
    );
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.requests.push(`${request.method} ${path}`);
    if (request.headers.cookie) this.cookies.push(request.headers.cookie);
    const body = await bodyOf(request);
    const say = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const refuse = (status: number, message: string) => say({ error: { code: 'refused', message } }, status);
    if (path === '/api/about') return say({ ...this.#about, uploadRecipient: this.uploadRecipient });
    if (path === '/api/session') {
      if ((JSON.parse(body.toString()) as { code: string }).code !== CODE)
        return refuse(401, 'No such code.');
      return say({ role: 'contributor', handle: 'h', expires: 2e9, token: TOKEN } satisfies Session);
    }
    if (path === '/api/agreement') return say(this.#agreement);
    if (path === '/api/task-cards') return say({ cards: [CARD], askedFor: [] } satisfies TaskCardsAnswer);
    const attachment = /^\/api\/agreement\/attachments\/(\w+)$/.exec(path)?.[1];
    if (attachment) return void response.end(this.#attachments.get(attachment) ?? '');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(401, 'No session.');
    return this.#upload(path, body, say, () => response.destroy());
  }

  #upload(path: string, body: Buffer, say: (value: unknown, status?: number) => void, cut: () => void): void {
    if (path === '/api/uploads') {
      const announced = JSON.parse(body.toString()) as UploadAnnouncement;
      if (this.announcement?.envelopes.vault !== announced.envelopes.vault) this.parts.clear();
      this.announcement = announced;
    }
    const part = /\/parts\/(\d+)$/.exec(path)?.[1];
    if (part !== undefined) {
      if (this.parts.size >= this.cutAfter) {
        cut();
        return;
      }
      this.parts.set(Number(part), body);
      say({ index: Number(part), sha256: createHash('sha256').update(body).digest('hex') });
      return;
    }
    const total = this.announcement?.parts.length ?? 0;
    const missing = missingRanges(total, (index) => this.parts.has(index));
    if (path.endsWith('/completion') && missing.length === 0 && this.gone === this.uploadRecipient) {
      const fault = { rule: 'UPL60', at: 'envelopes.vault', message: 'not in use any more' };
      say({ error: { code: 'refused', message: 'It was refused.', faults: [fault] } }, 422);
      return;
    }
    if (path.endsWith('/completion')) this.complete = missing.length === 0;
    say({
      upload: 'ab'.repeat(16),
      state: this.complete ? 'complete' : 'open',
      missing,
    } satisfies UploadStatus);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
