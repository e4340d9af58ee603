import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRecording, type ReaderOptions } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { openInstallation } from '@aboveboard/server/installation';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Page } from 'playwright-core';
import type { ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { readSpooled } from '../apps/extension/test/spooled-recording.ts';
import type { SecretScan } from './secret-scan.ts';

/**
 * Shows a scan everything that Aboveboard stores or sends, after decrypting, decompressing and decoding it.
 * This is the prosecutor, not the driver: it uses keys and inner interfaces that no person at the screen has.
 */

/** What the extension keeps: its databases as files, and their contents as values. */
export async function showExtension(scan: SecretScan, browser: ExtensionBrowser, panel: Page): Promise<void> {
  const stored = await panel.evaluate(dumpDatabases);
  for (const [store, values] of Object.entries(stored.databases)) {
    for (const value of values) scan.text(`extension's database, ${store}`, value);
    for (const value of values)
      for (const bytes of bytesWithin(value)) scan.bytes(`bytes in ${store}`, bytes);
  }
  scan.text('extension’s storage', stored.storage);
  await scan.folder(browser.profile, (path) => !path.includes(browser.id));
}

/** A recording of the spool, opened with the device's key. */
export async function showSpooled(scan: SecretScan, panel: Page, id: string): Promise<void> {
  const { manifest, events, states } = await readSpooled(panel, id);
  scan.text(`spooled recording, manifest`, JSON.stringify(manifest));
  scan.text(`spooled recording, events`, JSON.stringify(events));
  scan.text(`spooled recording, states`, JSON.stringify(states));
}

/** What the server keeps: every file, every row, and every recording opened through the journal. */
export async function showServer(scan: SecretScan, data: string): Promise<void> {
  await scan.folder(data);
  const installation = await openInstallation({ data, join: true });
  try {
    const { query } = installation.inner.database;
    const tables = await query<{ name: string }>(
      "select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
      [],
    );
    for (const { name } of tables) {
      for (const row of await query<Record<string, unknown>>(`select * from ${name}`, [])) {
        scan.text(`table ${name}`, JSON.stringify(row));
        for (const value of Object.values(row))
          if (value instanceof Uint8Array) scan.bytes(`table ${name}`, value);
      }
    }
    for (const { id } of await installation.recordings.list()) {
      const purpose = { kind: 'inspection', by: 'researcher:command' } as const;
      const access = await installation.journal.beforeRead(purpose, [id]);
      await showRecording(scan, {
        ...(await installation.recordings.openReleased(access, id)),
        deflate: webDeflate,
      });
    }
  } finally {
    await installation.close();
  }
}

async function showRecording(scan: SecretScan, options: ReaderOptions): Promise<void> {
  const recording = await openRecording(options);
  scan.text('released recording, manifest', JSON.stringify(recording.manifest));
  for await (const events of recording.events())
    scan.text('released recording, events', JSON.stringify(events));
  for await (const states of recording.states())
    scan.text('released recording, states', JSON.stringify(states));
  for (const { index, kind } of await options.store.list()) {
    const kept = await options.store.get(index);
    if (!kept) continue;
    const label = { recording: options.id, index, kind };
    scan.bytes(`released part ${kind}`, await options.sealer.open(kept.sealed, label));
  }
}

/** Exported files; tables are decoded. */
export async function showExport(scan: SecretScan, folder: string): Promise<void> {
  await scan.folder(folder);
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.parquet')) continue;
    const bytes = await readFile(join(folder, name));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const rows = await parquetReadObjects({ file, compressors });
    scan.text(
      `table ${name}`,
      JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    );
  }
}

/** Base64 that `dumpDatabases` wrote for bytes. */
function* bytesWithin(text: string): Generator<Uint8Array> {
  for (const [, base64] of text.matchAll(/"bytes:([A-Za-z0-9+/=]+)"/g))
    yield Buffer.from(base64 ?? '', 'base64');
}

/** Runs on the extension's page: every value of every store, bytes as base64. */
async function dumpDatabases() {
  const ask = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const spelled = (_: string, value: unknown) => {
    const bytes =
      value instanceof ArrayBuffer ? new Uint8Array(value) : value instanceof Uint8Array ? value : null;
    if (!bytes) return value;
    return `bytes:${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
  };
  const databases: Record<string, string[]> = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await ask(indexedDB.open(name ?? ''));
    for (const store of database.objectStoreNames) {
      const values = await ask(database.transaction(store).objectStore(store).getAll());
      databases[`${name}/${store}`] = values.map((value) => JSON.stringify(value, spelled) ?? '');
    }
    database.close();
  }
  const storage = JSON.stringify([await chrome.storage.local.get(), await chrome.storage.session.get()]);
  return { databases, storage };
}
