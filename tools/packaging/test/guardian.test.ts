import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARDIAN, UNIT } from '../guardian.ts';
import { sbom } from '../sbom.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

describe('the package of the guardian', () => {
  it.each(Object.entries(GUARDIAN.scripts))('%s is a shell script that parses', (_name, text) => {
    expect(() => execFileSync('sh', ['-n'], { input: text })).not.toThrow();
  });

  it('a removal keeps the halves and says so; a purge alone removes them, and says what', () => {
    const postrm = GUARDIAN.scripts['postrm'] ?? '';
    const [removal, purge] = postrm.split('  purge)');
    expect(removal).toContain('Kept: /var/lib/aboveboard-guardian');
    expect(removal).not.toContain('rm -rf');
    expect(purge).toContain('the halves of all keys');
    expect(purge).toContain('rm -rf /var/lib/aboveboard-guardian /etc/aboveboard-guardian\n');
    expect(GUARDIAN.scripts['prerm']).not.toContain('rm ');
  });

  it('its service runs as a user of its own, dumps no core and writes to its own folder alone (T12)', () => {
    for (const line of [
      'User=aboveboard-guardian',
      'StateDirectoryMode=0700',
      'UMask=0077',
      'LimitCORE=0',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
    ]) {
      expect(UNIT.split('\n')).toContain(line);
    }
  });

  it('names what is in it as the lockfile pins it, and refuses what the lockfile does not know', () => {
    const list = sbom(ROOT, { name: 'a', version: '1.2.3' }, ['node_modules/hono']) as {
      components: { name: string; hashes: unknown }[];
    };
    expect(list.components.map(({ name }) => name)).toEqual(['node', 'hono']);
    expect(list.components.every(({ hashes }) => hashes !== undefined)).toBe(true);
    expect(() => sbom(ROOT, { name: 'a', version: '1.2.3' }, ['node_modules/nobody-pinned-this'])).toThrow(
      /does not pin/,
    );
  });

  it('its control file has the version and a description', () => {
    expect(GUARDIAN.control('1.2.3', 'amd64')).toMatch(/^Version: 1\.2\.3$/m);
  });
});
