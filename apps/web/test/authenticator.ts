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
