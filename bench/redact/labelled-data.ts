import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Box } from '../../packages/redact/src/frame/raster.ts';

/** Other people's labelled data (../shared/data/pii); null where it is absent. */
const folder =
  process.env['ABOVEBOARD_TEST_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
export const PII = existsSync(`${folder}/pii`) ? `${folder}/pii` : null;

export type LabelledText = { text: string; spans: { type: string; start: number; end: number }[] };

export function presidioRows(): LabelledText[] {
  return ['generated_small', 'synth_v2_first600'].flatMap((name) => {
    const rows = JSON.parse(readFileSync(`${PII}/presidio/${name}.json`, 'utf8')) as PresidioRow[];
    return rows.map(({ full_text, spans }) => ({
      text: full_text,
      spans: spans.map(({ entity_type, start_position, end_position }) => ({
        type: entity_type,
        start: start_position,
        end: end_position,
      })),
    }));
  });
}
type PresidioRow = {
  full_text: string;
  spans: { entity_type: string; start_position: number; end_position: number }[];
};

export type ScreenText = { id: string; app: string; window: string; pii: { text: string; label: string }[] };

export function screenTexts(): ScreenText[] {
  return readFileSync(`${PII}/screenleak/text.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ScreenText);
}

export type ScreenPicture = { file: string; boxes: number; labelled: Box[] };

export function screenPictures(): ScreenPicture[] {
  const rows = readFileSync(`${PII}/screenleak/images.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PictureRow);
  const files = readdirSync(`${PII}/screenleak/images`);
  return rows.flatMap(({ id, spans }) => {
    const name = files.find((file) => file === `${id}.png`);
    const labelled = spans.map(({ bbox: [x, y, width, height] }) => ({ x, y, width, height }));
    return name ? [{ file: `${PII}/screenleak/images/${name}`, boxes: spans.length, labelled }] : [];
  });
}
type PictureRow = { id: string; spans: { bbox: [number, number, number, number] }[] };
