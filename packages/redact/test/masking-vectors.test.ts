import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decidingRole, isInterfaceRole } from '../src/interface-role.ts';
import type { ElementContext, TextContext } from '../src/masker.ts';
import { MASK_RULES } from '../src/rules.ts';
import { structuralMasker } from '../src/structural-masker.ts';

type Vector = {
  rule: string;
  reason: string;
  call: 'text' | 'attribute' | 'value' | 'url' | 'css';
  input: string;
  name?: string;
  context?: Partial<TextContext>;
  literals?: string[];
  shipped?: string[];
  output: string | null;
  mask: string | null;
};

const folder = new URL('../../../vectors/masking/', import.meta.url);
const CONTEXT: TextContext = {
  tag: 'div',
  role: null,
  inputType: '',
  editable: false,
  agreed: null,
  place: 'node',
};

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const vectors = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Vector[];
  describe(`vectors/masking/${file}`, () => {
    for (const vector of vectors) {
      test(`[${vector.rule}] ${vector.reason}`, () => {
        const { literals = [], shipped = [] } = vector;
        const masker = structuralMasker({ renaming: '000102030405060708090a0b0c0d0e0f', literals, shipped });
        const context = { ...CONTEXT, ...vector.context };
        const masked = {
          text: () => masker.text(vector.input, context),
          attribute: () => masker.attribute(vector.name ?? '', vector.input, context as ElementContext),
          value: () => masker.value(vector.input, context),
          url: () => masker.url(vector.input),
          css: () => masker.css(vector.input),
        }[vector.call]();
        expect(masked).toEqual({ value: vector.output, rule: vector.mask ?? undefined });
        if (vector.mask !== null) expect(MASK_RULES).toHaveProperty([vector.mask]);
      });
    }
  });
}

test('[MASK2] the deciding roles say yes or no, and nothing else does', () => {
  expect(isInterfaceRole('button')).toBe(true);
  expect(isInterfaceRole('paragraph')).toBe(false);
  expect(isInterfaceRole(null)).toBe(false);
});

test('[MASK2] a paragraph in a button is its label; in a link or beside an explicit role it is a paragraph', () => {
  expect(decidingRole('p', null, '', 'button')).toBe(null);
  expect(decidingRole('p', 'note', '', 'button')).toBe('note');
  expect(decidingRole('p', null, '', 'link')).toBe('paragraph');
  expect(decidingRole('p', null, '')).toBe('paragraph');
});

test('[MASK4] a label that the application puts into capitals is shipped, one in other letters is not', () => {
  const masker = structuralMasker({
    renaming: '000102030405060708090a0b0c0d0e0f',
    literals: [],
    shipped: ['Waiting Children'],
  });
  const button = {
    tag: 'button',
    role: 'button',
    inputType: '',
    editable: false,
    agreed: null,
    place: 'node',
  } as const;
  expect(masker.text('WAITING CHILDREN', button).rule).toBe(undefined);
  expect(masker.text('waiting children', button).rule).toBe('text.not-shipped');
  expect(masker.text('WAITING', button).rule).toBe('text.not-shipped');
});
