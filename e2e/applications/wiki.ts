import { startWiki } from '../real-application.ts';
import type { TestApplication } from './served-application.ts';

/** TiddlyWiki with its own server: notes, tags, tabs, menus, an editor in a frame. */
export const wiki: TestApplication = {
  name: 'TiddlyWiki',
  about: 'tiddlywiki, a wiki',
  ready: '.tc-site-title',
  start: ({ plant }) =>
    startWiki([
      { title: '$:/SiteTitle', text: plant('title of the wiki') },
      { title: '$:/DefaultTiddlers', text: `[[${plant('first note')}]]` },
      {
        title: plant('first note'),
        tags: plant('tag of a note'),
        text: `! ${plant('heading of a note')}\n\n${plant('text of a note')} [[${plant('title of another note')}]]\n\n|!${plant('head of a column')} |\n|${plant('cell of a table')} |\n`,
      },
      { title: plant('title of another note'), text: plant('text of another note') },
    ]),
  async tour(page, hand, plant, still) {
    await page.getByText(plant('text of a note')).first().waitFor();
    await still();
    await hand.click(page.getByText(plant('title of another note')).first());
    await page.getByText(plant('text of another note')).first().waitFor();
    const tab = (name: string) => page.locator('.tc-tab-buttons button', { hasText: name }).first();
    await hand.click(tab('Tools'));
    await still();
    await hand.click(page.getByTitle('Create a new tiddler', { exact: true }).first());
    await hand.click(page.locator('input.tc-titlebar').first());
    await hand.press('Control+a');
    await hand.type(plant('typed as a title'));
    await still();
    await hand.click(page.getByTitle('Open control panel', { exact: true }).first());
    await still();
  },
};
