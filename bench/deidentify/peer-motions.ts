import { DOWN, MOVE, PointerTrack, type SampleKind, UP } from '@aboveboard/redact/movement/pointer-sample';

/** What others do to movement, for comparison. Each keeps the points at which something happened and their times, or rounds times. */
export type PeerMotion = (track: PointerTrack) => PointerTrack;

/** Times to 100 ms. */
export function timeRounded(track: PointerTrack): PointerTrack {
  const out = new PointerTrack();
  for (let i = 0; i < track.length; i++) {
    const t = 100 * Math.round((track.t[i] as number) / 100);
    out.sample(t, track.x[i] as number, track.y[i] as number, track.kind[i] as SampleKind);
  }
  return out;
}

/** Straight lines at constant speed between the points where something happened, sampled at 16 ms. */
export function straightLines(track: PointerTrack): PointerTrack {
  return between(track, (share) => share);
}

/** The standard minimum-jerk motion between the same points. */
export function minimumJerk(track: PointerTrack): PointerTrack {
  return between(track, (share) => share * share * share * (10 - 15 * share + 6 * share * share));
}

const SAMPLE_MS = 16;
const LONGEST_MS = 600;

function between(track: PointerTrack, along: (share: number) => number): PointerTrack {
  const out = new PointerTrack();
  let at = -1;
  for (let i = 0; i < track.length; i++) {
    const kind = track.kind[i] as SampleKind;
    if (kind === MOVE) continue;
    const [t, x, y] = [track.t[i] as number, track.x[i] as number, track.y[i] as number];
    if (at >= 0 && kind !== UP) {
      const [t0, x0, y0] = [track.t[at] as number, track.x[at] as number, track.y[at] as number];
      const began = Math.max(t0, t - LONGEST_MS);
      for (let s = began + SAMPLE_MS; s < t; s += SAMPLE_MS) {
        const share = along((s - began) / (t - began));
        out.sample(s, Math.round(x0 + (x - x0) * share), Math.round(y0 + (y - y0) * share), MOVE);
      }
    }
    out.sample(t, x, y, kind);
    at = i;
  }
  return out;
}

/** Only the points where something happened, one a second. */
export function pointsOnly(track: PointerTrack): PointerTrack {
  const out = new PointerTrack();
  let t = 0;
  for (let i = 0; i < track.length; i++) {
    const kind = track.kind[i] as SampleKind;
    if (kind === MOVE) continue;
    t += kind === DOWN ? 1000 : 100;
    out.sample(t, track.x[i] as number, track.y[i] as number, kind);
  }
  return out;
}
