import type { Detector } from './span.ts';

/**
 * What titles of windows and tabs give away besides names and numbers (MASK27): addresses of houses, organisations,
 * handles, channels, repositories. These have weaker forms than identifiers, so they are a group of their own that
 * closed contexts use; prose is not read with it.
 */
export const detectStreets: Detector = (text, report) => {
  const street =
    /(?<![\w.])\d{1,5}[A-Za-z]?(?:[ -]\d{1,4}[A-Za-z]?)?,? (?:[NSEW]\.? )?(?:[\p{Lu}\d][\p{L}\d'.-]{0,30},? ){1,4}?(?:st|street|ave|avenue|rd|road|blvd|boulevard|ln|lane|dr|drive|ct|court|way|sq|square|pl|place|terrace|pkwy|parkway|hwy|highway|close|crescent|row|walk)\b\.?/giu;
  const behind =
    /(?:,? (?:apt|suite|ste|unit|floor|fl|#)\.? ?[\w-]{1,6})?(?:, ?\p{Lu}[\p{L}.'-]{0,30}(?: \p{Lu}[\p{L}.'-]{0,30}){0,2}){0,3}(?:,? [A-Z]{2})?(?:,? \d{4,5}(?:-\d{3,4})?\b)?/iuy;
  for (const found of text.matchAll(street)) {
    behind.lastIndex = found.index + found[0].length;
    const end = behind.test(text) ? behind.lastIndex : found.index + found[0].length;
    report(found.index, end, 'address', 'address.street');
  }
  const european =
    /(?<![\p{L}\d])\p{Lu}[\p{L}-]{2,30}(?:stra(?:ss|\u00df)e|str\.|weg|gasse|allee|platz|straat|laan|gatan|vej|gata|katu|utca) \d{1,4} ?[a-z]?\b(?:, ?(?:[A-Z]{1,2}-)?\d{4,5} \p{Lu}[\p{L}-]{1,30})?|(?<![\p{L}\d])(?:rue|avenue|boulevard|place|calle|via|viale|piazza|rua|avenida|ulica|ul\.) (?:(?:de|des|du|la|le|della|da|do) ){0,2}\p{Lu}[\p{L}'-]{1,30}(?: \p{Lu}[\p{L}'-]{1,30}){0,2},? \d{1,4}\b/giu;
  if (EUROPEAN.test(text)) {
    for (const found of text.matchAll(european))
      report(found.index, found.index + found[0].length, 'address', 'address.street');
  }
  // Numbers of block and house first, as in Japan, up to the postal code.
  const block =
    /(?<![\d-])\d{1,3}-\d{1,3}(?:-\d{1,3})?,? (?:\p{Lu}[\p{L}-]{1,30},? ){1,6}(?:\u3012)?\d{3}-\d{4}\b/gu;
  if (/\d-\d/.test(text)) {
    for (const found of text.matchAll(block))
      report(found.index, found.index + found[0].length, 'address', 'address.block');
  }
};
/** What the long patterns need to find anything: asked first, because most text has none of it. */
const EUROPEAN =
  /(?:stra(?:ss|\u00df)e|str\.|weg|gasse|allee|platz|straat|laan|gatan|vej|gata|katu|utca) \d|(?:rue|avenue|boulevard|place|calle|via|viale|piazza|rua|avenida|ulica|ul\.) /i;

export const detectOrganisations: Detector = (text, report) => {
  const form =
    /(?<![\p{L}\p{N}])(?:\p{Lu}[\p{L}\p{N}&'.-]{0,30},? ){1,4}(?:Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|AG|SE|KG|Corp|Corporation|Co|PLC|S\.A|SAS|SARL|S\.r\.l|SpA|BV|NV|AB|AS|ASA|Oy|Oyj|ApS|Pty|LLP|LP|Labs|Networks|Technologies|Holdings|Partners|Ventures|Capital|Consulting|Solutions|Industries|Systems|Robotics|Bio|Health|Logistics|Realty|Architecture|Studios|AI)\b\.?/gu;
  if (FORM.test(text)) {
    for (const found of text.matchAll(form))
      report(found.index, found.index + found[0].length, 'organisation', 'organisation.form');
  }
  // `#general | acme-oss`: the server beside its channel.
  const server = /#[\p{L}\d_-]{2,80} ?[|\u00b7-] ?([\p{L}\d][\p{L}\d-]{2,40})/gu;
  for (const found of text.matchAll(server)) {
    const start = found.index + found[0].length - (found[1] as string).length;
    report(start, found.index + found[0].length, 'organisation', 'organisation.server');
  }
};

const FORM =
  /[\s,](?:Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|AG|SE|KG|Corp|Corporation|Co|PLC|S\.A|SAS|SARL|S\.r\.l|SpA|BV|NV|AB|AS|ASA|Oy|Oyj|ApS|Pty|LLP|LP|Labs|Networks|Technologies|Holdings|Partners|Ventures|Capital|Consulting|Solutions|Industries|Systems|Robotics|Bio|Health|Logistics|Realty|Architecture|Studios|AI)\b/;

export const detectHandles: Detector = (text, report) => {
  const handle = /(?<![\p{L}\p{N}._%+@/-])@[\p{L}\d_](?:[\p{L}\d_.-]{1,60}[\p{L}\d_])?/gu;
  for (const found of text.matchAll(handle))
    report(found.index, found.index + found[0].length, 'handle', 'handle.at');
  const channel = /(?<![\p{L}\p{N}&/#])#\p{Ll}[\p{L}\d_-]{1,79}/gu;
  for (const found of text.matchAll(channel))
    report(found.index, found.index + found[0].length, 'project', 'project.channel');
  // `owner/repository`, where nothing else says that it is a path: one slash, and no word that is only a word.
  const slug =
    /(?<![\p{L}\p{N}._/~@:-])([a-z\d][a-z\d-]{1,38})\/([a-z\d][a-z\d._-]{1,99})(?![\p{L}\p{N}/])/giu;
  for (const found of text.includes('/') ? text.matchAll(slug) : []) {
    const [owner, name] = [found[1] as string, found[2] as string];
    const around = text.slice(Math.max(0, found.index - 60), found.index + found[0].length + 20);
    if (/\.(?:[cm]?[jt]sx?|json|md|py|go|rs|css|html?|txt|ya?ml)$/i.test(name)) continue;
    const made = /-/.test(owner) || /-/.test(name) || /\d/.test(owner + name);
    if (!made && !/git|issue|pull|repo|branch|commit|#\d/i.test(around) && found[0] !== text.trim()) continue;
    if (/^\d+$/.test(owner) || /^\d+$/.test(name) || /^(?:and|n|he|his|w|input|read|km|mb)$/i.test(owner))
      continue;
    report(found.index, found.index + found[0].length, 'project', 'project.slug');
  }
  const identifier = /(?<![\p{L}\p{N}_])[a-z]{2,12}_(?=[A-Za-z\d]*\d)[A-Za-z\d]{8,40}(?![\p{L}\p{N}_])/gu;
  for (const found of text.includes('_') ? text.matchAll(identifier) : [])
    report(found.index, found.index + found[0].length, 'number', 'number.prefixed');
};
