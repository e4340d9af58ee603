import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import { ROLES } from '@aboveboard/protocol/installation';
import type { StartedServer } from '@aboveboard/server/start';

const EXTENSION = fileURLToPath(new URL('../../extension/.output/chrome-mv3', import.meta.url));

/** What a start tells the person at the terminal: addresses, codes, and what to do next. */
export function startGreeting(
  server: StartedServer,
  guardian: StartedGuardian | null,
  data: string,
): string[] {
  const { url, about, codes } = server;
  const lines = ['', `Aboveboard runs at ${url}`, `Data are in ${data}`, ''];
  if (about.installation === 'production') {
    if (!about.agreement) {
      lines.push(
        'No agreement is installed, so recorders refuse. docs/operators.md says how the parties sign one.',
      );
    }
    return [
      ...lines,
      'Stewards, researchers and operators sign in with accounts: "aboveboard staff invite" lets one in.',
      "People enrol with the codes that the representative's guardian deals, as soon as the log of rules names it.",
      '',
    ];
  }
  lines.push(
    'This is a demonstration: made-up parties, keys that protect nothing. Record nothing real with it.',
    '',
    'Codes to sign in with, each good once, for a day:',
  );
  const longest = Math.max(...ROLES.map((role) => role.length));
  for (const role of ROLES) {
    const code = codes[role];
    if (code) lines.push(`  ${role.padEnd(longest)}  ${code}`);
  }
  if (guardian) {
    lines.push(
      '',
      `The made-up representative's guardian runs at ${guardian.url}. In earnest it is a machine of the`,
      'representative\'s own ("aboveboard guardian"); this one only shows what it does.',
    );
    if (guardian.setupLink) {
      lines.push(
        'To deal codes, open objections or an election there, open this link once:',
        `  ${guardian.setupLink}`,
      );
    }
  }
  lines.push('', `Without installing anything: ${url}/try`, '');
  if (existsSync(EXTENSION)) {
    lines.push(
      'To record in your own Chromium or Chrome: open chrome://extensions, switch on "Developer mode",',
      'choose "Load unpacked" and this folder:',
      `  ${EXTENSION}`,
      `Then open the recorder's panel and give it the address ${guardian?.url ?? url} and`,
      "the contributor's code.",
    );
  } else {
    lines.push('The recorder for Chromium is not built. "npm run build" builds it, then start again.');
  }
  lines.push('', 'Stop with Ctrl-C.', '');
  return lines;
}
