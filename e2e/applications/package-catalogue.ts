import { join } from 'node:path';
import {
  html,
  json,
  type Plant,
  packageFolder,
  serveApplication,
  type TestApplication,
} from './served-application.ts';

/** Verdaccio's catalogue: packages with descriptions, authors, key words, a page that is made of somebody's prose. */
export const packageCatalogue: TestApplication = {
  name: 'Verdaccio',
  about: '@verdaccio/ui-theme, a catalogue of packages',
  ready: 'header',
  async start({ plant, day, count }) {
    const folder = join(packageFolder('@verdaccio/ui-theme'), 'static');
    const scripts = ['runtime', 'vendors', 'main'].map(
      (name) => `<script defer src="/-/static/${name}.ed5161fbef340a2973e6.js"></script>`,
    );
    // The theme takes its address from this; it is set by a script that asks the page where it is.
    const options = `{ base: location.origin + '/', protocol: 'http', host: location.host, url_prefix: '/', primaryColor: '#4b5e40', title: 'Packages', language: 'en-US', darkMode: false, login: true }`;
    const index = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Packages</title><base href="/"><script>window.__VERDACCIO_BASENAME_UI_OPTIONS = ${options}</script>${scripts.join('')}</head><body><div id="root"></div></body></html>`;
    const packages = ['first', 'second'].map((which) => entry(which, plant, `${day}T09:30:00.000Z`, count));
    const first = packages[0] as (typeof packages)[number];
    return serveApplication({ folder, at: '/-/static' }, (path) => {
      if (path === '/-/verdaccio/data/packages' || path === '/-/verdaccio/packages') return json(packages);
      if (path.includes('/readme/')) {
        return {
          type: 'text/plain',
          body: `<h1>${plant('heading of the page')}</h1><p>${plant('prose of the page')}</p><code>${plant('code of the page')}</code>`,
        };
      }
      if (path.includes('/sidebar/'))
        return json({
          ...first,
          latest: first,
          'dist-tags': { latest: '1.0.0' },
          versions: { '1.0.0': first },
          time: { '1.0.0': first.time },
          _uplinks: {},
        });
      return path === '/' || path.startsWith('/-/web/') ? html(index) : null;
    });
  },
  async tour(page, hand, plant, still) {
    await page.getByText(plant('description of the first package')).first().waitFor();
    await still();
    await hand.click(page.getByText(plant('name of the first package')).first());
    await page.getByText(plant('prose of the page')).first().waitFor();
    await still();
    for (const name of ['Dependencies', 'Versions']) {
      await hand.click(page.getByText(name, { exact: true }).first());
      await still();
    }
    await hand.click(page.locator('input').first());
    await hand.type(plant('typed into the search'));
    await still();
  },
};

function entry(which: string, plant: Plant, time: string, count: number) {
  const of = (what: string) => plant(`${what} of the ${which} package`);
  const author = { name: of('author'), email: `${of('address')}@mail.example`, avatar: '' };
  return {
    name: of('name'),
    version: '1.0.0',
    description: of('description'),
    author,
    maintainers: [author],
    contributors: [{ ...author, name: of('helper') }],
    keywords: [of('key word')],
    license: of('licence'),
    homepage: `https://home.example/${of('home')}`,
    repository: { type: 'git', url: `https://code.example/${of('repository')}.git` },
    bugs: { url: `https://bugs.example/${of('tracker')}` },
    dependencies: { [of('dependency')]: '2.0.0' },
    dist: { unpackedSize: 4096 * count, fileCount: 3 * count, tarball: 'http://127.0.0.1/x.tgz' },
    engines: { node: '24' },
    time,
  };
}
