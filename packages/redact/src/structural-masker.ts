import { isSafeCss } from '@aboveboard/protocol/state-safety';
import { ATTRIBUTE_WORDS, attributeKind } from './attribute-table.ts';
import { boundedMemory } from './bounded-memory.ts';
import { maskCss } from './css-mask.ts';
import { maskTag } from './css-selector.ts';
import { cssTokens } from './css-tokens.ts';
import { type CssMasking, maskNumber, maskValue } from './css-value.ts';
import { looksLikeData } from './data-shape.ts';
import { FIELD_STANDS } from './field-stand.ts';
import { createFiller } from './filler.ts';
import { isInterfaceRole } from './interface-role.ts';
import { keyedHash } from './keyed-hash.ts';
import { createLabelTemplates, type LabelTemplates } from './label-templates.ts';
import type { ElementContext, Masked, Masker, MaskRule, TextContext } from './masker.ts';
import { createNames } from './names.ts';
import { createOpenText } from './open-text.ts';
import { createOpenings, foldSpace } from './openings.ts';
import { maskUrl } from './url-mask.ts';

/** Masks by structure, not by recognising (spec/masking.md): what is not known to be interface is closed. */
export interface DocumentMasker extends Masker {
  /** The name of an element in the recording. */
  tag(name: string): string;
  /** The name of an attribute in the recording, given that it stays. */
  attributeName(name: string): string;
  /**
   * Attributes that are not of the table but that style sheets seen so far select by; grows with `css`.
   * Elements written before an attribute got in here lack it until they are written again.
   */
  readonly selectedAttributes: ReadonlySet<string>;
}

export type MaskerOptions = {
  /** 16 random bytes, hex, fresh for each recording. */
  renaming: string;
  /** The task card's inputs. */
  literals: readonly string[];
  /** What the application ships. */
  shipped: readonly string[];
  /** The contributor's own words: closed wherever they stand, shipped or not (MASK28). */
  ownWords?: readonly string[];
};

const OUTLINE_LIMIT = 2_000;
const SELECTED_LIMIT = 500;
/** A style sheet of some thousand rules comes again and again as long as it is polled. */
const CSS_ROOM = 1_000_000;
const HOLED_ROOM = 150_000;

export function structuralMasker(options: MaskerOptions): DocumentMasker {
  const hash = keyedHash(options.renaming);
  const names = createNames(hash);
  const filler = createFiller(hash);
  const openings = createOpenings(options.literals, options.shipped, filler);
  const openText = createOpenText(openings.fillAround, options.ownWords ?? []);
  /** Made when first asked for: most documents of a page have none to ask. */
  let templates: LabelTemplates | null = null;
  /** What becomes of a text of the interface that is not shipped whole; '' where it fits no template. */
  const holed = boundedMemory<string>(HOLED_ROOM, (label) => label.length);
  const selected = new Set<string>();
  const styles = boundedMemory<Masked<string>>(CSS_ROOM, ({ value }) => value.length);

  const attributeName = (name: string): string =>
    attributeKind(name) !== null || name === 'value' || name === 'lang'
      ? name
      : `data-${names.rename(name.replace(/^data-/, ''))}`;

  let counted: MaskRule | undefined;
  const masking: CssMasking = {
    rename: names.rename,
    text: (text) => {
      const masked = maskText(text, { ...PSEUDO });
      counted ??= masked.rule && 'css.content';
      return masked.value;
    },
    attributeName: (name) => {
      if (attributeKind(name) === null && selected.size < SELECTED_LIMIT) selected.add(name);
      return attributeName(name);
    },
    attributeValue: (name, value) => {
      const kind = attributeKind(name);
      if (kind === 'names') return names.renameAll(value);
      if (kind === 'word' && ATTRIBUTE_WORDS.has(value.toLowerCase())) return value;
      if (kind === 'number' && /^[\d. %-]{1,12}$/.test(value)) return value;
      if (name === 'lang') return /^[a-z]{2,3}$/i.test(value) ? value : 'und';
      return names.rename(value);
    },
    count: (rule) => {
      counted ??= rule;
    },
  };

  /** `css` and everything in CSS's syntax: cached, because the same rules and styles come again and again. */
  const cached = (key: string, mask: () => string): Masked<string> =>
    styles(key, () => {
      counted = undefined;
      const value = mask();
      return { value, rule: counted };
    });

  function maskText(text: string, context: TextContext): Masked<string> {
    const folded = foldSpace(text);
    if (folded === '') return stays(text.length > 100 ? ' ' : text);
    if (context.agreed === 'closed') return { value: filler(text), rule: 'text.agreed-closed' };
    if (context.inputType === 'password') return { value: filler(''), rule: 'value.password' };
    if (openings.isGlyph(folded) || openings.isLiteral(folded)) return stays(text);
    if (context.agreed === 'open') {
      const { value, closed } = context.editable ? openText.typed(text) : openText.agreed(text);
      return { value, rule: closed ? 'text.detected' : undefined };
    }
    const interfaceText = isInterfaceRole(context.role) && !context.editable;
    if (interfaceText && openings.isShipped(folded)) {
      if (looksLikeData(folded)) return { value: openings.fillAround(text), rule: 'text.data' };
      const closed = openText.label(text);
      return closed === null ? stays(text) : { value: closed, rule: 'text.detected' };
    }
    const label = interfaceText ? holed(folded, () => holesClosed(folded)) : '';
    if (label !== '') return { value: spacedLike(text, label), rule: 'text.hole' };
    return {
      value: openings.fillAround(text),
      rule: context.editable ? 'value.closed' : interfaceText ? 'text.not-shipped' : 'text.content',
    };
  }

  /** A shipped label, its holes filled (MASK43). The whole is looked at first: any doubt closes the whole. */
  function holesClosed(folded: string): string {
    templates ??= createLabelTemplates(options.shipped);
    const parts = templates.parts(folded);
    if (parts === null || looksLikeData(folded) || openText.label(folded) !== null) return '';
    return parts.map((part, i) => (i % 2 === 0 ? part : openings.fillAround(part))).join('');
  }

  function attribute(name: string, value: string, context: ElementContext): Masked<string | null> {
    const kind = attributeKind(name);
    switch (kind) {
      case 'word': {
        const words = value.toLowerCase().trim().split(/\s+/, 8);
        if (value === '' || words.every((word) => ATTRIBUTE_WORDS.has(word))) return stays(value);
        return { value: name === 'type' || name === 'role' ? null : '', rule: 'attribute.closed' };
      }
      case 'number': {
        if (value.length > OUTLINE_LIMIT || !/^[\d\s.,eE%a-z*;+-]*$/.test(value)) return closedAttribute();
        return cached(`n:${value}`, () =>
          cssTokens(value)
            .map((t) => (t.kind === 'number' ? maskNumber(t.raw) : /^[\s,;*]+$/.test(t.raw) ? t.raw : ''))
            .join(''),
        );
      }
      case 'names':
        return value.length > 4_000
          ? closedAttribute()
          : { value: names.renameAll(value), rule: 'attribute.renamed' };
      case 'style':
        return css(value);
      case 'value':
        return cached(`v:${value}`, () => maskValue(cssTokens(value.slice(0, 4_000)), masking, name).trim());
      case 'outline':
        return value.length <= OUTLINE_LIMIT && /^[MmZzLlHhVvCcSsQqTtAa\d\s.,eE+-]*$/.test(value)
          ? stays(value)
          : closedAttribute();
      case 'text': {
        // A placeholder belongs to the interface though the field that it stands in does not.
        const role = name === 'placeholder' || name === 'aria-placeholder' ? 'label' : context.role;
        const masked = maskText(value, { ...context, role, editable: false, place: 'node' });
        return masked.rule === undefined ? masked : { value: masked.value, rule: 'attribute.text' };
      }
      case 'url':
        // Only links lead somewhere by a person's act; elsewhere an address is fetched, and no state fetches.
        if (context.tag !== 'a' && context.tag !== 'area' && !value.startsWith('#')) return closedAttribute();
        return { value: maskUrl(value.slice(0, 4_000), names), rule: 'url.renamed' };
      default:
        if (name === 'lang') {
          const [primary = ''] = value.toLowerCase().split('-');
          return stays(/^[a-z]{2,3}$/.test(primary) ? primary : 'und');
        }
        if (!selected.has(name) || name === 'value') return closedAttribute();
        return { value: names.rename(value.slice(0, 200)), rule: 'attribute.renamed' };
    }
  }

  function value(text: string, context: ElementContext): Masked<string> {
    if (text === '') return stays('');
    switch (context.inputType) {
      case 'password':
        return { value: '\u2022'.repeat(8), rule: 'value.password' };
      case 'submit':
      case 'button':
      case 'reset':
        return maskText(text, { ...context, role: 'button', place: 'node' });
      case 'color':
        return { value: FIELD_STANDS['color'] as string, rule: 'value.closed' };
      case 'range':
      case 'hidden':
      case 'checkbox':
      case 'radio':
      case 'file':
      case 'image':
        return { value: '', rule: 'value.closed' };
    }
    const literal = openings.isLiteral(foldSpace(text));
    if (context.agreed !== 'closed' && literal) return stays(text);
    const stand = FIELD_STANDS[context.inputType];
    if (context.agreed === 'open') {
      const typed = openText.typed(text);
      if (!typed.closed) return stays(text);
      return { value: stand ?? typed.value, rule: 'value.detected' };
    }
    return { value: stand ?? filler(text), rule: 'value.closed' };
  }

  function css(text: string): Masked<string> {
    return cached(text, () => {
      const masked = maskCss(text, masking);
      if (isSafeCss(masked)) return masked;
      masking.count('css.dropped');
      return '';
    });
  }

  return {
    text: maskText,
    attribute,
    value,
    css,
    url: (url) => ({ value: maskUrl(url.slice(0, 8_000), names), rule: 'url.renamed' }),
    tag: (name) => maskTag(name, names.rename),
    attributeName,
    selectedAttributes: selected,
  };
}

const PSEUDO: TextContext = {
  tag: '',
  role: 'pseudo',
  inputType: '',
  editable: false,
  agreed: null,
  place: 'pseudo',
};

function spacedLike(text: string, label: string): string {
  return (/^\s/.test(text) ? ' ' : '') + label + (/\s$/.test(text) ? ' ' : '');
}

function stays<T>(value: T): Masked<T> {
  return { value, rule: undefined };
}

function closedAttribute(): Masked<null> {
  return { value: null, rule: 'attribute.closed' };
}
