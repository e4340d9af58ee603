import { createRequire } from 'node:module';
import type { About } from '@aboveboard/protocol/installation';
import type { UploadLimits } from '@aboveboard/protocol/upload';
import type { ServerLimits } from './limits.ts';

/** What this installation says of itself to whoever asks. */
export function aboutOf(
  demo: boolean,
  agreement: About['agreement'],
  halves: { vault: string; guardian: string | null },
  limits: ServerLimits,
): About {
  const names = [
    'partsPerRecording',
    'bytesPerPart',
    'bytesPerRecording',
    'envelopeBytes',
    'openUploadsPerContributor',
    'requestsPerSecond',
    'uploadDays',
  ] as const satisfies readonly (keyof UploadLimits)[];
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return {
    installation: demo ? 'demonstration' : 'production',
    software: { name: 'aboveboard', version },
    protocol: 1,
    agreement,
    uploadRecipient: halves.vault,
    guardianRecipient: halves.guardian,
    limits: Object.fromEntries(names.map((name) => [name, limits[name]])) as UploadLimits,
  };
}
