import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

/** What is said inside a cell (spec/relay.md, RLY10-RLY15): requests of the server's routes, in pieces. */
export type RelayedRequest = {
  method: RelayedMethod;
  /** `/api/uploads`, with its query. */
  path: string;
  type: BodyType;
  /** Of a contributor's session; empty: none. */
  token: string;
  /** 16 bytes, the same for all pieces of one request. */
  transfer: Uint8Array;
  /** Of a request with a body: where `body` stands in the whole. Of a `GET`: from where the answer is wanted. */
  from: number;
  /** Length of the whole body. */
  total: number;
  body: Uint8Array;
};

export type RelayedAnswer = {
  /** 0: not answered yet; go on from `from`. */
  status: number;
  /** Seconds; 0: at once. */
  retryAfter: number;
  type: string;
  from: number;
  total: number;
  body: Uint8Array;
};

export const RELAYED_METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type RelayedMethod = (typeof RELAYED_METHODS)[number];
const BODY_TYPES = ['none', 'json', 'bytes'] as const;
export type BodyType = (typeof BODY_TYPES)[number];

export const MOST_REQUESTS = 16;
export const TRANSFER_BYTES = 16;
/** Of one body that comes in pieces; the server may take less. */
export const LONGEST_BODY = 64 * 1024 * 1024;
const LONGEST_PATH = 512;
const LONGEST_TOKEN = 128;
const LONGEST_TYPE = 100;

/** Bytes that a request takes beside its body, at most. */
export function requestOverhead(request: Pick<RelayedRequest, 'path' | 'token'>): number {
  return request.path.length + request.token.length + TRANSFER_BYTES + 24;
}

/** Bytes that an answer takes beside its body, at most. */
export const ANSWER_OVERHEAD = LONGEST_TYPE + 24;

export function encodeRequests(requests: readonly RelayedRequest[]): Uint8Array {
  const writer = new ByteWriter(1024);
  writer.varint(requests.length);
  for (const request of requests) {
    writer.byte(RELAYED_METHODS.indexOf(request.method));
    writeText(writer, request.path);
    writer.byte(BODY_TYPES.indexOf(request.type));
    writeText(writer, request.token);
    writer.bytes(request.transfer);
    writer.varint(request.from);
    writer.varint(request.total);
    writer.varint(request.body.length);
    writer.bytes(request.body);
  }
  return writer.done();
}

/** The requests of a cell; RecordingError (RLY10, RLY11, RLY15) where they are anything else. */
export function parseRequests(content: Uint8Array): RelayedRequest[] {
  const reader: ByteReader = new ByteReader(content, 'RLY15');
  const requests = Array.from({ length: reader.count(MOST_REQUESTS, 'RLY10', 'requests') }, () => {
    const method = RELAYED_METHODS[reader.byte()];
    if (method === undefined) reader.fail('RLY10', 'not a method');
    const path = reader.text(reader.count(LONGEST_PATH, 'RLY11', 'the path'));
    if (!isRelayedPath(path)) reader.fail('RLY11', 'not a path that is relayed');
    const type = BODY_TYPES[reader.byte()];
    if (type === undefined) reader.fail('RLY10', 'not a type of body');
    const token = reader.text(reader.count(LONGEST_TOKEN, 'RLY10', 'the token'));
    if (!/^[A-Za-z0-9_-]*$/.test(token)) reader.fail('RLY10', 'not a token');
    const transfer = reader.bytes(TRANSFER_BYTES);
    const from = reader.count(LONGEST_BODY, 'RLY13', 'from');
    const total = reader.count(LONGEST_BODY, 'RLY13', 'total');
    const body = reader.bytes(reader.varint());
    if (method === 'GET' ? body.length + total > 0 : from + body.length > total)
      reader.fail('RLY13', 'the piece does not lie in its body');
    return { method, path, type, token, transfer, from, total, body };
  });
  reader.end('RLY15');
  return requests;
}

export function encodeAnswers(answers: readonly RelayedAnswer[]): Uint8Array {
  const writer = new ByteWriter(1024);
  writer.varint(answers.length);
  for (const answer of answers) {
    writer.varint(answer.status);
    writer.varint(answer.retryAfter);
    writeText(writer, answer.type.slice(0, LONGEST_TYPE));
    writer.varint(answer.from);
    writer.varint(answer.total);
    writer.varint(answer.body.length);
    writer.bytes(answer.body);
  }
  return writer.done();
}

/** The answers to `count` requests; RecordingError (RLY12, RLY15) where they are anything else. */
export function parseAnswers(content: Uint8Array, count: number): RelayedAnswer[] {
  const reader: ByteReader = new ByteReader(content, 'RLY15');
  if (reader.count(MOST_REQUESTS, 'RLY12', 'answers') !== count)
    reader.fail('RLY12', 'not one answer for each request');
  const answers = Array.from({ length: count }, () => ({
    status: reader.count(599, 'RLY12', 'the status'),
    retryAfter: reader.count(7 * 86_400, 'RLY12', 'the wait'),
    type: reader.text(reader.count(LONGEST_TYPE, 'RLY12', 'the type')),
    from: reader.count(LONGEST_BODY, 'RLY12', 'from'),
    total: reader.count(LONGEST_BODY, 'RLY12', 'total'),
    body: reader.bytes(reader.varint()),
  }));
  reader.end('RLY15');
  return answers;
}

export function isRelayedPath(path: string): boolean {
  return (
    path.length <= LONGEST_PATH &&
    /^\/(api|log)\/[A-Za-z0-9/._~?=&%-]*$/.test(path) &&
    !path.includes('//') &&
    !path.includes('..')
  );
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  writer.varint(bytes.length);
  writer.bytes(bytes);
}
