import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser that draws frames: ABOVEBOARD_CHROMIUM, or the first known place; null when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['ABOVEBOARD_CHROMIUM'];
  if (named) return existsSync(named) ? named : null;
  return PLACES.find((place) => existsSync(place)) ?? null;
}

export const NO_CHROMIUM =
  'No Chromium was found. Install it (Debian: apt-get install chromium) or name it in ABOVEBOARD_CHROMIUM.';

/**
 * Nothing is fetched, nothing is reported, nothing is drawn that differs between two runs. The page that is
 * drawn is hostile; as root Chromium has no sandbox of its own, so the server should not run as root.
 */
export const RENDERING_FLAGS: readonly string[] = [
  '--headless=new',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-lcd-text',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];
