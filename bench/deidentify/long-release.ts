import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAUSE_MS, type PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { EFFORT } from '@aboveboard/dataset/risk/risk-job';
import type { SampleKind } from '@aboveboard/redact/movement/pointer-sample';
import { SampleWriter } from '@aboveboard/redact/movement/sample-text';
import { measureRisk } from '../../apps/cli/src/risk-measurement.ts';

const PEOPLE = 10;
const SESSIONS = 4;
const HOURS = 50;

/**
 * Seconds that `aboveboard risk --level release` takes for ten people and fifty hours of activity. The five people's sessions
 * are repeated until there is enough of them; the other five are they, mirrored and a third slower.
 */
export async function secondsOfLongRelease(
  sessions: readonly PointerSession[],
): Promise<{ seconds: number; processor: number; rows: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-risk-'));
  try {
    let rows = 0;
    for (let person = 0; person < PEOPLE; person++) {
      const own = sessions.filter((one) => one.person === person % 5);
      mkdirSync(join(folder, `p${person}`));
      for (let s = 0; s < SESSIONS; s++) {
        const chunks: Uint8Array[] = [];
        const writer = new SampleWriter((chunk) => chunks.push(chunk));
        fill(
          writer,
          own.slice(s).concat(own.slice(0, s)),
          person >= 5,
          (HOURS * 3_600_000) / (PEOPLE * SESSIONS),
        );
        writer.end();
        rows += writer.rows;
        writeFileSync(join(folder, `p${person}`, `s${s}.csv`), Buffer.concat(chunks));
      }
    }
    const before = performance.now();
    const used = process.cpuUsage();
    await measureRisk(folder, {
      level: 'release',
      effort: EFFORT,
      seed: 1,
      threads: 2,
      progress: (done, of) => {
        if (process.stderr.isTTY) process.stderr.write(`\rquestion ${done} of ${of} `);
      },
    });
    const { user, system } = process.cpuUsage(used);
    return { seconds: (performance.now() - before) / 1000, processor: (user + system) / 1e6, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of these sessions, one after the other and again, until there is so much activity. */
function fill(writer: SampleWriter, own: readonly PointerSession[], other: boolean, activity: number): void {
  const slower = other ? 4 / 3 : 1;
  let active = 0;
  let t = 0;
  for (;;) {
    for (const { track } of own) {
      for (let i = 1; i < track.length; i++) {
        const by = slower * Math.max(0, (track.t[i] as number) - (track.t[i - 1] as number));
        t += by;
        active += Math.min(PAUSE_MS, by);
        const x = track.x[i] as number;
        writer.sample(Math.round(t), other ? 1919 - x : x, track.y[i] as number, track.kind[i] as SampleKind);
        if (active >= activity && track.kind[i] !== 1) return;
      }
    }
  }
}
