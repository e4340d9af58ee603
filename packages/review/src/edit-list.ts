/**
 * What a contributor changes before a recording leaves (spec/review.md, REV1-REV9), as data: it can be kept
 * beside an unreviewed recording, undone, and applied later. Nothing here touches the recording; apply-edits
 * does. All times are ticks, ranges are half open: `from` is in, `to` is not.
 */
export type EditList = {
  /** In order, disjoint, not touching. */
  cuts: readonly Cut[];
  /** What becomes of the time inside the cuts. `keep`: a gap of the same length stands in its place. */
  cutTime: 'keep' | 'remove';
  masks: readonly MaskEdit[];
  /** New words for a free task; null: as they were said. */
  task: string | null;
  /** Did it work? Null: she did not say. Never preset (T10). */
  worked: boolean | null;
  reasons: readonly Reason[];
};

export type Cut = { from: number; to: number };
export type MaskEdit = ElementMask | RectangleMask;
export type ElementMask = { kind: 'element'; surface: number; node: number; from: number; to: number };
/** `rect` is in CSS pixels of the surface's viewport. */
export type RectangleMask = { kind: 'rectangle'; surface: number; rect: Rect; from: number; to: number };
export type Rect = { x: number; y: number; width: number; height: number };
/** Why she did a step; `action` is the index of the ReviewAction. */
export type Reason = { action: number; text: string };

export const NO_EDITS: EditList = {
  cuts: [],
  cutTime: 'keep',
  masks: [],
  task: null,
  worked: null,
  reasons: [],
};

/** Where a review begins that was released before and recalled: what she said then still stands. */
export function editsSaying(outcome: { worked: boolean | null; reasons: readonly Reason[] }): EditList {
  return { ...NO_EDITS, worked: outcome.worked, reasons: outcome.reasons };
}

/** Adds a cut and melts it with those that it overlaps or touches. An empty range changes nothing. */
export function withCut(edits: EditList, cut: Cut): EditList {
  if (cut.to <= cut.from) return edits;
  return { ...edits, cuts: melt([...edits.cuts, cut]) };
}

export function withoutCut(edits: EditList, index: number): EditList {
  return { ...edits, cuts: edits.cuts.filter((_, i) => i !== index) };
}

export function withMask(edits: EditList, mask: MaskEdit): EditList {
  if (mask.to <= mask.from) return edits;
  return { ...edits, masks: [...edits.masks, mask] };
}

export function withoutMask(edits: EditList, index: number): EditList {
  return { ...edits, masks: edits.masks.filter((_, i) => i !== index) };
}

/** Blank text takes the reason back. */
export function withReason(edits: EditList, action: number, text: string): EditList {
  const others = edits.reasons.filter((reason) => reason.action !== action);
  if (text.trim() === '') return { ...edits, reasons: others };
  return { ...edits, reasons: [...others, { action, text }].sort((a, b) => a.action - b.action) };
}

/** In order, overlapping and touching ranges made one, empty ones gone. */
export function melt(cuts: readonly Cut[]): Cut[] {
  const melted: Cut[] = [];
  for (const cut of cuts.filter((c) => c.to > c.from).sort((a, b) => a.from - b.from)) {
    const last = melted.at(-1);
    if (last && cut.from <= last.to) last.to = Math.max(last.to, cut.to);
    else melted.push({ from: cut.from, to: cut.to });
  }
  return melted;
}

/** True when [from, to] shares an instant with a cut. */
export function touchesCut(cuts: readonly Cut[], from: number, to: number): boolean {
  return cuts.some((cut) => from < cut.to && to >= cut.from);
}
