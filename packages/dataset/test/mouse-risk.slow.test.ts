import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type PointerSession, tasksOf } from '@aboveboard/dataset/risk/attacked-task';
import { identification } from '@aboveboard/dataset/risk/identification';
import { readBalabit } from '@aboveboard/dataset/risk/pointer-table';
import { ATTACKERS } from '@aboveboard/dataset/risk/risk-job';
import { PointerTrack } from '@aboveboard/redact/movement/pointer-sample';
import { describe, expect, test } from 'vitest';

const MOUSE = join(
  process.env['ABOVEBOARD_TEST_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  'mouse',
);

function sessions(): PointerSession[] {
  let session = 0;
  return readdirSync(MOUSE)
    .sort()
    .flatMap((folder, person) =>
      readdirSync(join(MOUSE, folder)).map((file) => {
        const track = new PointerTrack();
        readBalabit(gunzipSync(readFileSync(join(MOUSE, folder, file))).toString('utf8'), track);
        return { person, session: session++, track, tokens: [] };
      }),
    );
}

const OPTIONS = { rounds: 1, seed: 1, tasksOfSession: 12 };

describe.skipIf(!existsSync(MOUSE))(
  'real sessions of five people (shared/data/mouse)',
  { timeout: 300_000 },
  () => {
    test('[RISK1] as recorded, the best attacker names the person of at least 85 % of sessions', () => {
      const { attackers, best } = identification(sessions(), ATTACKERS, OPTIONS);
      expect(attackers[best]?.share).toBeGreaterThanOrEqual(0.85);
    });

    test('[RISK1] every attacker by itself is far above chance on five minutes', () => {
      const tasks = sessions().flatMap((session) => tasksOf(session, 5));
      const { attackers } = identification(tasks, ATTACKERS, OPTIONS);
      for (const [name, { share }] of Object.entries(attackers)) expect(share, name).toBeGreaterThan(0.65);
    });
  },
);
