import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import { type KeptUses, USES_LOG } from '@aboveboard/capture/line/followed-uses';
import { type KeptReceipt, RECEIPTS } from '@aboveboard/capture/line/kept-receipt';
import { OwnReceipts, type ReceiptsNow } from '@aboveboard/capture/line/own-receipts';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { DEVICE_MEANS } from '../store/device-means.ts';
import { deviceSigner } from '../store/device-signer.ts';
import { kept } from '../store/settings.ts';
import type { RecorderHost } from './recorder-host.ts';

const COMMIT = 'commit';
const receipts = new WeakMap<RecorderHost, OwnReceipts>();

/** For each act of hers; of what could not be told the next answer of the installation begins anew. */
export async function keepReceipts(host: RecorderHost): Promise<void> {
  const own = receipts.get(host) ?? receiptsOf(host);
  receipts.set(host, own);
  try {
    await own.keep();
  } catch (error) {
    if (!(error instanceof LineGivenUp || error instanceof ServerFault)) throw error;
  }
}

function receiptsOf(host: RecorderHost): OwnReceipts {
  return new OwnReceipts({
    kept: kept<KeptReceipt[]>(host.database, RECEIPTS),
    uses: kept<KeptUses>(host.database, USES_LOG),
    signer: () => deviceSigner(host.database),
    now: () => receiptsNow(host),
    means: DEVICE_MEANS,
  });
}

function receiptsNow(host: RecorderHost): ReceiptsNow {
  const { enrolment, contributor, consents, token } = host.rules.setup;
  const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
  return {
    consents,
    enrolment: parsed?.ok ? parsed.value : null,
    contributor,
    versions: host.rules.news?.rules?.state.versions ?? [],
    commit:
      token === null
        ? null
        : async (commitments) => {
            await new ServerClient(host.installation.post(COMMIT, host.count()), token).commit(commitments);
            await host.installation.close(COMMIT);
          },
  };
}
