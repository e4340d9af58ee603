import type { Agreement, Purpose } from './agreement.ts';
import { type AgreedCell, cellsOf, masksWithin, placesOf, samePlace } from './agreement-scope.ts';
import { agreementWords } from './agreement-words.ts';
import { canonicalBytes } from './canonical-json.ts';
import type { Messages } from './messages/en.ts';

/**
 * What changed between two versions, and what of it a contributor has to agree to anew (T7; AGR70-AGR76).
 * A change that only takes away needs nobody's fresh consent; one that this file can't tell to take away
 * needs everybody's.
 */
export type AgreementDifference = {
  /** Application by application, what may be recorded now and could not before, and the other way round. */
  apps: readonly AppChange[];
  /** Fields of the document outside the list of applications. */
  terms: readonly TermChange[];
  /** What a contributor's consent to the older version no longer covers. */
  fresh: {
    /** A term changed that bears on everything: no recording goes on under the older consent. */
    everything: boolean;
    /** Applications of the newer version with something in them that the older one did not allow. */
    apps: readonly string[];
    /** Purposes that the older version did not name. */
    purposes: readonly Purpose[];
  };
};

export type AppChange = {
  app: string;
  name: string;
  change: 'added' | 'removed' | 'widened' | 'narrowed';
  /** Signals, modes and places that are new in it, or gone from it. */
  signals: readonly AgreedCell['signal'][];
  modes: readonly AgreedCell['mode'][];
  places: readonly string[];
  /** More stays readable, or less. */
  masks: boolean;
};

export type TermChange = { field: keyof Agreement; change: 'narrower' | 'other'; fresh: boolean };

export function agreementDifference(older: Agreement, newer: Agreement): AgreementDifference {
  const terms = termChanges(older, newer);
  const apps = appChanges(older, newer);
  return {
    apps,
    terms,
    fresh: {
      everything: terms.some((term) => term.fresh),
      apps: [
        ...new Set(
          cellsOf(newer)
            .filter((cell) => !agreedBefore(older, cell))
            .map((cell) => cell.app),
        ),
      ],
      purposes: newer.purposes.filter((purpose) => !older.purposes.includes(purpose)),
    },
  };
}

/** Did the older version let this be recorded already, with no more of it readable? */
export function agreedBefore(older: Agreement, cell: AgreedCell): boolean {
  return cellsOf(older, { app: cell.app, signal: cell.signal }).some(
    (before) =>
      before.mode === cell.mode &&
      samePlace(before.place, cell.place) &&
      masksWithin(cell.masks, before.masks),
  );
}

/** Does a consent to the older version still hold under the terms of the newer one? Says nothing of applications. */
export function termsCarry(older: Agreement, newer: Agreement): boolean {
  return !termChanges(older, newer).some((term) => term.fresh);
}

type Comparison = (older: never, newer: never) => 'narrower' | 'other';
type Term = { fresh: boolean; compare?: Comparison };

const less: Comparison = (older: number, newer: number) => (newer < older ? 'narrower' : 'other');
const more: Comparison = (older: number, newer: number) => (newer > older ? 'narrower' : 'other');
const off: Comparison = (older: boolean, newer: boolean) => (older && !newer ? 'narrower' : 'other');
const subset: Comparison = (older: readonly string[], newer: readonly string[]) =>
  newer.every((one) => older.includes(one)) ? 'narrower' : 'other';
const each =
  (compare: (a: number, b: number) => boolean): Comparison =>
  (older: Record<string, number>, newer: Record<string, number>) =>
    Object.keys(older).every((key) => compare(older[key] as number, newer[key] as number))
      ? 'narrower'
      : 'other';

/**
 * Which terms touch what she agreed to. Not here: the list of applications, compared cell by cell, and the
 * purposes, which she agrees to one by one. A field that is new in the format must be put here: the type says
 * so.
 */
const TERMS: Readonly<Record<Exclude<keyof Agreement, 'apps' | 'desktopApps'>, Term>> = {
  format: { fresh: true },
  formatVersion: { fresh: false },
  class: { fresh: true },
  id: { fresh: true },
  version: { fresh: false },
  title: { fresh: false },
  languages: { fresh: false },
  controller: { fresh: true },
  // Who signs is the parties' own matter, and a change of it takes the signatures of those before (AGR66).
  parties: { fresh: false },
  signers: { fresh: false },
  mandate: { fresh: false },
  purposes: { fresh: false, compare: subset },
  finestTimestampMicroseconds: { fresh: true, compare: more },
  limits: { fresh: true, compare: each((a, b) => b <= a) },
  retention: { fresh: true, compare: each((a, b) => b <= a) },
  budgets: { fresh: true, compare: each((a, b) => b <= a) },
  leastCount: { fresh: true, compare: more },
  objectionPercent: { fresh: true, compare: less },
  bars: { fresh: true },
  paidTime: { fresh: true, compare: each((a, b) => b >= a) },
  downstreamUses: { fresh: true, compare: subset },
  // The representative signs each build (T24); an update of the recorder is no new purpose.
  recorders: { fresh: false },
  identifiedPercent: { fresh: true, compare: less },
  staleHours: { fresh: true, compare: less },
  surrogates: { fresh: true, compare: off },
  textRecognition: { fresh: true, compare: off },
  coolingMinutes: { fresh: true, compare: more },
  legalBasis: { fresh: true },
  // The assessment is written anew with each version; what it is about are the other terms.
  attachments: { fresh: false },
  validity: { fresh: false },
  withdrawal: { fresh: true },
};

function termChanges(older: Agreement, newer: Agreement): TermChange[] {
  const changes: TermChange[] = [];
  for (const [name, { fresh, compare }] of Object.entries(TERMS)) {
    const field = name as keyof typeof TERMS;
    if (sameValue(older[field], newer[field])) continue;
    const change = compare ? compare(older[field] as never, newer[field] as never) : 'other';
    changes.push({ field, change, fresh: fresh && change !== 'narrower' });
  }
  return changes;
}

function appChanges(older: Agreement, newer: Agreement): AppChange[] {
  const changes: AppChange[] = [];
  const before = [...older.apps, ...older.desktopApps];
  const after = [...newer.apps, ...newer.desktopApps];
  for (const app of after) {
    const was = before.find((one) => one.id === app.id);
    if (!was) {
      changes.push(change('added', app, app.signals, app.modes, placesOf(app), false));
      continue;
    }
    const masks = 'masks' in app ? app.masks : null;
    const old = 'masks' in was ? was.masks : null;
    const gained = change(
      'widened',
      app,
      without(app.signals, was.signals),
      without(app.modes, was.modes),
      without(placesOf(app), placesOf(was)),
      !masksWithin(masks, old),
    );
    const lost = change(
      'narrowed',
      app,
      without(was.signals, app.signals),
      without(was.modes, app.modes),
      without(placesOf(was), placesOf(app)),
      !masksWithin(old, masks),
    );
    changes.push(...[gained, lost].filter(says));
  }
  for (const was of before) {
    if (after.some((one) => one.id === was.id)) continue;
    changes.push(change('removed', was, was.signals, was.modes, placesOf(was), false));
  }
  return changes;
}

function change(
  kind: AppChange['change'],
  app: { id: string; name: string },
  signals: AppChange['signals'],
  modes: AppChange['modes'],
  places: readonly string[],
  masks: boolean,
): AppChange {
  return { app: app.id, name: app.name, change: kind, signals, modes, places, masks };
}

function says(one: AppChange): boolean {
  return one.signals.length + one.modes.length + one.places.length > 0 || one.masks;
}

function without<T>(items: readonly T[], gone: readonly T[]): T[] {
  return items.filter((item) => !gone.includes(item));
}

function sameValue(a: unknown, b: unknown): boolean {
  const left = canonicalBytes(a);
  const right = canonicalBytes(b);
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** A heading of the rendering with the sentences that went and those that came. */
export type DifferencePassage = { heading: string; gone: string[]; came: string[] };

/**
 * The difference in words. Sentences about applications are said one change at a time ("New: pictures of
 * the window, in Outlook."); all others are those of the two renderings themselves, so that nothing is said
 * here that the documents do not say.
 */
export function differenceWords(
  older: Agreement,
  newer: Agreement,
  messages: Messages,
): { changes: string[]; passages: DifferencePassage[]; consent: string[] } {
  const difference = agreementDifference(older, newer);
  const say = messages.difference;
  const names = new Map([...newer.apps, ...newer.desktopApps].map((app) => [app.id, app.name]));
  const before = agreementWords(older, messages);
  const passages = agreementWords(newer, messages).map(({ heading, sentences }) => {
    const was = before.find((one) => one.heading === heading)?.sentences ?? [];
    return { heading, gone: without(was, sentences), came: without(sentences, was) };
  });
  const { everything, apps, purposes } = difference.fresh;
  return {
    changes: difference.apps.flatMap((one) => appWords(one, messages)),
    passages: passages.filter((one) => one.gone.length + one.came.length > 0),
    consent: everything
      ? [say.freshEverything]
      : [
          ...apps.map((id) => say.freshApp(names.get(id) ?? id)),
          ...purposes.map((purpose) => say.freshPurpose(messages.purposes[purpose])),
          ...(apps.length + purposes.length === 0 ? [say.freshNothing] : []),
        ],
  };
}

function appWords(one: AppChange, messages: Messages): string[] {
  const say = messages.difference;
  const { name } = one;
  const signals = one.signals.map((signal) => messages.signals[signal]);
  if (one.change === 'added') return [say.appAdded(name, signals, one.places)];
  if (one.change === 'removed') return [say.appRemoved(name)];
  const { signal, mode, place, masks } = say[one.change];
  return [
    ...signals.map((text) => signal(text, name)),
    ...one.modes.map((text) => mode(messages.modes[text], name)),
    ...one.places.map((text) => place(text, name)),
    ...(one.masks ? [masks(name)] : []),
  ];
}
