import { element, mainElement } from './element.ts';

type Expense = { vendor: string; amount: string; currency: string; costCentre: string; paid: boolean };

const CURRENCIES = ['Choose', 'EUR', 'GBP', 'PLN', 'USD'];
const CENTRES = ['Choose', 'Facilities', 'Logistics', 'Sales', 'Training'];

const main = mainElement();
const filed: Expense[] = [];
showForm();

function field(label: string, control: HTMLElement): HTMLElement[] {
  return [element('label', { for: control.id }, label), control];
}

function choice(id: string, options: readonly string[]): HTMLSelectElement {
  return element('select', { id }, ...options.map((name) => element('option', {}, name)));
}

function showForm(): void {
  const vendor = element('input', { id: 'vendor', autocomplete: 'off' });
  const amount = element('input', { id: 'amount', inputmode: 'decimal', autocomplete: 'off' });
  const currency = choice('currency', CURRENCIES);
  const centre = choice('centre', CENTRES);
  const paid = element('input', { id: 'paid', type: 'checkbox' });
  const note = element('textarea', { id: 'note', rows: '3' });
  const problem = element('p', { role: 'alert' });
  const form = element(
    'form',
    { novalidate: '' },
    element('h1', {}, 'New expense'),
    ...field('Vendor', vendor),
    ...field('Amount', amount),
    ...field('Currency', currency),
    ...field('Cost centre', centre),
    element('label', { class: 'inline' }, paid, 'I paid this myself'),
    ...field('Note for the reviewer', note),
    problem,
    element('div', { class: 'row' }, element('button', { type: 'submit' }, 'File the expense')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const number = /^\d+([.,]\d{1,2})?$/.test(amount.value.trim());
    if (!vendor.value.trim() || !number || currency.selectedIndex === 0 || centre.selectedIndex === 0) {
      problem.textContent = 'Vendor, amount, currency and cost centre are needed.';
      return;
    }
    filed.push({
      vendor: vendor.value.trim(),
      amount: amount.value.trim(),
      currency: currency.value,
      costCentre: centre.value,
      paid: paid.checked,
    });
    showList();
  });
  main.replaceChildren(form);
}

function showList(): void {
  const rows = filed.map((expense) =>
    element(
      'tr',
      {},
      element('td', {}, expense.vendor),
      element('td', {}, expense.costCentre),
      element('td', { class: 'number' }, expense.amount),
      element('td', {}, expense.currency),
      element('td', {}, expense.paid ? 'To be paid back' : 'Company card'),
    ),
  );
  const heads = ['Vendor', 'Cost centre', 'Amount', 'Currency', 'Payment'];
  const again = element('button', { type: 'button' }, 'Another expense');
  again.addEventListener('click', showForm);
  main.replaceChildren(
    element('h1', {}, 'Expenses'),
    element('p', { class: 'note', role: 'status' }, 'Expense filed'),
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', {}, head)))),
      element('tbody', {}, ...rows),
    ),
    element('div', { class: 'row' }, again),
  );
}
