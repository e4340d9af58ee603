import type { Page } from 'playwright-core';

/** Chromium's own virtual authenticator for this page: one that verifies its person, keeps passkeys, and has PRF. */
export async function giveAuthenticator(
  page: Page,
): Promise<{ remove(): Promise<void>; refuse(): Promise<void> }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    remove: async () =>
      void (await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })),
    /** From now on it does not verify whose finger it is. */
    refuse: async () =>
      void (await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })),
  };
}

/** Through the page “Begin, or come back”, to the first page. Gives the recovery code that was shown. */
export async function joinPage(
  page: Page,
  { origin, kind, code }: { origin: string; kind: string; code: string },
): Promise<string> {
  await page.goto(`${origin}/join`);
  await page.getByLabel('What do you have?').selectOption(kind);
  await page.getByLabel('Code', { exact: true }).fill(code);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Make the passkey' }).click();
  const recovery = (await page.locator('[data-recovery]').textContent()) ?? '';
  await page.getByRole('button', { name: 'I have written it down' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return recovery;
}
