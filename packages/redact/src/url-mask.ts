import type { Names } from './names.ts';

/**
 * Of a URL only the shape stays (MASK12): every segment of the path, every key and value of the query and
 * the fragment are renamed; origin, user and password go. The result is a path, so that a replayed link
 * leads nowhere. `/orders/48213?tab=notes#n4` becomes `/a1b2c3/d4e5f6?g7h8i9=j0k1l2#m3n4o5`.
 */
export function maskUrl(url: string, names: Names): string {
  const text = url.trim();
  if (text === '') return '';
  if (text.startsWith('#')) return `#${name(text.slice(1))}`;
  // Nothing of javascript:, data:, blob:, mailto:, tel: has a shape worth keeping.
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return `#${names.rename(scheme)}`;
  const [, rest = ''] = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/[^/?#]*)?([\s\S]*)$/i.exec(text) ?? [];
  const [, path = '', query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(rest) ?? [];
  const segments = path.split('/').filter((segment) => segment !== '');
  let out = `/${segments.slice(0, 32).map(name).join('/')}`;
  if (query) {
    const pairs = query.split('&').slice(0, 32);
    out += `?${pairs.map((pair) => pair.split('=', 2).map(name).join('=')).join('&')}`;
  }
  return fragment ? `${out}#${name(fragment)}` : out;

  function name(piece: string): string {
    let plain = piece;
    try {
      plain = decodeURIComponent(piece);
    } catch {
      // Not encoded properly: it is renamed as it stands.
    }
    return names.rename(plain);
  }
}
