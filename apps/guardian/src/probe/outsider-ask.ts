import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { ProbeAsk } from '@aboveboard/protocol/outsider-probe';

const SECONDS = 10;
const MOST_BYTES = 256 * 1024;

/**
 * Over a socket and not by `fetch`, which tidies paths and methods before it sends them. `named`: the name that is asked for,
 * where the server is reached by an address. Of the answer's headers the cookies alone are given, one a line.
 */
export function askOver(server: URL, named = server): ProbeAsk {
  const request = server.protocol === 'https:' ? secure : plain;
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: server.hostname.replace(/^\[|\]$/g, ''),
          port: server.port || (server.protocol === 'https:' ? 443 : 80),
          method,
          path,
          headers: { ...headers, host: named.host, ...(body ? { 'content-length': body.length } : {}) },
          timeout: SECONDS * 1000,
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            if (text.length < MOST_BYTES) text += chunk;
          });
          answer.on('error', reject);
          answer.on('end', () => {
            const cookies = answer.headers['set-cookie']?.join('\n');
            const headers: Record<string, string> = cookies === undefined ? {} : { 'set-cookie': cookies };
            resolve({ status: answer.statusCode ?? 0, headers, body: text });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
}
