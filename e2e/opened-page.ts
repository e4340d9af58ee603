import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `joined`: what is read there, without spaces, marks and what nobody sees. `plain`: all of it stays. */
export type Split = { place: string; joined: string };
export type OpenedPage = {
  origin: string;
  splits: readonly Split[];
  plain: readonly string[];
  stop(): Promise<void>;
};

const spans = (...pieces: string[]) => pieces.map((piece) => `<span>${piece}</span>`).join('');
/** Letters of the block of full width. */
const wide = (text: string) =>
  [...text]
    .map((char) => String.fromCodePoint(char === ' ' ? 0x3000 : (char.codePointAt(0) ?? 0) + 0xfee0))
    .join('');
const reversed = (text: string) => [...text].reverse().join('');

/** Whose it is stands in no single text of the page: name, address or number begin in one element and end in another. */
const SPLITS: readonly (readonly [string, string, string])[] = [
  ['a name over two words', `<p>paid by <b>Zorblax</b> <i>Quornby</i></p>`, 'zorblaxquornby'],
  ['a name cut in its middle', `<p>paid by ${spans('Vimb', 'lat Tre', 'squor')}</p>`, 'vimblattresquor'],
  ['a name letter by letter', `<p>for ${spans(...'Anna Miller')}</p>`, 'annamiller'],
  ['a name that may break', '<p>for Anna Mil<wbr>ler</p>', 'annamiller'],
  ['a name with soft hyphens', '<p>for Brob&shy;din Klum&shy;pert</p>', 'brobdinklumpert'],
  ['a name with joiners of no width', '<p>for G\u200dwen\u200bdox \u2060Plimtar</p>', 'gwendoxplimtar'],
  ['a name of full width', `<p>for ${wide('Trollip Vandeq')}</p>`, wide('trollipvandeq').toLowerCase()],
  // The first letters are Cyrillic.
  ['a name with letters of another script', '<p>for \u0410nna \u041ciller</p>', '\u0430nna\u043ciller'],
  ['a name turned round', `<p>for \u202e${reversed('Anna Miller')}\u202c</p>`, reversed('annamiller')],
  ['a name over lines', '<p>for<br>Snorvig<br>Haltwix</p>', 'snorvighaltwix'],
  // One of the two is in the dictionary: words with capitals alone are in every other cell of a table.
  ['a name over cells', '<table><tr><td>Anna</td><td>Fosqart</td></tr></table>', 'annafosqart'],
  [
    'an address over elements',
    `<p>write ${spans('q.quill', '@', 'mail', '.example')}</p>`,
    'q.quill@mail.example',
  ],
  [
    'an account over groups',
    `<p>to ${spans('DE89', ' 3704', ' 0044', ' 0532', ' 0130', ' 00')}</p>`,
    'de89370400440532013000',
  ],
  ['a card over groups', `<p>with ${spans('4111', ' 1111', ' 1111', ' 1111')}</p>`, '4111111111111111'],
  ['a number of a state', `<p>no. ${spans('531-2', '1-7351')}</p>`, '531-21-7351'],
  ['a telephone over elements', `<p>call ${spans('+44', ' 20', ' 7946', ' 0958')}</p>`, '+442079460958'],
  ['a name that is put together later', '<p id="later">for <b>Wexnor</b></p>', 'wexnorpadfill'],
];

const PLAIN = ['goes out on monday', 'the second delivery of the week', 'not paid yet'];

/** A page whose `main` an agreement may open. */
export async function startOpened(): Promise<OpenedPage> {
  const body = SPLITS.map(([, html]) => `<section>${html}</section><hr>`).join('\n');
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Opened</title></head><body>
<main>${PLAIN.map((text) => `<p>${text}</p>`).join('')}${body}</main><button type="button">Go on</button>
<script>document.querySelector('button').addEventListener('click', () => {
  const later = document.getElementById('later');
  for (const piece of [' Pa', 'dfi', 'll']) later.append(Object.assign(document.createElement('i'), { textContent: piece }));
});</script></body></html>`;
  const server = createServer((request, response) => {
    const found = request.url === '/';
    response
      .writeHead(found ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
      .end(found ? page : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    splits: SPLITS.map(([place, , joined]) => ({ place, joined })),
    plain: PLAIN,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
