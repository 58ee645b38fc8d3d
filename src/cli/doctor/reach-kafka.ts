import { clientOf } from '../../kafka/client.js';

/** Whether a cluster answers; `reason` where it does not. */
export interface KafkaFinding {
  readonly brokers: readonly string[];
  readonly reachable: boolean;
  /** From asking to the answer, connecting included. */
  readonly ms?: number;
  readonly reason?: string;
}

/** In ms; `doctor` waits for nobody longer. */
const PATIENCE = 5_000;

/** Asks a cluster for a topic that nobody has: any answer will do. */
export async function reachKafka(brokers: readonly string[]): Promise<KafkaFinding> {
  const start = performance.now();
  const client = clientOf({
    brokers,
    clientId: 'streamnorm-doctor',
    connectTimeout: PATIENCE,
    requestTimeout: PATIENCE,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    const asked = client.admin.describeTopic('streamnorm-doctor');
    asked.catch(() => {}); // it may fail once nobody waits for it any more
    await Promise.race([asked, late]);
    return { brokers, reachable: true, ms: Math.round(performance.now() - start) };
  } catch (error) {
    return { brokers, reachable: false, reason: (error as Error).message };
  } finally {
    clearTimeout(timer);
    await client.close().catch(() => {});
  }
}
