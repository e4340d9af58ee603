import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { VaultDesk } from '../src/vault/vault-desk.ts';
import { vaultRoutes } from '../src/vault/vault-routes.ts';

/**
 * Bad input at the vault's socket (docs/adr/0064): whoever comes as far as the socket and sends what is none comes no further. What is
 * right in form and does not hold is refused by the desk, which is tested with a real vault.
 */
const asked: string[] = [];
const notes = (name: string) => async () => {
  asked.push(name);
  throw new Error('the desk was asked');
};
const desk = {
  check: notes('check'),
  keep: notes('keep'),
  give: notes('give'),
  held: notes('held'),
  destroy: notes('destroy'),
  backedUp: notes('backedUp'),
} as VaultDesk;
const app = vaultRoutes(desk);
const sent = { recording: 'x', envelope: 'AAAA', note: 'AAAA' };
const shown = { entry: 'AAAA', proof: 'AAAA', recordings: ['x'] };
const BODIES: Readonly<Record<string, object>> = {
  'POST /vault/checked': sent,
  'POST /vault/kept': sent,
  'POST /vault/given': { ...shown, grant: 'AAAA', notes: ['AAAA'], jobKey: 'AAAA' },
  'POST /vault/held': { recording: 'x' },
  'POST /vault/destroyed': shown,
  'POST /vault/backed-up': {},
};
const HOSTILE = [null, 7, '\0', '\ud800', '../x', 'a'.repeat(600_000), {}, [[]], true];
const ask = async (name: string, body: string) => {
  const [method = '', path = ''] = name.split(' ');
  const answer = await app.request(path, { method, body, headers: { 'content-type': 'application/json' } });
  return { status: answer.status, text: await answer.text() };
};

describe('bad input at the socket of the vault', () => {
  it('[VLT91] each route has a body here', () => {
    const source = readFileSync(new URL('../src/vault/vault-routes.ts', import.meta.url), 'utf8');
    const found = [...source.matchAll(/\.(get|post|put|delete)\(\s*'([^']+)'/g)].map(
      ([, method = '', path]) => `${method.toUpperCase()} ${path}`,
    );
    expect(found.sort()).toEqual(Object.keys(BODIES).sort());
  });

  it('[VLT91] what is no body comes no further than its form, and is answered alike', async () => {
    asked.splice(0);
    for (const [name, body] of Object.entries(BODIES)) {
      const sample = JSON.stringify(body);
      const bodies = [
        '',
        'null',
        '[]',
        sample.slice(0, -1),
        '['.repeat(25_000) + ']'.repeat(25_000),
        sample.replace(/^\{/, '{"more":1,'),
        sample.replace(/^\{/, '{"__proto__":{"recording":"y"},'),
        JSON.stringify({ ...body, recording: 'a'.repeat(2 * 1024 * 1024) }),
        ...Object.keys(body).flatMap((field) =>
          HOSTILE.map((value) => JSON.stringify({ ...body, [field]: value })),
        ),
      ];
      for (const one of bodies) {
        const { status, text } = await ask(name, one);
        expect(status, `${name} ${one.slice(0, 60)}`).toBe(400);
        const { error } = JSON.parse(text) as { error: object };
        expect(Object.keys(error)).toEqual(['code', 'message']);
      }
    }
    expect(asked).toEqual([]);
  });

  it('[VLT91] seeded hole: a body that is right in form does come to the desk', async () => {
    asked.splice(0);
    for (const [name, body] of Object.entries(BODIES))
      expect((await ask(name, JSON.stringify(body))).status).toBe(503);
    expect(asked.sort()).toEqual(['backedUp', 'check', 'destroy', 'give', 'held', 'keep']);
  });
});
