import { element, mainElement } from './element.ts';

type Row = { article: string; stock: number; price: number };
type Column = keyof Row;

const rows: Row[] = [
  { article: 'Ballpoint pen', stock: 412, price: 0.6 },
  { article: 'Copy paper', stock: 38, price: 4.2 },
  { article: 'Desk lamp', stock: 7, price: 29.9 },
  { article: 'Envelope', stock: 950, price: 0.08 },
  { article: 'Folder', stock: 120, price: 1.15 },
  { article: 'Stapler', stock: 15, price: 8.5 },
];
const heads: [Column, string][] = [
  ['article', 'Article'],
  ['stock', 'In stock'],
  ['price', 'Price in EUR'],
];
let sorted: Column = 'article';
let descending = false;
let wanted = '';

const main = mainElement();
const search = element('input', { id: 'search', type: 'search', autocomplete: 'off' });
search.addEventListener('input', () => {
  wanted = search.value.toLowerCase();
  fill();
});
const body = element('tbody');
const head = element('tr');
main.append(
  element('h1', {}, 'Stock'),
  element('label', { for: 'search' }, 'Search articles'),
  search,
  element('table', {}, element('thead', {}, head), body),
);
fill();

function fill(): void {
  head.replaceChildren(
    ...heads.map(([column, label]) => {
      const button = element('button', { type: 'button' }, label);
      button.addEventListener('click', () => {
        descending = sorted === column && !descending;
        sorted = column;
        fill();
      });
      const sort = sorted === column ? (descending ? 'descending' : 'ascending') : 'none';
      return element('th', { 'aria-sort': sort }, button);
    }),
  );
  const sign = descending ? -1 : 1;
  const shown = rows
    .filter((row) => row.article.toLowerCase().includes(wanted))
    .sort((a, b) => sign * (a[sorted] < b[sorted] ? -1 : 1));
  body.replaceChildren(
    ...shown.map((row) =>
      element(
        'tr',
        {},
        element('td', {}, row.article),
        element('td', { class: 'number' }, String(row.stock)),
        element('td', { class: 'number' }, row.price.toFixed(2)),
      ),
    ),
  );
}
