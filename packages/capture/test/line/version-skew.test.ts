import { describe, expect, it } from 'vitest';
import { ServerClient, type ServerFault } from '../../src/line/server-client.ts';

const ABOUT = {
  installation: 'production',
  software: { name: 'aboveboard', version: '0.1.0' },
  protocol: 1,
  agreement: null,
  uploadRecipient: 'age1pq1x',
  guardianRecipient: null,
  limits: {},
};

/** A server of another version, which is real only in what it answers. */
const clientOf = (said: object) =>
  new ServerClient(
    () => Promise.resolve({ status: 200, body: new TextEncoder().encode(JSON.stringify(said)) }),
    null,
  );

describe('a recorder and a server of different versions', () => {
  it('[DST8] a newer server that says more in the same version is understood', async () => {
    const software = { name: 'aboveboard', version: '9.0.0' };
    const about = await clientOf({ ...ABOUT, software, more: { of: 'it' } }).about();
    expect(about).toMatchObject({ protocol: 1, software });
  });

  it.each([
    [2, 'version 2', 'The recorder has to be updated'],
    [0, 'version 0', 'The server has to be updated'],
    ['1', 'no version', 'The server has to be updated'],
    [1.5, 'no version', 'The server has to be updated'],
    [undefined, 'no version', 'The server has to be updated'],
  ])(
    '[DST8] of version %s it takes nothing, says who is behind, and tries again later',
    async (protocol, said, who) => {
      const fault = await clientOf({ ...ABOUT, protocol })
        .about()
        .catch((error: ServerFault) => error);
      expect(fault).toMatchObject({ name: 'ServerFault', status: 0 });
      expect((fault as ServerFault).message).toContain(said);
      expect((fault as ServerFault).message).toContain(who);
    },
  );
});
