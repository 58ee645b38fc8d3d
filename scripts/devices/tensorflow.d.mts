/** Answers the URL of its module. */
export function bringTensorFlow(say?: (what: string) => void): Promise<string>;
export function broughtTensorFlow(): string | null;
