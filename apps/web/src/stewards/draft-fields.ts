import {
  ATTACHMENT_KINDS,
  DOWNSTREAM_USES,
  LEGAL_GROUNDS,
  MODES,
  PARTY_ROLES,
  PURPOSES,
  SIGNALS,
} from '@aboveboard/consent/agreement';

/** How a field is written: what stands in it, and what a person does with it. */
export type FieldKind =
  | { as: 'text' }
  /** A text, or nothing (null). */
  | { as: 'text-or-null' }
  | { as: 'whole' }
  | { as: 'day' }
  | { as: 'flag' }
  /** One item a line. */
  | { as: 'lines' }
  /** A text in each language of the agreement. */
  | { as: 'texts' }
  | { as: 'one'; of: readonly string[] }
  | { as: 'some'; of: readonly string[] }
  /** Name, or digest, of an attachment of this kind. */
  | { as: 'attachment'; kind: (typeof ATTACHMENT_KINDS)[number]; says: 'name' | 'digest' };

export type FieldPath = string;
/** A field by its path from what it stands in: `masks.open`. */
export type Field = { path: FieldPath; kind: FieldKind };

export const SECTIONS: readonly { id: string; fields: readonly Field[]; lists?: readonly ListId[] }[] = [
  {
    id: 'what',
    fields: [
      { path: 'id', kind: { as: 'text' } },
      { path: 'version', kind: { as: 'whole' } },
      { path: 'languages', kind: { as: 'lines' } },
      { path: 'title', kind: { as: 'texts' } },
      { path: 'validity.from', kind: { as: 'day' } },
      { path: 'validity.until', kind: { as: 'day' } },
    ],
  },
  {
    id: 'who',
    fields: [
      { path: 'controller.name', kind: { as: 'text' } },
      { path: 'controller.address', kind: { as: 'text' } },
      { path: 'controller.contact', kind: { as: 'text' } },
    ],
    lists: ['parties'],
  },
  {
    id: 'mandate',
    fields: [
      { path: 'signers', kind: { as: 'some', of: PARTY_ROLES } },
      { path: 'mandate.kind', kind: { as: 'one', of: ['works-council', 'union', 'ballot'] } },
      {
        path: 'mandate.evidence',
        kind: { as: 'attachment', kind: 'mandate-evidence', says: 'name' },
      },
    ],
  },
  { id: 'attached', fields: [], lists: ['attachments'] },
  { id: 'why', fields: [{ path: 'purposes', kind: { as: 'some', of: PURPOSES } }] },
  { id: 'apps', fields: [], lists: ['apps', 'desktopApps'] },
  {
    id: 'limits',
    fields: [
      { path: 'limits.sessionMinutes', kind: { as: 'whole' } },
      { path: 'limits.dayMinutes', kind: { as: 'whole' } },
      { path: 'finestTimestampMicroseconds', kind: { as: 'whole' } },
      { path: 'staleHours', kind: { as: 'whole' } },
      { path: 'budgets.cpuPercent', kind: { as: 'whole' } },
      { path: 'budgets.memoryMegabytes', kind: { as: 'whole' } },
      { path: 'budgets.diskMegabytes', kind: { as: 'whole' } },
      { path: 'budgets.networkMegabytesPerDay', kind: { as: 'whole' } },
    ],
  },
  {
    id: 'keeping',
    fields: [
      { path: 'coolingMinutes', kind: { as: 'whole' } },
      { path: 'retention.deviceDays', kind: { as: 'whole' } },
      { path: 'retention.vaultDays', kind: { as: 'whole' } },
      { path: 'retention.keyBackupDays', kind: { as: 'whole' } },
      { path: 'retention.silenceDays', kind: { as: 'whole' } },
      { path: 'paidTime.reviewMinutesPerWeek', kind: { as: 'whole' } },
      { path: 'paidTime.expertHoursPerYear', kind: { as: 'whole' } },
    ],
  },
  {
    id: 'use',
    fields: [
      { path: 'downstreamUses', kind: { as: 'some', of: DOWNSTREAM_USES } },
      { path: 'identifiedPercent', kind: { as: 'whole' } },
      { path: 'leastCount', kind: { as: 'whole' } },
      { path: 'surrogates', kind: { as: 'flag' } },
      { path: 'textRecognition', kind: { as: 'flag' } },
    ],
  },
  {
    id: 'objection',
    fields: [
      { path: 'objectionPercent', kind: { as: 'whole' } },
      { path: 'withdrawal.undone', kind: { as: 'texts' } },
      { path: 'withdrawal.remains', kind: { as: 'texts' } },
    ],
  },
  {
    id: 'law',
    fields: [
      { path: 'legalBasis.ground', kind: { as: 'one', of: LEGAL_GROUNDS } },
      { path: 'legalBasis.reference', kind: { as: 'text' } },
      { path: 'legalBasis.collectiveAgreement', kind: { as: 'text-or-null' } },
    ],
  },
  { id: 'recorder', fields: [], lists: ['recorders'] },
];

export type ListId = 'parties' | 'attachments' | 'apps' | 'desktopApps' | 'recorders';

/** Fields of one item of a list. An item is added as `fresh` says; null: not by a button of its own. */
export const LISTS: Readonly<Record<ListId, { fields: readonly Field[]; fresh: object | null }>> = {
  parties: {
    fields: [
      { path: 'name', kind: { as: 'text' } },
      { path: 'contact', kind: { as: 'text' } },
      { path: 'keys', kind: { as: 'lines' } },
    ],
    fresh: null,
  },
  attachments: {
    fields: [
      { path: 'kind', kind: { as: 'one', of: ATTACHMENT_KINDS } },
      { path: 'name', kind: { as: 'text' } },
    ],
    fresh: null,
  },
  apps: {
    fields: [
      { path: 'name', kind: { as: 'text' } },
      { path: 'id', kind: { as: 'text' } },
      { path: 'origins', kind: { as: 'lines' } },
      { path: 'signals', kind: { as: 'some', of: SIGNALS } },
      { path: 'modes', kind: { as: 'some', of: MODES } },
      { path: 'masks.literals', kind: { as: 'one', of: ['none', 'shipped', 'listed'] } },
      { path: 'masks.list', kind: { as: 'attachment', kind: 'literals', says: 'digest' } },
      { path: 'masks.open', kind: { as: 'lines' } },
      { path: 'masks.closed', kind: { as: 'lines' } },
    ],
    fresh: {
      id: '',
      name: '',
      origins: [],
      signals: [],
      modes: [],
      masks: { open: [], closed: [], literals: 'none' },
    },
  },
  desktopApps: {
    fields: [
      { path: 'name', kind: { as: 'text' } },
      { path: 'id', kind: { as: 'text' } },
      { path: 'executable', kind: { as: 'text' } },
      { path: 'windowClass', kind: { as: 'text-or-null' } },
      { path: 'signals', kind: { as: 'some', of: SIGNALS } },
      { path: 'modes', kind: { as: 'some', of: MODES } },
    ],
    fresh: { id: '', name: '', executable: '', windowClass: null, signals: [], modes: [] },
  },
  recorders: {
    fields: [
      { path: 'name', kind: { as: 'text' } },
      { path: 'version', kind: { as: 'text' } },
      { path: 'digest', kind: { as: 'text' } },
    ],
    fresh: { name: '', version: '', digest: '' },
  },
};
