const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Paint = (style: keyof typeof CODES, text: string) => string;

/** Colors for a terminal that wants them; text as it is elsewhere. */
export function paintFor(stream: { isTTY?: boolean }): Paint {
  const isColored = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return (style, text) => (isColored && text !== '' ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
}
