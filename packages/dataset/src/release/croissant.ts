import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { Fault } from '@aboveboard/protocol/fault';
import {
  agreementName,
  CREATOR,
  FILES,
  NO_AGREEMENT,
  releaseDescription,
  responsibleUse,
  TASKS,
  USE,
} from '../messages/croissant-en.ts';
import { CARD_NAME } from './card-page.ts';
import { sameBytes } from './dsse.ts';
import { MANIFEST_NAME, type ReleaseManifest } from './release-manifest.ts';

export const CROISSANT_NAME = 'croissant.json';
/** Of how a manifest is told in Croissant, to the byte: another word is another version, and those before it stay readable. */
const SD_VERSION = '1';

/** `bytes`: of the manifest as it lies there. `published`: the day on which its build began, `YYYY-MM-DD`. */
export type Described = {
  manifest: ReleaseManifest;
  digest: string;
  bytes: number;
  published: string;
  /** Of a set of plain shards (REL55). */
  plain: boolean;
};

/** Croissant 1.1 with RAI 1.0 and ODRL, in canonical form: a function of the manifest and of a day (REL80, REL81). */
export function croissantBytes(of: Described): Uint8Array<ArrayBuffer> {
  const { manifest, digest, bytes, published, plain } = of;
  const { name, version, agreements, card, software } = manifest;
  return canonicalBytes({
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    '@id': `urn:aboveboard:release:${digest}`,
    conformsTo: ['http://mlcommons.org/croissant/1.1', 'http://mlcommons.org/croissant/RAI/1.0'],
    name,
    description: releaseDescription(manifest),
    version: `${version}.0.0`,
    sdVersion: SD_VERSION,
    datePublished: published,
    url: `urn:aboveboard:release:${digest}`,
    creator: { '@type': 'Organization', name: CREATOR },
    license:
      agreements.length === 0
        ? [{ '@type': 'CreativeWork', name: NO_AGREEMENT }]
        : agreements.map((one) => ({
            '@type': 'CreativeWork',
            name: agreementName(one.id, one.version),
            identifier: `sha256:${one.digest}`,
          })),
    isLiveDataset: false,
    usageInfo: usageOf(manifest.purpose),
    'prov:wasGeneratedBy': {
      '@type': 'prov:Activity',
      'prov:wasAssociatedWith': {
        '@type': ['prov:Agent', 'prov:SoftwareAgent'],
        'prov:label': `${software.name} ${software.version}`,
      },
    },
    ...Object.fromEntries(
      Object.entries(responsibleUse(manifest)).map(([property, said]) => [`rai:${property}`, said]),
    ),
    distribution: [
      fileObject(MANIFEST_NAME, { sha256: digest, bytes }, 'application/json', FILES.manifest),
      ...(card ? [fileObject(CARD_NAME, card, 'text/html', FILES.card)] : []),
      {
        '@type': 'cr:FileSet',
        '@id': 'shards',
        name: 'shards',
        ...(plain
          ? {
              description: FILES.plain,
              encodingFormat: ['application/gzip', 'application/x-tar'],
              includes: ['plain/*.jsonl.gz', 'plain/*.tar'],
            }
          : {
              description: FILES.shards,
              encodingFormat: 'application/octet-stream',
              includes: 'shards/*.bin',
            }),
      },
    ],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'tasks',
        name: 'tasks',
        description: TASKS.set,
        key: { '@id': 'tasks/id' },
        field: [
          field('id', '$.tasks[*].id', TASKS.id),
          ...(['person', 'application', 'template'] as const).map((split) =>
            field(split, `$.tasks[*].splits.${split}`, TASKS[split]),
          ),
        ],
      },
    ],
  });
}

/**
 * Of a document beside a manifest: it says what this software says of that manifest, on the day that the document names (REL86). The
 * day itself is nobody's but who wrote it.
 */
export function croissantFaults(said: Uint8Array, of: Omit<Described, 'published'>): Fault[] {
  const wrong = (message: string): Fault[] => [{ rule: 'REL86', at: CROISSANT_NAME, message }];
  const told = parsed(said);
  if (told === null) return wrong('is no JSON object');
  if (told['url'] !== `urn:aboveboard:release:${of.digest}`) return wrong('is of another manifest');
  const published = publishedOn(said);
  if (published === null) return wrong('names no day');
  if (told['sdVersion'] !== SD_VERSION) return wrong('is of a version that is not known here');
  return sameBytes(croissantBytes({ ...of, published }), said) ? [] : wrong('is not what the manifest says');
}

/** The day that a document names; null: none. */
export function publishedOn(said: Uint8Array): string | null {
  const day = parsed(said)?.['datePublished'];
  if (typeof day !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? null : day;
}

function fileObject(
  name: string,
  { sha256, bytes }: { sha256: string; bytes: number },
  encodingFormat: string,
  description: string,
) {
  return {
    '@type': 'cr:FileObject',
    '@id': name,
    ...{ name, description, encodingFormat, sha256 },
    contentUrl: name,
    contentSize: `${bytes} B`,
  };
}

function field(name: string, jsonPath: string, description: string) {
  return {
    '@type': 'cr:Field',
    '@id': `tasks/${name}`,
    ...{ name, description },
    dataType: 'sc:Text',
    source: { fileObject: { '@id': MANIFEST_NAME }, extract: { jsonPath } },
  };
}

/** One purpose, nobody is to be found out, and copies go when the release is superseded (REL84). */
function usageOf(purpose: string) {
  const own = (name: string) => ({ '@id': `urn:aboveboard:${name}` });
  const constraint = (left: string, operator: string, rightOperand: object, name: string) => ({
    '@type': 'odrl:Constraint',
    name,
    'odrl:leftOperand': { '@id': left },
    'odrl:operator': { '@id': operator },
    'odrl:rightOperand': rightOperand,
  });
  const isFor = { ...own(`purpose:${encodeURIComponent(purpose)}`), name: purpose };
  return {
    '@type': ['CreativeWork', 'odrl:Offer'],
    name: USE.name,
    'odrl:permission': {
      '@type': 'odrl:Permission',
      'odrl:action': { '@id': 'odrl:use' },
      'odrl:constraint': [constraint('odrl:purpose', 'odrl:eq', isFor, USE.purpose)],
    },
    'odrl:prohibition': {
      '@type': 'odrl:Prohibition',
      'odrl:action': { ...own('action:identify'), name: USE.identify },
    },
    'odrl:obligation': {
      '@type': 'odrl:Duty',
      'odrl:action': { '@id': 'odrl:delete' },
      'odrl:constraint': [constraint('odrl:event', 'odrl:gt', own('event:superseded'), USE.remove)],
    },
  };
}

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const croissant = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, `cr:${name}`]));
/** The terms of Croissant's own context that are used here, and the vocabularies beside it. Nothing is loaded to read it (REL85). */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'http://schema.org/',
  sc: 'http://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  odrl: 'http://www.w3.org/ns/odrl/2/',
  prov: 'http://www.w3.org/ns/prov#',
  conformsTo: 'dct:conformsTo',
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  ...croissant(['extract', 'field', 'fileObject', 'includes', 'isLiveDataset', 'jsonPath']),
  ...croissant(['key', 'recordSet', 'sdVersion', 'source']),
};
