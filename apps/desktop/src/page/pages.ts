import type { RecorderDaemon } from '../recorder-daemon.ts';
import type { Waiting } from '../release/releases.ts';
import type { RulesView } from '../rules/rules-desk.ts';
import type { Release, ShelfRow } from '../spool/shelf.ts';
import { waitingPart } from './waiting-part.ts';

/** Pages of the recorder: forms and no script. Everything that is shown passes `text`. */

export async function statePage(daemon: RecorderDaemon, token: string, note = ''): Promise<string> {
  const { agreement, state, use } = daemon;
  const rows = await daemon.recordings();
  const rules = await daemon.rules();
  const closed = await daemon.closed.all();
  const waiting = await daemon.waiting();
  const act = (name: string, label: string, more = '') =>
    `<form method="post" action="/${name}"><input type="hidden" name="token" value="${text(token)}">${more}` +
    `<button>${text(label)}</button></form>`;
  const task = '<label>What will you do? <input name="task" maxlength="500"></label> ';
  const acts = {
    off: agreement ? act('agree', 'I agree: turn the recorder on') : '',
    ready: act('start', 'Start recording', task) + act('opt-out', 'Take my consent back'),
    recording: act('pause', 'Pause') + act('stop', 'Stop') + act('opt-out', 'Take my consent back'),
    paused: act('resume', 'Go on') + act('stop', 'Stop') + act('opt-out', 'Take my consent back'),
  }[state];
  const apps = (agreement?.desktopApps ?? []).map(
    ({ name, executable, windowClass, signals }) =>
      `<li>${text(name)}: windows of class ${text(windowClass ?? 'any')} of ${text(executable)}; ${text(signals.join(', '))}</li>`,
  );
  const words = daemon.words
    .map(
      ({ heading, sentences }) =>
        `<h3>${text(heading)}</h3>${sentences.map((one) => `<p>${text(one)}</p>`).join('')}`,
    )
    .join('');
  const budget = agreement?.budgets;
  const used =
    use && budget
      ? `<p>Processor ${(use.cpuShare * 100).toFixed(1)} % of at most ${budget.cpuPercent} %, memory ` +
        `${Math.round(use.memoryBytes / 1_048_576)} MB of at most ${budget.memoryMegabytes} MB.</p>`
      : '';
  return page(
    `The recorder is ${{ off: 'off', ready: 'on, and records nothing', recording: 'recording', paused: 'paused' }[state]}.`,
    `${note && `<p role="status">${text(note)}</p>`}${acts}${used}
<h2>What may be recorded</h2>${rules.sentences.map((one) => `<p>${text(one)}</p>`).join('')}
${codeForms(rules, act)}
<ul>${apps.join('')}</ul><p>Nothing else is looked at. Text of yours is masked before it is kept.</p>
<details><summary>The agreement in words</summary>${words}</details>
<h2>Words to close</h2>${closedWords(closed, act)}
<h2>Recordings on this computer</h2>${waitingPart(waiting, act)}<ul>${rows.map((row) => rowLine(row, act, waiting)).join('') || '<li>None.</li>'}</ul>`,
  );
}

/** Her page shows them to her; they are in nothing that is recorded or sent (MASK19). */
function closedWords(
  words: readonly string[] | null,
  act: (name: string, label: string, more?: string) => string,
): string {
  const lost =
    words === null
      ? '<p role="alert">Your words are here but can’t be opened any more. Nothing is recorded until you write them down anew.</p>'
      : '';
  const field =
    '<label>One word or name a line: names of people, customers, projects, places that must not be readable in any recording of ' +
    `yours. They stay on this computer, sealed.<br><textarea name="words" rows="4" cols="40" maxlength="110000">` +
    `${(words ?? []).map(text).join('\n')}</textarea></label><br>`;
  const count = words?.length ? `${words.length} ${words.length === 1 ? 'word' : 'words'}` : 'none';
  return `${lost}<details${lost && ' open'}><summary>On this computer: ${count}</summary>${act('words', 'Keep these words', field)}</details>`;
}

function codeForms(rules: RulesView, act: (name: string, label: string, more?: string) => string): string {
  const ask = rules.asksForCode
    ? act(
        'code',
        'Take part',
        '<label>The code of your sheet <input name="code" autocomplete="off" maxlength="200"></label> ',
      )
    : '';
  if (rules.eraseCode === null) return ask;
  return (
    `<p>Write this down and keep it away from this computer. It erases all that you ever released, from anywhere, and reads ` +
    `nothing: <strong>${text(rules.eraseCode)}</strong></p>${act('code-kept', 'I have it; forget it here')}`
  );
}

function rowLine(
  row: ShelfRow,
  act: (name: string, label: string, more?: string) => string,
  waiting: Waiting | null,
): string {
  const what = row.task.kind === 'free' ? row.task.text : row.task.card.title;
  const seconds = Math.round((row.milliseconds ?? 0) / 1000);
  const ended = row.ended ? `, ended by itself: ${ENDED[row.ended]}` : '';
  const id = `<input type="hidden" name="id" value="${text(row.id)}">`;
  if (row.state === 'recording') return `<li>${text(what)}: under way</li>`;
  if (row.release)
    return `<li>${text(what)}: ${text(releaseWords(row, row.release, waiting))} ${releaseAct(row, act, id)}</li>`;
  return `<li><a href="/recording/${text(row.id)}">${text(what)}</a> (${seconds} s${text(ended)}) ${act('discard', 'Discard', id)}</li>`;
}

function releaseWords(
  { id, state }: ShelfRow,
  { recallUntil, sent, parts, fault, erasing }: Release,
  waiting: Waiting | null,
): string {
  const why = fault ? ` The last try: ${fault}` : '';
  if (erasing) return `is being erased at your organisation.${why}`;
  if (state === 'released') return 'is at your organisation, sealed.';
  if (waiting?.ids.includes(id))
    return state === 'uploading' ? `waits: ${sent} of ${parts} parts have left.` : 'waits, and has not left.';
  if (state === 'uploading') return `is leaving: ${sent} of ${parts} parts.${why}`;
  return `rests here until ${new Date(recallUntil).toLocaleString('en-GB')} and leaves some time after that.${why}`;
}

function releaseAct(
  row: ShelfRow,
  act: (name: string, label: string, more?: string) => string,
  id: string,
): string {
  if (row.state === 'cooling') return act('recall', 'Call it back', id);
  return row.state === 'released' && !row.release?.erasing ? act('erase', 'Erase it there', id) : '';
}

export function plainPage(sentence: string): string {
  return page(sentence, '');
}

const ENDED: Readonly<Record<NonNullable<ShelfRow['ended']>, string>> = {
  crash: 'the recorder was killed',
  duration: 'the agreed length was reached',
  size: 'the agreed space was used up',
  cpu: 'it took too much of the processor',
  memory: 'it took too much memory',
  storage: 'the disk is full, or failed',
  source: 'the display went away',
  indicator: 'its window on the screen went away',
  permission: 'nothing may be recorded any more',
};

export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Aboveboard recorder</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head>
<body><main><h1>${text(title)}</h1>${body}</main></body></html>`;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}:root{color-scheme:light dark}textarea{font:inherit;max-width:100%}' +
  'img{max-width:100%;border:1px solid #999;margin:0 0 .5rem}form{display:inline-block;margin:0 .5rem .5rem 0}button,input{font:inherit;padding:.3rem .7rem}';

export function text(value: string): string {
  return value.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`).replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}
