import { createHash } from 'node:crypto';
import type { ExportRecording } from '@aboveboard/dataset/export/export-recording';
import type { About } from '@aboveboard/protocol/installation';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartSealer } from '@aboveboard/protocol/part';
import { summaryOf } from '@aboveboard/protocol/recording-summary';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { Client, random, type SealedRecording, sealedHalves } from '../apps/server/test/device.ts';

type Recipients = Pick<About, 'agreement' | 'uploadRecipient' | 'guardianRecipient'>;

/** Made-up work as a device seals it, under a fresh id. */
export async function sealedWork(
  { manifest: given, events, states }: ExportRecording,
  about: Recipients,
): Promise<SealedRecording> {
  const id = Buffer.from(random(16)).toString('base64url');
  const key = freshRecordingKey(random);
  const store = new MemoryPartStore();
  const sealer = makePartSealer(key, crypto.subtle, random, { padded: true }) as PartSealer;
  const writer = new RecordingWriter({ id, tickMicroseconds: 1000, store, sealer, deflate: webDeflate });
  for await (const some of states()) for (const item of some) writer.state(item);
  for await (const some of events()) for (const event of some) writer.event(event);
  await writer.flush();
  const { week, task, outcome, software, signals, masks } = given;
  const manifest = await writer.finish({
    ...{ class: 'own', week, task, outcome, software, signals, masks },
    agreement: about.agreement && {
      id: about.agreement.id,
      version: about.agreement.version,
      digest: about.agreement.digest,
    },
    receipt: createHash('sha256').update(id).digest('hex'),
  });
  const parts: Uint8Array[] = [];
  for (const { index } of await store.list()) parts.push((await store.get(index))?.sealed as Uint8Array);
  const announced = (await store.list()).map(({ kind, index }) => {
    const sealed = parts[index] as Uint8Array;
    return { kind, bytes: sealed.length, sha256: createHash('sha256').update(sealed).digest('hex') };
  });
  const envelopes = await sealedHalves(id, key, about, manifest);
  const announcement = { recording: id, parts: announced, envelopes, summary: summaryOf(manifest) };
  return { announcement, parts, manifest };
}

/** Each of these is another contributor's, released to the server. Gives whose each is, by its id there. */
export async function releaseAll(
  work: readonly ExportRecording[],
  { url, codeFor }: { url: string; codeFor: () => Promise<string> },
): Promise<Map<string, Client>> {
  const whose = new Map<string, Client>();
  for (const one of work) {
    const contributor = await Client.redeem(url, await codeFor());
    const { body: about } = await contributor.call<Recipients>('GET', '/api/about');
    const sealed = await sealedWork(one, about);
    const { status, body } = await contributor.upload(sealed);
    if (status !== 200 || body.state !== 'complete') throw new Error(`not released: ${JSON.stringify(body)}`);
    whose.set(sealed.manifest.id, contributor);
  }
  return whose;
}
