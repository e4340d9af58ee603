import { type Checked, type Fault, RecordingError } from '@aboveboard/protocol/fault';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import type { PartSource } from '@aboveboard/protocol/spool';

/**
 * Opens a whole recording, decodes every part, and says what is wrong with it (UPL32-UPL37): all the faults
 * of the manifest, else those of the release together with the first of each kind of part. One part is in
 * memory at a time.
 */
export async function verifyRecording(
  source: PartSource,
  agreements: ReadonlySet<string>,
): Promise<Checked<Manifest>> {
  let manifest: Manifest;
  const faults: Fault[] = [];
  try {
    const opened = await openRecording(source);
    manifest = opened.manifest;
    faults.push(...releaseFaults(manifest, agreements));
    for (const kind of ['eventColumns', 'states', 'frames'] as const) {
      faults.push(
        ...(await faultsOf(async () => {
          for await (const _ of opened[kind]());
        })),
      );
    }
  } catch (error) {
    if (error instanceof RecordingError) return { ok: false, faults: [...error.faults] };
    throw error;
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: manifest };
}

/** What makes a well-formed recording one that may not be released here. */
function releaseFaults(manifest: Manifest, agreements: ReadonlySet<string>): Fault[] {
  const faults: Fault[] = [];
  if (manifest.class !== 'own') {
    const message = `a ${manifest.class} recording is never released`;
    return [{ rule: 'UPL36', at: 'manifest.class', message }];
  }
  if (manifest.receipt === null) {
    faults.push({ rule: 'UPL37', at: 'manifest.receipt', message: 'there is no receipt of consent' });
  }
  if (!manifest.agreement || !agreements.has(manifest.agreement.digest)) {
    const message = 'it was made under no agreement that is or was in force here';
    faults.push({ rule: 'UPL37', at: 'manifest.agreement', message });
  }
  return faults;
}

async function faultsOf(work: () => Promise<void>): Promise<readonly Fault[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof RecordingError) return error.faults;
    throw error;
  }
}
