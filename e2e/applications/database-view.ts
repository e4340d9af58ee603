import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { html, json, packageFolder, serveApplication, type TestApplication } from './served-application.ts';

/** Fauxton: databases, documents as tables and as text, an editor that draws its text itself. */
export const databaseView: TestApplication = {
  name: 'Fauxton',
  about: 'pouchdb-fauxton, a view of a database',
  entry: '/_utils/',
  ready: '#app a',
  async start({ plant, count }) {
    const folder = join(packageFolder('pouchdb-fauxton'), 'www');
    const index = readFileSync(join(folder, 'index.html'), 'utf8');
    const name = plant('name of a database').toLowerCase();
    const documents = ['first', 'second'].map((which) => ({
      _id: plant(`name of the ${which} document`),
      _rev: '1-0',
      person: plant(`person of the ${which} document`),
      [plant(`key of the ${which} document`)]: plant(`value of the ${which} document`),
    }));
    const rows = documents.map((doc) => ({ id: doc._id, key: doc._id, value: { rev: '1-0' }, doc }));
    const info = {
      db_name: name,
      doc_count: 2,
      doc_del_count: 0,
      update_seq: 2,
      disk_size: 4096 * count,
      sizes: { file: 4096 * count, active: 4096 * count },
    };
    return serveApplication({ folder, at: '/_utils' }, (path, query) => {
      if (path === '/_utils/') return html(index);
      if (path === '/') return json({ couchdb: 'Welcome', version: '2.0.0' });
      if (path === '/_all_dbs') return json([name]);
      if (path === '/_session')
        return json({ ok: true, userCtx: { name: plant('name of the user'), roles: ['_admin'] }, info: {} });
      if (path === '/_active_tasks') return json([]);
      if (path === `/${name}/_all_docs`) {
        const designs = query.get('startkey')?.includes('_design');
        return json({ total_rows: 2, offset: 0, rows: designs ? [] : rows });
      }
      if (path === `/${name}/_find` || path === `/${name}/_index`)
        return json({ docs: [], indexes: [], total_rows: 0 });
      const document = documents.find((one) => path === `/${name}/${one._id}`);
      if (document) return json(document);
      return path === `/${name}` || path === `/${name}/` ? json(info) : null;
    });
  },
  async tour(page, hand, plant, still) {
    const name = plant('name of a database').toLowerCase();
    await hand.click(page.getByText('Databases').first());
    await page.getByText(name).first().waitFor();
    await still();
    await hand.click(page.getByText(name).first());
    await page.getByText(plant('name of the first document')).first().waitFor();
    await still();
    await hand.click(page.getByText(plant('name of the first document')).first());
    await page.getByText(plant('person of the first document')).first().waitFor();
    await still();
  },
};
