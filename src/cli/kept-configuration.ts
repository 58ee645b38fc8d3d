/** What the process that keeps a worker sends it: the configuration to run, at first and when it has changed. */
export interface KeptConfiguration {
  configuration: string;
}

/** The configuration that the process which keeps this worker sends first. Never comes where that one has ended. */
export function keptConfiguration(): Promise<string> {
  return new Promise((resolve) => {
    const end = onKeptConfiguration((text) => {
      end();
      resolve(text);
    });
  });
}

/** Calls `take` with each configuration that the process which keeps this worker sends; answers how to end that. */
export function onKeptConfiguration(take: (text: string) => void): () => void {
  const heed = (message: unknown): void => {
    if (typeof message === 'object' && message !== null && 'configuration' in message)
      take((message as KeptConfiguration).configuration);
  };
  process.on('message', heed);
  return () => process.off('message', heed);
}
