import { TransportError } from '../kafka-errors.js';

/** The library's wire layer: connections, and one function per request. */
export type Wire = typeof import('@platformatic/kafka');

/** Loads the library when it is first needed. @throws TransportError when it is not installed */
export async function loadWire(): Promise<Wire> {
  try {
    return await import('@platformatic/kafka');
  } catch (cause) {
    throw new TransportError('@platformatic/kafka is not installed: npm install @platformatic/kafka', false, [], {
      cause,
    });
  }
}
