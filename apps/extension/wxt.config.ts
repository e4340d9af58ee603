import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'wxt';

/** `sha256sum -c build-files.txt` checks a package; the list's own SHA-256 is the build that parties list. */
function listFiles(folder: string): void {
  const list = 'build-files.txt';
  const lines = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(folder, path).replaceAll('\\', '/'), readFileSync(path)] as const)
    .filter(([path]) => path !== list)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`);
  writeFileSync(join(folder, list), lines.join(''));
}

/** Folders in `node_modules` whose code is in what ships: the list of what is in the package comes of them (DST10). */
const bundled = new Set<string>();
const notePackages: Plugin = {
  name: 'note-packages',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      for (const id of chunk.moduleIds) {
        const folder = /^.*\/(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
        if (folder) bundled.add(folder);
      }
    }
  },
};

/** Beside what ships, not in it: the build that is listed stays the same. */
function writePackages(folder: string): void {
  writeFileSync(join(dirname(folder), 'bundled-packages.json'), `${JSON.stringify([...bundled].sort())}\n`);
}

/**
 * Manifest V3, isolated world only: no web-accessible resources, no main-world scripts, no content script in the
 * manifest. `npm run build` puts the unpacked extension in .output/chrome-mv3 and needs no network.
 */
export default defineConfig({
  imports: false,
  // WXT asks a registry for nothing, and nobody is asked for consent to statistics.
  suppressWarnings: { firefoxDataCollection: true },
  hooks: {
    'build:done': (wxt) => {
      listFiles(wxt.config.outDir);
      writePackages(wxt.config.outDir);
    },
  },
  vite: () => ({
    plugins: [react(), notePackages],
    build: { modulePreload: false, sourcemap: false, target: 'chrome120' },
  }),
  manifest: {
    name: 'Aboveboard',
    description:
      'Records a task that you choose, masked on this device, and lets nothing leave before you released it.',
    // Ed25519 in Web Crypto, for the key that signs receipts.
    minimum_chrome_version: '137',
    permissions: ['storage', 'unlimitedStorage', 'scripting', 'webNavigation', 'sidePanel', 'alarms', 'idle'],
    // The browser itself asks her before any other site is within reach (docs/adr).
    host_permissions: ['http://127.0.0.1/*', 'http://localhost/*'],
    optional_host_permissions: ['https://*/*', 'http://*/*'],
    incognito: 'not_allowed',
    // No other extension and no page may speak to it.
    externally_connectable: { ids: [] },
    storage: { managed_schema: 'managed-schema.json' },
    side_panel: { default_path: 'panel.html' },
    action: { default_title: 'Aboveboard' },
    content_security_policy: {
      extension_pages: [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' http: https:",
        "frame-src 'self' blob:",
        "form-action 'none'",
        "base-uri 'none'",
        "object-src 'none'",
      ].join('; '),
    },
  },
});
