import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingError } from '../src/fault.ts';
import {
  encodeAnswers,
  encodeRequests,
  isRelayedPath,
  parseAnswers,
  parseRequests,
  RELAYED_METHODS,
  type RelayedAnswer,
  type RelayedRequest,
  requestOverhead,
} from '../src/relayed.ts';

const bytes = (most: number) => fc.uint8Array({ maxLength: most });

const request: fc.Arbitrary<RelayedRequest> = fc
  .record({
    method: fc.constantFrom(...RELAYED_METHODS),
    path: fc.constantFrom('/api/about', '/log/rules/checkpoint', '/api/uploads/ab/parts/3?x=1'),
    type: fc.constantFrom('none' as const, 'json' as const, 'bytes' as const),
    token: fc.constantFrom('', 'abc_-9'),
    transfer: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    from: fc.nat(1000),
    after: fc.nat(1000),
    body: bytes(200),
  })
  .map(({ after, ...made }) =>
    made.method === 'GET'
      ? { ...made, total: 0, body: new Uint8Array(0) }
      : { ...made, total: made.from + made.body.length + after },
  );

const answer: fc.Arbitrary<RelayedAnswer> = fc.record({
  status: fc.constantFrom(0, 200, 404, 503),
  retryAfter: fc.nat(100),
  type: fc.constantFrom('', 'application/json'),
  from: fc.nat(1000),
  total: fc.nat(100_000),
  body: bytes(200),
});

describe('what is said inside a cell', () => {
  it('[RLY10] requests come back as they were, within the size that was reckoned with', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 16 }), (requests) => {
        const encoded = encodeRequests(requests);
        expect(parseRequests(encoded)).toEqual(requests);
        const reckoned = requests.reduce((sum, each) => sum + requestOverhead(each) + each.body.length, 1);
        expect(encoded.length).toBeLessThanOrEqual(reckoned);
      }),
    );
  });

  it('[RLY11] paths are of the API or of the log, and go nowhere else', () => {
    const good = ['/api/about', '/log/uses/tile/0/x001/067', '/api/recordings?after=a%20b'];
    for (const path of good) expect(isRelayedPath(path)).toBe(true);
    const bad = [
      '',
      '/',
      '/api',
      '//evil/api/',
      '/api/../x',
      '/api//x',
      '/apis/x',
      '/api/a b',
      '/api/#x',
      'http://x/api/',
    ];
    for (const path of [...bad, `/api/${'a'.repeat(512)}`]) expect(isRelayedPath(path)).toBe(false);
    const one = { type: 'none', token: '', transfer: new Uint8Array(16), from: 0, total: 0 } as const;
    const encoded = encodeRequests([{ ...one, method: 'GET', path: '/api/../x', body: new Uint8Array(0) }]);
    expect(() => parseRequests(encoded)).toThrow(/RLY11/);
  });

  it('[RLY12] answers come back in the order of their requests, and only as many', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 16 }), (answers) => {
        const encoded = encodeAnswers(answers);
        expect(parseAnswers(encoded, answers.length)).toEqual(answers);
        expect(() => parseAnswers(encoded, answers.length + 1)).toThrow(/RLY12/);
      }),
    );
  });

  it('[RLY13] a piece lies within its body', () => {
    const one = {
      method: 'PUT',
      path: '/api/x',
      type: 'bytes',
      token: '',
      transfer: new Uint8Array(16),
    } as const;
    const make = (from: number, total: number, length: number) =>
      encodeRequests([{ ...one, from, total, body: new Uint8Array(length) }]);
    expect(parseRequests(make(2, 5, 3))).toHaveLength(1);
    expect(() => parseRequests(make(3, 5, 3))).toThrow(/RLY13/);
    expect(() => parseRequests(make(0, 2 ** 40, 3))).toThrow(/RLY13/);
  });

  it('[RLY15] bytes that are cut, bent or longer are a typed error and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        bytes(4),
        (requests, at, more) => {
          const encoded = encodeRequests(requests);
          expect(() => parseRequests(encoded.subarray(0, at % encoded.length))).toThrow(RecordingError);
          if (more.length > 0) expect(() => parseRequests(Buffer.concat([encoded, more]))).toThrow(/RLY15/);
        },
      ),
    );
    fc.assert(
      fc.property(bytes(300), (noise) => {
        for (const parse of [() => parseRequests(noise), () => parseAnswers(noise, 2)]) {
          try {
            parse();
          } catch (error) {
            expect(error).toBeInstanceOf(RecordingError);
          }
        }
      }),
    );
  });
});
