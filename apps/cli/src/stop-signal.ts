/** The first signal asks; the second, from somebody who can't wait, ends the process as it always does. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const asked = () => {
      process.off('SIGINT', asked);
      process.off('SIGTERM', asked);
      resolve();
    };
    process.on('SIGINT', asked);
    process.on('SIGTERM', asked);
  });
}
