import { element, mainElement } from './element.ts';

type Expense = { vendor: string; amount: string; category: string; paid: boolean };

const main = mainElement();
const filed: Expense[] = [];
showForm();

function field(label: string, control: HTMLElement): HTMLElement[] {
  return [element('label', { for: control.id }, label), control];
}

function showForm(): void {
  const vendor = element('input', { id: 'vendor', name: 'vendor', autocomplete: 'off', required: '' });
  const amount = element('input', { id: 'amount', name: 'amount', inputmode: 'decimal', autocomplete: 'off' });
  const category = element('select', { id: 'category' });
  for (const name of ['Choose a category', 'Travel', 'Meals', 'Office supplies', 'Training']) {
    category.append(element('option', {}, name));
  }
  const paid = element('input', { id: 'paid', type: 'checkbox' });
  const note = element('textarea', { id: 'note', rows: '3' });
  const problem = element('p', { role: 'alert' });
  const form = element(
    'form',
    { novalidate: '' },
    element('h1', {}, 'New expense'),
    ...field('Vendor', vendor),
    ...field('Amount in EUR', amount),
    ...field('Category', category),
    element('label', { class: 'inline' }, paid, 'I paid this myself'),
    ...field('Note for the reviewer', note),
    problem,
    element('div', { class: 'row' }, element('button', { type: 'submit' }, 'File the expense')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!vendor.value.trim() || !/^\d+([.,]\d{1,2})?$/.test(amount.value) || category.selectedIndex === 0) {
      problem.textContent = 'Vendor, amount and category are needed.';
      return;
    }
    filed.push({
      vendor: vendor.value,
      amount: amount.value,
      category: category.value,
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
      element('td', {}, expense.category),
      element('td', { class: 'number' }, expense.amount),
      element('td', {}, expense.paid ? 'To be paid back' : 'Company card'),
    ),
  );
  const again = element('button', { type: 'button' }, 'Another expense');
  again.addEventListener('click', showForm);
  main.replaceChildren(
    element('h1', {}, 'Expenses'),
    element('p', { class: 'note', role: 'status' }, 'The expense was filed'),
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element('tr', {}, ...['Vendor', 'Category', 'Amount', 'Payment'].map((head) => element('th', {}, head))),
      ),
      element('tbody', {}, ...rows),
    ),
    element('div', { class: 'row' }, again),
  );
}
