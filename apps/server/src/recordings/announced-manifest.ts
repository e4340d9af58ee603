import { RecordingError } from '@aboveboard/protocol/fault';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { summaryDifference, summaryOf } from '@aboveboard/protocol/recording-summary';
import type { Query } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { nodeDeflate } from './node-deflate.ts';
import { recordingsWithIds } from './recording-rows.ts';
import type { OpenRecording } from './sealed-parts.ts';

/**
 * Until somebody opens it under a grant, what is known of a released recording is its device's word (UPL26). Here the
 * manifest is held against that word: another class, no receipt, another task or agreement, and nothing of it is read (UPL36,
 * UPL37). Parts are held against the manifest as they are read.
 */
export async function requireAnnounced(recording: OpenRecording, query: Query): Promise<void> {
  const { manifest } = await openRecording({ ...recording, deflate: nodeDeflate }).catch((error: unknown) => {
    if (!(error instanceof RecordingError)) throw error;
    throw new Refusal('refused', 'This recording is not whole, and is not read.', { faults: error.faults });
  });
  const [known] = await recordingsWithIds(query, [recording.id]);
  const faults: { rule: string; at: string; message: string }[] = [];
  if (manifest.class !== 'own') {
    faults.push({
      rule: 'UPL36',
      at: 'manifest.class',
      message: `a ${manifest.class} recording is never released`,
    });
  }
  if (manifest.receipt === null) {
    faults.push({ rule: 'UPL37', at: 'manifest.receipt', message: 'there is no receipt of consent' });
  }
  const [under] = await query<{ agreement: string | null }>('select agreement from recording where id = $1', [
    recording.id,
  ]);
  const differing =
    known && under ? summaryDifference({ ...known, ...under }, summaryOf(manifest)) : ['recording'];
  for (const at of differing) {
    faults.push({ rule: 'UPL26', at: `summary.${at}`, message: 'is not what was announced' });
  }
  if (faults.length > 0) {
    throw new Refusal('refused', 'This recording is not what was announced of it, and is not read.', {
      faults,
    });
  }
}
