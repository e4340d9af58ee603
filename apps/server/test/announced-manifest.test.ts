import { openRecording } from '@aboveboard/protocol/recording-reader';
import type { UploadStatus } from '@aboveboard/protocol/upload';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, random, sealedHalves } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
let contributor: Client;

beforeAll(async () => {
  server = await startDemonstration();
  contributor = await Client.redeem(server.url, server.codes.contributor);
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

describe('a recording that is opened the first time', () => {
  const swap = async (
    change: (r: Awaited<ReturnType<typeof makeRecording>>) => Promise<void> | void,
    fields = {},
  ) => {
    const recording = await makeRecording(server.about, { fields });
    await change(recording);
    return recording;
  };
  const reannounce = (recording: Awaited<ReturnType<typeof makeRecording>>, index: number, from: number) => {
    recording.parts[index] = recording.parts[from] as Uint8Array;
    const { kind } = recording.announcement.parts[index] as { kind: 'events' };
    recording.announcement.parts[index] = {
      ...(recording.announcement.parts[from] as { bytes: number; sha256: string }),
      kind,
    };
  };

  const open = async (id: string) => {
    const { journal, recordings } = server.installation;
    const access = await journal.beforeRead({ kind: 'inspection', by: 'researcher:test' }, [id]);
    const recording = await recordings.openReleased(access, id);
    const opened = await openRecording({ ...recording, deflate: webDeflate });
    for await (const _ of opened.events());
  };

  it.each<[string, string, () => ReturnType<typeof makeRecording>]>([
    [
      'REC79',
      'other halves than those of its key',
      () =>
        swap(async (r) => {
          r.announcement.envelopes = await sealedHalves(
            r.announcement.recording,
            freshRecordingKey(random),
            server.about,
            r.manifest,
          );
        }),
    ],
    ['REC79', 'a part in the place of another', () => swap((r) => reannounce(r, 1, 0))],
    ['REC79', 'a part in the place of the manifest', () => swap((r) => reannounce(r, 3, 0))],
    [
      'REC78',
      'a part of another kind than the manifest says',
      () =>
        swap((r) => {
          (r.announcement.parts[1] as { kind: string }).kind = 'states';
        }),
    ],
    [
      'REC79',
      'one part fewer than the manifest says',
      () =>
        swap((r) => {
          r.announcement.parts.splice(1, 1);
          r.parts.splice(1, 1);
        }),
    ],
    [
      'UPL26',
      'another summary than its manifest',
      () =>
        swap((r) => {
          r.announcement.summary.counts.events++;
        }),
    ],
    [
      'UPL36',
      'a foreign recording',
      () =>
        swap(
          (r) => {
            r.announcement.summary.agreement = server.about.agreement?.digest ?? null;
          },
          {
            class: 'foreign',
            agreement: null,
            receipt: null,
            origin: { format: 'rrweb', kept: 150, reduced: [] },
          },
        ),
    ],
    [
      'UPL37',
      'a recording without a receipt of consent',
      () =>
        swap(
          (r) => {
            r.announcement.summary.agreement = server.about.agreement?.digest ?? null;
          },
          { class: 'demonstration', agreement: null, receipt: null },
        ),
    ],
  ])('[%s] [UPL32] nobody reads %s, and nobody opened it before', async (rule, _, make) => {
    const recording = await make();
    const { body } = await contributor.upload(recording);
    expect((body as UploadStatus).state).toBe('complete');
    const failed = await open(recording.announcement.recording).then(
      () => null,
      (error: { faults?: { rule: string }[] }) => error.faults?.map((fault) => fault.rule) ?? [String(error)],
    );
    expect(failed).toContain(rule);
  });
});
