import { request } from 'node:http';

/** Asks a vault at its socket, as whoever may write to it can. */
export function askSocket<T>(
  socketPath: string,
  path: string,
  body: object,
): Promise<{ status: number; body: T }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'vault' };
    const asked = request({ socketPath, path, method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: (text === '' ? {} : JSON.parse(text)) as T }),
      );
    });
    asked.once('error', reject);
    asked.end(JSON.stringify(body));
  });
}
