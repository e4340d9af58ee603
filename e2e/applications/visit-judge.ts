import type { InterfaceNode } from '@aboveboard/protocol/state';
import type { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { PNG } from 'pngjs';
import type { Read } from '../../apps/extension/test/spooled-recording.ts';
import type { SecretScan } from '../secret-scan.ts';
import type { Still } from './recorded-visit.ts';
import { likeness, likenessWithin } from './same-picture.ts';
import type { Box } from './shown-page.ts';

/** From here on what is drawn can be read as what it was. Between 0.75 and 0.95 lies nothing that was measured. */
export const READABLE = 0.8;

export type Verdict = {
  frames: number;
  /** Planted texts that are drawn on the page at a look, and how many can be read in the frame of that moment. */
  plantedDrawn: number;
  plantedReadable: string[];
  /** Labels that the application shows whatever it is filled with; in how many trees and frames they are. */
  labels: number;
  /** Those of them that are drawn as text. */
  labelsDrawn: number;
  labelsMissing: string[];
  labelsIllegible: string[];
};

/**
 * Draws the frame of every look and holds it against the page as it was. The oracle of labels is the application itself:
 * what its controls say under both fillings. `scan` is shown the text and the tree of each frame.
 */
export async function judgeVisit(
  renderer: FrameRenderer,
  read: Read,
  stills: readonly Still[],
  other: readonly Pick<Still, 'shown'>[],
  scan: SecretScan,
): Promise<Verdict> {
  const verdict: Verdict = {
    frames: 0,
    plantedDrawn: 0,
    plantedReadable: [],
    labels: 0,
    labelsDrawn: 0,
    labelsMissing: [],
    labelsIllegible: [],
  };
  // One page was recorded, in one tab.
  const surface = read.states[0]?.surface ?? 0;
  const recording = {
    async *events() {
      yield read.events;
    },
    async *states() {
      yield read.states;
    },
  };
  const wants = stills.map(({ t }) => ({ surface, t, tree: true }));
  for await (const { want, png, text, tree, ratio } of renderer.render(recording, wants)) {
    const index = stills.findIndex(({ t }) => t === want.t);
    const still = stills[index] as Still;
    verdict.frames++;
    scan.text(`frame ${index + 1}, text`, text ?? '');
    scan.text(`frame ${index + 1}, tree`, JSON.stringify(tree));
    const frame = PNG.sync.read(Buffer.from(png));
    const inPixels = (box: Box) => scaled(box, ratio);
    for (const { text: word, box } of still.shown.planted) {
      verdict.plantedDrawn++;
      const alike = likeness(still.photograph, frame, inPixels(box));
      if (alike >= READABLE) verdict.plantedReadable.push(`${word} ${alike.toFixed(2)}`);
    }
    const nodes = tree ? [...nodesOf(tree)] : [];
    const bearing = (label: string) => nodes.filter(({ name }) => name.includes(label));
    const elsewhere = other[index]?.shown;
    const always = new Set(elsewhere?.labels.map(({ text: label }) => label));
    for (const { text: label, box } of still.shown.labels.filter(({ text: one }) => always.has(one))) {
      verdict.labels++;
      verdict.labelsDrawn++;
      const places = bearing(label).map((node) => around(node.box));
      if (places.length === 0) verdict.labelsMissing.push(label);
      // The same reach as for what was planted: what stands beside a label may have become narrower.
      let alike = likeness(still.photograph, frame, inPixels(box));
      for (const place of places) {
        if (alike < READABLE)
          alike = Math.max(alike, likenessWithin(still.photograph, frame, inPixels(box), inPixels(place)));
      }
      if (alike < READABLE) verdict.labelsIllegible.push(`${label} ${alike.toFixed(2)}`);
    }
    for (const name of still.shown.names.filter((one) => elsewhere?.names.includes(one))) {
      verdict.labels++;
      if (bearing(name).length === 0) verdict.labelsMissing.push(name);
    }
  }
  return verdict;
}

function scaled({ x, y, width, height }: Box, ratio: number): Box {
  return { x: x * ratio, y: y * ratio, width: width * ratio, height: height * ratio };
}

/** A little more than a box: letters reach over it. Never a large part of the page. */
function around({ x, y, width, height }: Box): Box {
  return { x: x - 6, y: y - 4, width: Math.min(width, 1_000) + 12, height: Math.min(height, 200) + 8 };
}

function* nodesOf(node: InterfaceNode): Generator<{ name: string; box: Box }> {
  yield { name: node.name.replace(/\s+/g, ' '), box: node.box };
  for (const child of node.children) yield* nodesOf(child);
}
