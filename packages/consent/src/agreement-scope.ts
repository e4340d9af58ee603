import type { AgreedApp, AgreedDesktopApp, Agreement } from './agreement.ts';

/**
 * What an agreement lets be recorded, taken apart into the smallest things that can be agreed to or objected
 * to: one signal, in one mode, at one place. Names of applications don't count in comparisons: an application
 * that comes back under another id at the same place is the same place (AGR72, OBJ21).
 */
export type AgreedCell = {
  app: string;
  /** An exact origin, or a program with its window class. */
  place: string;
  signal: AgreedApp['signals'][number];
  mode: AgreedApp['modes'][number];
  masks: AgreedApp['masks'] | null;
};

export function cellsOf(agreement: Agreement, only: { app?: string; signal?: string } = {}): AgreedCell[] {
  const cells: AgreedCell[] = [];
  for (const app of [...agreement.apps, ...agreement.desktopApps]) {
    if (only.app !== undefined && app.id !== only.app) continue;
    for (const place of placesOf(app)) {
      for (const signal of app.signals) {
        if (only.signal !== undefined && signal !== only.signal) continue;
        for (const mode of app.modes) {
          cells.push({ app: app.id, place, signal, mode, masks: 'masks' in app ? app.masks : null });
        }
      }
    }
  }
  return cells;
}

/** Everything that `cell` lets be recorded, `agreement` lets be recorded too, at the same place or wider. */
export function stillAllows(agreement: Agreement, cell: AgreedCell): boolean {
  return cellsOf(agreement, { signal: cell.signal }).some(
    (other) =>
      other.mode === cell.mode && samePlace(other.place, cell.place) && masksWithin(cell.masks, other.masks),
  );
}

/** `inner` leaves nothing readable that `outer` closes. */
export function masksWithin(inner: AgreedCell['masks'], outer: AgreedCell['masks']): boolean {
  if (inner === null || outer === null) return inner === outer;
  return (
    inner.open.every((selector) => outer.open.includes(selector)) &&
    outer.closed.every((selector) => inner.closed.includes(selector)) &&
    (inner.literals === 'none' || (inner.literals === outer.literals && inner.list === outer.list))
  );
}

/** `outer` may be the whole program where `inner` is one of its windows. */
export function samePlace(outer: string, inner: string): boolean {
  return outer === inner || (outer.endsWith(ANY_WINDOW) && inner.startsWith(outer.slice(0, -1)));
}

export function placesOf(app: AgreedApp | AgreedDesktopApp): string[] {
  return 'origins' in app ? app.origins : [`program ${app.executable} ${app.windowClass ?? '*'}`];
}
// No origin holds a space, and no executable of an agreement does (AGR15).
const ANY_WINDOW = ' *';
