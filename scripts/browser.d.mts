/** Where a Chromium is, or undefined. @throws Error when CHROMIUM_PATH names no program */
export function findChromium(): string | undefined;

/** The same; under CI one is installed where that can be done. `missing` says what is to be done. */
export function ensureChromium(): { path: string; missing?: undefined } | { path?: undefined; missing: string };
