import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { readBalabit } from '@aboveboard/dataset/risk/pointer-table';
import { PointerTrack } from '@aboveboard/redact/movement/pointer-sample';

/** The five people's sessions that stand beside the repository; ABOVEBOARD_TEST_DATA names another place. */
export const MOUSE_DATA = join(
  process.env['ABOVEBOARD_TEST_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)),
  'mouse',
);

export function hasMouseData(): boolean {
  return existsSync(MOUSE_DATA);
}

export function mouseSessions(): PointerSession[] {
  let session = 0;
  return readdirSync(MOUSE_DATA)
    .sort()
    .flatMap((folder, person) =>
      readdirSync(join(MOUSE_DATA, folder))
        .sort()
        .map((file) => {
          const track = new PointerTrack();
          readBalabit(gunzipSync(readFileSync(join(MOUSE_DATA, folder, file))).toString('utf8'), track);
          return { person, session: session++, track, tokens: [] };
        }),
    );
}
