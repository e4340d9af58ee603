import { missesWords as say } from '../messages/misses-en.ts';
import { type Player, type ScoredStep, scoredSteps } from './bench-score.ts';
import type { BenchTask, PlayedAction, TruthAction } from './bench-task.ts';

/** A step that was played badly, with the task it is of. */
export type Miss = ScoredStep & { task: BenchTask };

/** The worst first, and of equals the earlier; steps that were played rightly are none. */
export function worstMisses(tasks: readonly BenchTask[], play: Player, most: number): Miss[] {
  const misses: Miss[] = [];
  for (const task of tasks)
    for (const scored of scoredSteps(task, play))
      if (scored.score.total < 1) misses.push({ ...scored, task });
  return misses.sort((a, b) => a.score.total - b.score.total).slice(0, most);
}

/**
 * A page of misses: each step's picture with the box of what was to be acted on and the place of what was played (EVA20). No script,
 * nothing from outside; every text is escaped. `png` gives a picture's bytes, or null where there is none: then the step is told in words.
 */
export async function missesPage(
  misses: readonly Miss[],
  of: { steps: number; missed: number },
  png: (image: string) => Promise<Uint8Array | null>,
): Promise<string> {
  const shown: string[] = [];
  for (const miss of misses)
    shown.push(missHtml(miss, miss.step.image === null ? null : await png(miss.step.image)));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${say.title}</title><style>${STYLE}</style></head><body><main>
<h1>${say.title}</h1><p>${escaped(say.lead(of.steps, of.missed, misses.length))}</p><p>${say.legend}</p>
${shown.join('\n')}
</main></body></html>
`;
}

function missHtml({ task, step, played, score }: Miss, png: Uint8Array | null): string {
  const wanted = step.ground_truth_actions.map(wantedWords);
  const done = played === null ? [say.noAnswer] : played.map(playedWords);
  const list = (items: readonly string[]) =>
    items.length === 0
      ? `<p>${say.nothing}</p>`
      : `<ul>${items.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`;
  return `<article><h2>${escaped(say.step(step.step_num, score.total))}</h2><p>${escaped(task.high_level_task_description)}</p>
${png === null ? `<p>${say.noPicture}</p>` : pictureHtml(png, step.ground_truth_actions, played ?? [])}
<div class="beside"><section><h3>${say.wanted}</h3>${list(wanted)}</section><section><h3>${say.played}</h3>${list(done)}</section></div></article>`;
}

function pictureHtml(
  png: Uint8Array,
  truth: readonly TruthAction[],
  played: readonly PlayedAction[],
): string {
  const percent = (share: number) => `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
  const boxes = truth.flatMap((action) => ('metadata' in action ? action.metadata.bboxes : []));
  const places = played.flatMap((action) => ('x' in action ? [action] : []));
  const marks = [
    ...boxes.map(
      ({ rel_bbox: [left, top, width, height] }) =>
        `<rect x="${percent(left)}" y="${percent(top)}" width="${percent(width)}" height="${percent(height)}"/>`,
    ),
    // A cross within a circle: who sees no colours tells it from a box.
    ...places.map(({ x, y }) => {
      const at = `x="${percent(x)}" y="${percent(y)}"`;
      return `<svg ${at} overflow="visible"><circle r="9"/><path d="M-13 0h26M0-13v26"/></svg>`;
    }),
  ].join('');
  const data = `data:image/png;base64,${base64(png)}`;
  return `<figure><img alt="${say.picture}" src="${data}"><svg class="marks" aria-hidden="true">${marks}</svg></figure>`;
}

function wantedWords(action: TruthAction): string {
  if (!('params' in action)) return '';
  if ('position' in action.params) return say.at(action.type, action.params.position);
  if ('text' in action.params) return say.text(action.params.text);
  if ('keys' in action.params) return say.keys(action.params.keys);
  return 'amount' in action.params ? say.scroll(action.params.amount) : say.end(action.params.status);
}

function playedWords(action: PlayedAction): string {
  if ('x' in action) return say.at(action.type, action);
  if ('text' in action) return say.text(action.text);
  if ('keys' in action) return say.keys(action.keys);
  return 'amount' in action ? say.scroll(action.amount) : say.end(action.status);
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

function escaped(given: string): string {
  return given.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}
article{border-top:1px solid;margin-top:2rem}p,li{overflow-wrap:anywhere}figure{position:relative;margin:1rem 0}
img{display:block;max-width:100%;border:1px solid #888}.marks{position:absolute;inset:1px;width:calc(100% - 2px);height:calc(100% - 2px);overflow:hidden}
.marks rect{fill:none;stroke:#0a6b2d;stroke-width:3}.marks circle,.marks path{fill:none;stroke:#b3261e;stroke-width:3}
figure{width:fit-content}.beside{display:grid;grid-template-columns:1fr 1fr;gap:1rem}@media(max-width:40rem){.beside{grid-template-columns:1fr}}
@media print{article{break-inside:avoid}}`;
