import { describe, expect, it } from 'vitest';
import { bringChromium, type Machine } from '../bring-chromium.ts';

function machine(change: Partial<Machine> & { present?: string[] } = {}): Machine & { asked: string[][] } {
  const asked: string[][] = [];
  const present = new Set(change.present ?? []);
  return {
    env: { PATH: '/usr/local/bin:/usr/bin' },
    executable: (path) => present.has(path),
    root: true,
    system: 'debian',
    aptGet(args) {
      asked.push(args);
      if (args[0] === 'install') present.add('/usr/bin/chromium');
    },
    ...change,
    asked,
  };
}

describe('bringing a Chromium', () => {
  it('takes the one that is named, and no other when that one is not there', () => {
    const env = { ABOVEBOARD_CHROMIUM: '/opt/chromium', PATH: '/usr/bin' };
    const given = machine({ env, present: ['/opt/chromium', '/usr/bin/chromium'] });
    expect(bringChromium(given)).toEqual({ path: '/opt/chromium', installed: false });
    expect(bringChromium(machine({ env, present: ['/usr/bin/chromium'] }))).toHaveProperty('missing');
  });

  it('finds one that is there, and asks nobody for anything', () => {
    const given = machine({ present: ['/usr/bin/google-chrome'] });
    expect(bringChromium(given)).toEqual({ path: '/usr/bin/google-chrome', installed: false });
    expect(given.asked).toEqual([]);
  });

  it('installs one as root on Debian, after an update', () => {
    const given = machine();
    expect(bringChromium(given)).toEqual({ path: '/usr/bin/chromium', installed: true });
    expect(given.asked.map(([command]) => command)).toEqual(['update', 'install']);
  });

  it('says in one sentence what to do, where it can not', () => {
    const failing = machine({
      aptGet: () => {
        throw new Error('no network');
      },
    });
    const useless = machine({ aptGet: () => {} });
    for (const given of [machine({ root: false }), machine({ system: 'alpine' }), failing, useless]) {
      const brought = bringChromium(given);
      expect(brought).toHaveProperty('missing');
      if ('missing' in brought) expect(brought.missing).toMatch(/^[^\n]+\.$/);
    }
  });
});
