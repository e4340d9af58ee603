import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Debian has to bring for a desktop in memory; the program of each, and its package. */
const NEEDED: readonly [program: string, from: string][] = [
  ['Xvfb', 'xvfb'],
  ['xdotool', 'xdotool'],
  ['openbox', 'openbox'],
  ['dbus-daemon', 'dbus'],
  ['mousepad', 'mousepad'],
  ['zenity', 'zenity'],
  ['xterm', 'xterm'],
  ['xwininfo', 'x11-utils'],
  ['xrandr', 'x11-xserver-utils'],
];

/** Brings what is missing where it may; else throws, naming it. */
export function bringDesktop(): void {
  const missing = NEEDED.filter(([program]) => !existsSync(`/usr/bin/${program}`)).map(([, from]) => from);
  if (missing.length === 0 && existsSync('/usr/libexec/at-spi-bus-launcher')) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`a desktop needs ${[...missing, 'at-spi2-core'].join(', ')}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['-q', 'update'], { env, stdio: 'ignore' });
  const install = ['-q', 'install', '-y', '--no-install-recommends', 'at-spi2-core', ...missing];
  execFileSync('apt-get', install, { env, stdio: 'ignore' });
}

/** An X server, a window manager and buses of their own, with hands. All of it ends with `end`. */
export class DesktopStage {
  readonly environment: NodeJS.ProcessEnv;
  readonly #children: ChildProcess[] = [];
  #server: ChildProcess | undefined;
  readonly #home: string;

  private constructor(environment: NodeJS.ProcessEnv, home: string) {
    this.environment = environment;
    this.#home = home;
  }

  static async start(): Promise<DesktopStage> {
    const home = await mkdtemp(join(tmpdir(), 'aboveboard-desktop-home-'));
    const environment: NodeJS.ProcessEnv = { ...process.env, HOME: home, XDG_CONFIG_HOME: home };
    delete environment['WAYLAND_DISPLAY'];
    delete environment['XDG_SESSION_TYPE'];
    const stage = new DesktopStage(environment, home);
    const size = ['-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset', '-ac'];
    environment['DISPLAY'] = `:${await stage.#said('Xvfb', ['-displayfd', '1', ...size])}`;
    stage.#server = stage.#children.at(-1);
    const session = ['--session', '--nofork', '--print-address=1'];
    environment['DBUS_SESSION_BUS_ADDRESS'] = await stage.#said('dbus-daemon', session);
    stage.run('openbox');
    await until('the window manager', () => stage.hands('getmouselocation') !== '');
    return stage;
  }

  run(program: string, ...given: string[]): ChildProcess {
    const child = spawn(program, given, { env: this.environment, stdio: 'ignore' });
    this.#children.push(child);
    return child;
  }

  /** Of the one screen, by RandR. */
  resolution(width: number, height: number): void {
    const set = (...given: string[]) => execFileSync('xrandr', given, { env: this.environment });
    const timings = (size: number, ...more: number[]) => [0, ...more].map((one) => `${size + one}`);
    const name = `${width}x${height}`;
    set('--newmode', name, '40', ...timings(width, 40, 168, 256), ...timings(height, 1, 5, 28));
    set('--addmode', 'screen', name);
    set('--output', 'screen', '--mode', name);
  }

  /** The X server ends, as it does when it crashes. */
  killServer(): void {
    this.#server?.kill('SIGKILL');
  }

  /** Its windows, by name: xdotool's own numbers, of which the recorder knows nothing. */
  async windowOf(name: string): Promise<string> {
    let found = '';
    await until(`a window of ${name}`, () => {
      found = this.hands('search', '--onlyvisible', '--name', name).trim().split('\n')[0] ?? '';
      return found !== '';
    });
    return found;
  }

  /** What xdotool says; nothing where it could not. */
  hands(...given: string[]): string {
    try {
      return execFileSync('xdotool', given, {
        env: this.environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString();
    } catch {
      return '';
    }
  }

  async end(): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  #said(program: string, given: string[]): Promise<string> {
    const child = spawn(program, given, { env: this.environment, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#children.push(child);
    return new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${program} ended`)));
      child.once('error', reject);
      child.stdout.once('data', (said: Buffer) => resolve(said.toString().trim()));
    });
  }
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
