// Records for the bench, written by our own producer, and what is made of them, read back.
import { clientOf, RecordBatchList } from '../../dist/src/kafka/index.js';
import { partitionOfKey } from '../../dist/src/kafka/partition-of-key.js';

export const PARTITIONS = 4;

export function uniform(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function record(key, n, draw) {
  return `{"deviceId":"${key}","ts":${1_700_000_000_000 + n},"n":${n},"temperature":${(20 + 5 * draw()).toFixed(3)},"pressure":${(101_325 + 100 * draw()).toFixed(2)},"vibration":${draw().toFixed(5)},"site":"hall-4","line":"press-2","ok":true}`;
}

/** Writes `count` records of `keys` keys; each key in turn when `each`, else at random. */
export async function produce(client, topic, { count, keys, each = false, seed = 1 }) {
  const producer = client.producer();
  const draw = uniform(seed);
  const lists = Array.from({ length: PARTITIONS }, () => new RecordBatchList());
  const known = Array.from({ length: keys }, (_, k) => {
    const text = `device-${k}`;
    const bytes = Buffer.from(text);
    return { text, bytes, partition: partitionOfKey(bytes, PARTITIONS) };
  });
  for (let n = 0; n < count; n++) {
    const { text, bytes, partition } = known[each ? n % keys : Math.floor(draw() * keys)];
    lists[partition].append(Date.now(), bytes, Buffer.from(record(text, n, draw)));
    if (n % 20_000 !== 19_999 && n !== count - 1) continue;
    await producer.produce(
      lists.map((records, p) => ({ topic, partition: p, records })).filter(({ records }) => records.count > 0),
    );
    for (const list of lists) list.reset();
  }
  await producer.close();
}

/** `n` → normalized values, of all partitions. @throws when a record comes twice */
export async function scoresOf(client, topic, isDeduplicated) {
  const scores = new Map();
  for (let partition = 0; partition < PARTITIONS; partition++)
    for await (const { records } of client.readPartition({ topic, partition }))
      for (let i = 0; i < records.length; i++) {
        const { n, normalized } = JSON.parse(Buffer.from(records.value(i)).toString());
        if (!isDeduplicated && scores.has(n)) throw new Error(`${topic}: record ${n} came twice`);
        scores.set(n, [normalized.temperature, normalized.pressure, normalized.vibration]);
      }
  return scores;
}

/** Answers what two sets of scores differ in, or null. */
export function difference(a, b) {
  if (a.size !== b.size) return `${a.size} records and ${b.size}`;
  for (const [n, xs] of a) {
    const ys = b.get(n);
    for (let k = 0; k < 3; k++) {
      const [x, y] = [xs[k], ys?.[k]];
      if (x === y) continue;
      if (x === null || y === null || y === undefined || Math.abs(x - y) > 1e-9 * Math.max(1, Math.abs(x)))
        return `record ${n}: ${JSON.stringify(xs)} and ${JSON.stringify(ys)}`;
    }
  }
  return null;
}

export function connect(brokers) {
  return clientOf({ brokers });
}
