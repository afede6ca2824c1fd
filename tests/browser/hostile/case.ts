// What every hostile body has: a name that says what it is, and a script that leaves a mark if it runs.
export type Case = readonly [name: string, html: string];

/** Short enough for any attribute, and without a quotation mark. */
export const RUN = 'window.__ran=true';
export const EVIL = 'https://evil.example';
/** A picture that fails, and runs a script when it does. */
export const IMG = `<img src=x onerror=${RUN}>`;
