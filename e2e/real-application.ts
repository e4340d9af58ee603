import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The real application that stories record: TiddlyWiki from the npm registry, served on loopback by its own
 * server, filled with a wiki of made-up notes. It has many pages, menus, native selects, things to drag, and
 * an editor in an iframe.
 */
export type RealApplication = { origin: string; stop(): Promise<void> };

/** A note of the wiki; texts are TiddlyWiki's own markup. */
export type Note = { title: string; text: string; tags?: string };

export async function startWiki(notes: readonly Note[]): Promise<RealApplication> {
  const folder = await mkdtemp(join(tmpdir(), 'aboveboard-wiki-'));
  await mkdir(join(folder, 'tiddlers'));
  await writeFile(
    join(folder, 'tiddlywiki.info'),
    JSON.stringify({
      description: 'A wiki for a story',
      plugins: ['tiddlywiki/tiddlyweb', 'tiddlywiki/filesystem'],
      themes: ['tiddlywiki/vanilla', 'tiddlywiki/snowwhite'],
    }),
  );
  await Promise.all(
    notes.map((note, index) =>
      writeFile(
        join(folder, 'tiddlers', `note-${index}.tid`),
        `title: ${note.title}\ntags: ${note.tags ?? ''}\n\n${note.text}\n`,
      ),
    ),
  );
  const port = await freePort();
  const program = join(
    dirname(createRequire(import.meta.url).resolve('tiddlywiki/package.json')),
    'tiddlywiki.js',
  );
  // With this root the core is a script of its own, as an application ships it, and not part of the page.
  const root = 'root-tiddler=$:/core/save/all-external-js';
  const child = spawn(
    process.execPath,
    [program, folder, '--listen', `port=${port}`, 'host=127.0.0.1', root],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const origin = `http://127.0.0.1:${port}`;
  await answers(`${origin}/status`, child);
  return {
    origin,
    async stop() {
      child.kill('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`the wiki ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the wiki did not answer within 20 seconds');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
