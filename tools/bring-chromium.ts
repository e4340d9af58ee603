import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// A Chromium for the tests and for rendering frames. Quiet when there is one; as root on Debian or Ubuntu it
// installs one; otherwise it says in a sentence what to do, and exits with 1.
//   node tools/bring-chromium.ts [--print]     --print: the path of the browser, on stdout

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = [
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export type Machine = {
  env: Readonly<Record<string, string | undefined>>;
  executable(path: string): boolean;
  root: boolean;
  /** ID and ID_LIKE of /etc/os-release: `debian`, `ubuntu debian`. */
  system: string;
  /** Runs apt-get; throws when it fails. */
  aptGet(args: string[]): void;
};

export type Brought = { path: string; installed: boolean } | { missing: string };

export function bringChromium(machine: Machine): Brought {
  const named = machine.env['ABOVEBOARD_CHROMIUM'];
  if (named) {
    return machine.executable(named)
      ? { path: named, installed: false }
      : { missing: 'ABOVEBOARD_CHROMIUM names no program that can be run: correct it, or unset it.' };
  }
  const present = find(machine);
  if (present) return { path: present, installed: false };
  const debian = /\b(debian|ubuntu)\b/.test(machine.system);
  if (!debian)
    return { missing: 'No Chromium was found: install Chromium, or set ABOVEBOARD_CHROMIUM to its path.' };
  if (!machine.root) {
    return {
      missing:
        'No Chromium was found: install it with "apt-get install chromium" as root, or set ABOVEBOARD_CHROMIUM to its path.',
    };
  }
  try {
    machine.aptGet(['update']);
    machine.aptGet(['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation']);
  } catch {
    return {
      missing:
        'Chromium could not be installed: run "apt-get install chromium" and see why, or set ABOVEBOARD_CHROMIUM.',
    };
  }
  const installed = find(machine);
  return installed
    ? { path: installed, installed: true }
    : {
        missing:
          'apt-get installed no Chromium that can be run: install one, and set ABOVEBOARD_CHROMIUM to its path.',
      };
}

function find({ env, executable }: Machine): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter(
    (one) => one !== '',
  );
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...ELSEWHERE].find(executable);
}

function thisMachine(): Machine {
  const release = '/etc/os-release';
  const system = existsSync(release)
    ? [...readFileSync(release, 'utf8').matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)]
        .map((match) => match[1])
        .join(' ')
    : '';
  return {
    env: process.env,
    executable,
    root: process.getuid?.() === 0,
    system,
    aptGet(args) {
      const options = ['-q', '-o', 'DPkg::Lock::Timeout=300'];
      console.error(`Chromium is missing: apt-get ${args[0]} (this takes a minute, once)`);
      execFileSync('apt-get', [...options, ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    },
  };
}

/** Can be run, and is no empty shell: Ubuntu's `chromium-browser` is a script that asks for a snap. */
function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  const asked = spawnSync(path, ['--version'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
    encoding: 'utf8',
  });
  return asked.status === 0 && /Chrom/.test(asked.stdout);
}

if (import.meta.main) {
  const brought = bringChromium(thisMachine());
  if ('missing' in brought) {
    console.error(brought.missing);
    process.exit(1);
  }
  if (process.argv.includes('--print')) console.log(brought.path);
}
