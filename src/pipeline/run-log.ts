/** What a run tells of itself while it goes on: an event as a sentence, and its particulars. Secrets are never among them. */
export interface RunLog {
  info(message: string, particulars?: Record<string, unknown>): void;
  warn(message: string, particulars?: Record<string, unknown>): void;
  error(message: string, particulars?: Record<string, unknown>): void;
}
