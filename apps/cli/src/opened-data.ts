import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { Installation } from '@aboveboard/server/installation';

/** The installation in the data folder for the length of one command, opened once and when it is first asked for. */
export type OpenedData = {
  installation(data: string, options?: { opens?: boolean }): Promise<Installation>;
  close(): Promise<void>;
};

export function makeOpenedData(): OpenedData {
  let opened: Promise<Installation> | undefined;
  let guardian: StartedGuardian | null = null;

  async function open(data: string, opens: boolean): Promise<Installation> {
    const { openInstallation } = await import('@aboveboard/server/installation');
    const options = { data, databaseUrl: process.env['DATABASE_URL'], join: true };
    if (!opens) return openInstallation(options);
    const { wakeDemonstrationGuardian } = await import('./demonstration-guardian.ts');
    return openInstallation({
      ...options,
      // Nobody's server holds the folder, so nobody's guardian runs on it.
      onClaimed: async () => {
        guardian = await wakeDemonstrationGuardian(data);
      },
    });
  }

  return {
    installation(data, { opens = false } = {}) {
      opened ??= open(data, opens);
      return opened;
    },
    async close() {
      const installation = await opened?.catch(() => undefined);
      await installation?.close();
      await guardian?.stop();
    },
  };
}
