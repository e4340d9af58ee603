import { element, mainElement } from './element.ts';

type Order = { number: string; customer: string; items: number; total: number };
type Column = keyof Order;

const orders: Order[] = [
  { number: 'O-1001', customer: 'Birch Tools', items: 4, total: 312.4 },
  { number: 'O-1002', customer: 'Harbour Cafe', items: 12, total: 98.15 },
  { number: 'O-1003', customer: 'Meadow School', items: 40, total: 1240.0 },
  { number: 'O-1004', customer: 'North Garage', items: 2, total: 57.9 },
  { number: 'O-1005', customer: 'Sunrise Bakery', items: 9, total: 640.5 },
  { number: 'O-1006', customer: 'Willow Books', items: 21, total: 415.25 },
];
const heads: [Column, string][] = [
  ['number', 'Order'],
  ['customer', 'Customer'],
  ['items', 'Items'],
  ['total', 'Total'],
];
let sorted: Column = 'number';
let descending = false;
let wanted = '';
let selected = '';

const main = mainElement();
const search = element('input', { id: 'search', type: 'search', autocomplete: 'off' });
search.addEventListener('input', () => {
  wanted = search.value.toLowerCase();
  fill();
});
const body = element('tbody');
const sorters = heads.map(([column, label]) => [column, headOf(column, label)] as const);
const status = element('p', { role: 'status' });
main.append(
  element('h1', {}, 'Orders'),
  element('label', { for: 'search' }, 'Search customers'),
  search,
  element(
    'table',
    {},
    element('thead', {}, element('tr', {}, element('th', {}, 'Select'), ...sorters.map(([, made]) => made))),
    body,
  ),
  status,
);
fill();

function fill(): void {
  for (const [column, made] of sorters) {
    made.setAttribute('aria-sort', sorted === column ? (descending ? 'descending' : 'ascending') : 'none');
  }
  const sign = descending ? -1 : 1;
  const shown = orders
    .filter((order) => order.customer.toLowerCase().includes(wanted))
    .sort((a, b) => sign * (a[sorted] < b[sorted] ? -1 : 1));
  body.replaceChildren(...shown.map(rowOf));
}

function headOf(column: Column, label: string): HTMLElement {
  const button = element('button', { type: 'button' }, label);
  button.addEventListener('click', () => {
    descending = sorted === column && !descending;
    sorted = column;
    fill();
  });
  return element('th', {}, button);
}

function rowOf(order: Order): HTMLElement {
  const pick = element('input', { type: 'radio', name: 'order', 'aria-label': order.number });
  pick.checked = selected === order.number;
  pick.addEventListener('change', () => {
    selected = order.number;
    status.textContent = 'One order is selected.';
  });
  return element(
    'tr',
    {},
    element('td', {}, pick),
    element('td', {}, order.number),
    element('td', {}, order.customer),
    element('td', { class: 'number' }, String(order.items)),
    element('td', { class: 'number' }, order.total.toFixed(2)),
  );
}
