import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentnetRaw } from '../src/import/agentnet-raw.ts';
import { ducktrack } from '../src/import/ducktrack.ts';
import { IdentityFilter } from '../src/import/identity-filter.ts';
import type { Importer } from '../src/import/import-account.ts';
import { rrweb } from '../src/import/rrweb.ts';
import { folderSource, hasRecordingData, imported, recordingData, textSource } from './source-files.ts';

/** Everything that a recording holds, as text: manifest, events, states. */
async function stored(importer: Importer, source: Parameters<typeof imported>[1]): Promise<string> {
  const { manifest, recording } = await imported(importer, source);
  let all = JSON.stringify(manifest);
  for await (const events of recording.events()) all += JSON.stringify(events);
  for await (const states of recording.states()) all += JSON.stringify(states);
  return all;
}

const found = (text: string, secrets: readonly string[]) =>
  secrets.filter((secret) => text.toLowerCase().includes(secret.toLowerCase()));

const METADATA = {
  system: 'Windows',
  node: 'laptop-of-ida.example.org',
  id: 13_939_574_105_829,
  model: 'Modell 77-X',
  screen_width: 800,
  screen_height: 600,
  start_time: '2024-11-05 18:56:31',
};
const SECRETS = [
  'laptop-of-ida',
  '13939574105829',
  'Modell 77-X',
  '2024-11-05',
  '18:56:31',
  'ida.muster',
  'imuster',
  'hunter2',
  'Quarterly letter',
];

describe('identity', () => {
  it('[IMP11] desktop sources leave nothing that names a person or a machine', async () => {
    const press = { time_stamp: 99_001.5, action: 'click', x: 10, y: 10, button: 'left', pressed: true };
    const files = {
      'metadata.json': JSON.stringify(METADATA),
      'task_name.json': JSON.stringify({
        task_name:
          'Mail ida.muster@example.org C:\\Users\\imuster\\notes.txt from Laptop-of-Ida, as imuster would',
      }),
      'events.jsonl': [
        ...[...'hunter2'].map((name, i) => ({ time_stamp: 99_000 + i / 10, action: 'press', name })),
        press,
        { ...press, time_stamp: 99_001.6, pressed: false },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
      'element.jsonl': JSON.stringify({
        time_stamp: 99_001.4,
        a11y_tree: {
          Name: 'Quarterly letter - Writer',
          ControlType: 'WindowControl',
          BoundingRectangle: { left: 0, top: 0, right: 800, bottom: 600 },
          Children: [
            {
              Name: 'Send to ida.muster@example.org',
              ControlType: 'ButtonControl',
              BoundingRectangle: { left: 0, top: 0, right: 80, bottom: 60 },
            },
            {
              Name: 'hunter2',
              ControlType: 'ButtonControl',
              BoundingRectangle: { left: 100, top: 0, right: 180, bottom: 60 },
            },
          ],
        },
      }),
    };
    const text = await stored(agentnetRaw, textSource(files));
    expect(found(text, SECRETS)).toEqual([]);
    expect(text).toContain('Send to [removed]');
    // The scan itself finds what it looks for.
    expect(found(JSON.stringify(files), SECRETS)).toEqual(SECRETS);
  });

  it('[IMP32] pages leave no typed text, no addresses and no code', async () => {
    const at = 1_700_000_000_000;
    const secrets = [
      'hunter2',
      'session-77',
      'secret-path',
      'tok_9',
      'ida.muster',
      'imuster',
      '1700000000',
      'alert(',
      'note to self',
    ];
    const text = (id: number, textContent: string) => ({ type: 3, id, textContent });
    const element = (id: number, tagName: string, attributes: object, childNodes: object[] = []) => ({
      type: 2,
      id,
      tagName,
      attributes,
      childNodes,
    });
    const events = [
      {
        type: 4,
        timestamp: at,
        sessionId: 'session-77',
        data: { href: 'https://app.example/secret-path?t=tok_9', width: 800, height: 600 },
      },
      {
        type: 2,
        timestamp: at + 1,
        data: {
          node: {
            type: 0,
            id: 1,
            childNodes: [
              element(2, 'html', {}, [
                element(
                  3,
                  'body',
                  { onclick: 'alert(1)', style: 'background:url(https://x.example/secret-path)' },
                  [
                    element(4, 'input', { value: 'hunter2', placeholder: 'Mail ida.muster@example.org' }),
                    element(5, 'textarea', {}, [text(6, 'hunter2')]),
                    element(7, 'script', { src: '/secret-path.js' }, [text(8, 'alert(2)')]),
                    element(9, 'a', { href: '/secret-path' }, [text(10, '/home/imuster/file')]),
                    { type: 5, id: 11, textContent: 'note to self' },
                    element(12, 'iframe', { srcdoc: '<p>hunter2' }),
                    element(15, 'select', {}, [element(16, 'option', { value: 'hunter2' })]),
                    element(13, 'style', {}, [
                      { ...text(14, '@import "secret-path"; a{background:url(secret-path)}'), isStyle: true },
                    ]),
                  ],
                ),
              ]),
            ],
          },
          initialOffset: { top: 0, left: 0 },
        },
      },
      { type: 3, timestamp: at + 2, data: { source: 5, id: 4, text: 'hunter2', isChecked: false } },
      { type: 3, timestamp: at + 2, data: { source: 5, id: 15, text: 'hunter2', isChecked: false } },
      {
        type: 3,
        timestamp: at + 3,
        data: {
          source: 0,
          texts: [
            { id: 6, value: 'hunter2' },
            { id: 8, value: 'alert(3)' },
          ],
          attributes: [{ id: 4, attributes: { value: 'hunter2', onfocus: 'alert(4)' } }],
          removes: [],
          adds: [],
        },
      },
    ];
    const all = await stored(rrweb, textSource({ 'events.json': JSON.stringify(events) }));
    expect(found(all, secrets)).toEqual([]);
    expect(found(JSON.stringify(events), secrets)).toEqual(secrets);
    const value = '"value":{"open":false,"length":8,"script":"latin"}';
    expect(all).toContain(`{"kind":"text","t":2,"node":4,${value}}`);
    expect(all).toContain(`{"kind":"select","t":2,"node":15,${value}}`);
  });

  it.skipIf(!hasRecordingData('ducktrack'))(
    '[IMP11] the DuckTrack sample leaves no host, id, model or time (needs data/recordings/ducktrack)',
    async () => {
      const folder = recordingData('ducktrack');
      const metadata = JSON.parse(readFileSync(`${folder}/metadata.json`, 'utf8')) as Record<string, unknown>;
      const secrets = ['node', 'id', 'model', 'start_time', 'stop_time', 'version'].map((name) =>
        String(metadata[name]),
      );
      expect(found(await stored(ducktrack, folderSource(folder)), secrets)).toEqual([]);
      expect(readdirSync(folder)).toContain('metadata.json');
    },
  );

  it('[IMP11] clears names wherever they stand once a path gave them away', () => {
    const filter = new IdentityFilter();
    filter.add('mia-pc.corp.example');
    expect(filter.clear('/Users/jolanda/x, Jolanda on MIA-PC; jolandas')).toBe(
      '/Users/[removed]/x, [removed] on [removed]; jolandas',
    );
    expect(filter.clear('file:///C:/Users/x.y/a \\\\nas7\\share')).toBe(
      'file:///C:/Users/[removed]/a \\\\[removed]\\share',
    );
    expect(filter.clear('Müller.ä@bücher.example!')).toBe('[removed]!');
  });
});
