/** Above this many lines a file needs a reason below, or to be taken apart. */
export const LONG = 450;
/** Above this many there is no reason. */
export const TOO_LONG = 700;

/** Long by nature: tables of cases, sentences, and what a program wrote. */
export const UNCOUNTED = /(^|\/)(vectors|messages|generated)\/|\.golden\./;

export const REASONS: Readonly<Record<string, string>> = {};
