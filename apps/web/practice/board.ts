import { element, mainElement } from './element.ts';

const columns = ['To do', 'In progress', 'Done'];
const cards = new Map([
  ['Order new chairs', 0],
  ['Book the meeting room', 0],
  ['Water the plants', 0],
  ['Update the price list', 1],
]);
let dragged: string | null = null;

const main = mainElement();
show();

function show(): void {
  main.replaceChildren(
    element('h1', {}, 'Team board'),
    element('div', { class: 'board' }, ...columns.map((name, index) => column(name, index))),
  );
}

function column(name: string, index: number): HTMLElement {
  const made = element('section', { class: 'column', 'aria-label': name }, element('h2', {}, name));
  for (const [title, at] of cards) if (at === index) made.append(card(title, index));
  made.addEventListener('dragover', (event) => {
    event.preventDefault();
    made.classList.add('over');
  });
  made.addEventListener('dragleave', () => made.classList.remove('over'));
  made.addEventListener('drop', (event) => {
    event.preventDefault();
    if (dragged !== null) cards.set(dragged, index);
    dragged = null;
    show();
  });
  return made;
}

function card(title: string, index: number): HTMLElement {
  const made = element('div', { class: 'card', draggable: 'true' }, title);
  made.addEventListener('dragstart', (event) => {
    dragged = title;
    event.dataTransfer?.setData('text/plain', '');
  });
  const next = columns[index + 1];
  if (next) {
    const move = element('button', { type: 'button', class: 'plain' }, 'Move on');
    move.addEventListener('click', () => {
      cards.set(title, index + 1);
      show();
    });
    made.append(element('div', {}, move));
  }
  return made;
}
