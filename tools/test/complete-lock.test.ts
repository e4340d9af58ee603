import { describe, expect, it } from 'vitest';
import { completed, type Lockfile, missingPlatforms } from '../complete-lock.ts';

const lockfile = (): Lockfile => ({
  packages: {
    '': {},
    'node_modules/a': {
      version: '1.2.3',
      dev: true,
      optionalDependencies: {
        '@a/linux-x64-musl': '1.2.3',
        '@a/linux-x64-gnu': '1.2.3',
        '@a/windows-arm64': '1.2.3',
      },
    },
    'node_modules/@a/linux-x64-gnu': { version: '1.2.3', optional: true },
    'node_modules/b/node_modules/c': { version: '1.0.0', optionalDependencies: { d: '2.0.0' } },
    'node_modules/b/node_modules/d': { version: '2.0.0' },
  },
});

describe('completing the lockfile', () => {
  it('finds what is left out, wherever npm would look for it', () => {
    expect(missingPlatforms(lockfile()).map(({ name }) => name)).toEqual([
      '@a/linux-x64-musl',
      '@a/windows-arm64',
    ]);
  });

  it('adds what the parent and the name say, and nothing more', () => {
    const { packages } = completed(lockfile());
    expect(packages['node_modules/@a/linux-x64-musl']).toEqual({
      version: '1.2.3',
      cpu: ['x64'],
      libc: ['musl'],
      os: ['linux'],
      dev: true,
      optional: true,
    });
    expect(packages['node_modules/@a/windows-arm64']).toMatchObject({ os: ['win32'], cpu: ['arm64'] });
    expect(missingPlatforms({ packages })).toEqual([]);
    expect(Object.keys(packages)[0]).toBe('');
  });

  it('refuses to guess', () => {
    const odd = (name: string, version: string): Lockfile => ({
      packages: { 'node_modules/a': { optionalDependencies: { [name]: version } } },
    });
    expect(() => completed(odd('fsevents', '2.3.3'))).toThrow(/platform/);
    expect(() => completed(odd('a-darwin-x64', '^1.0.0'))).toThrow(/exact/);
  });
});
