// A live stream of many devices: scores, and the state saved and restored as if nothing had happened.
//
//     npm run build && node examples/keyed-sensors.mjs
import { filter, from, lastValueFrom, toArray } from 'rxjs';
import { SeriesTable, zScore } from 'streamnorm';

/** 50 devices at levels of their own; device 7 jumps at the end. */
const readings = Array.from({ length: 20_000 }, (_, i) => {
  const device = i % 50;
  const noise = Math.sin(i * 12.9898) * 43758.5453;
  const jump = device === 7 && i > 19_900 ? 40 : 0;
  return {
    deviceId: `dev-${device}`,
    ts: 1_700_000_000_000 + i * 100,
    celsius: 20 + device + (noise - Math.floor(noise)) + jump,
  };
});

const score = (table) =>
  zScore({ key: (r) => r.deviceId, value: (r) => r.celsius, time: (r) => r.ts, memory: { halfLife: '10m' }, table });

const alarms = (part, table) =>
  lastValueFrom(
    from(part).pipe(
      score(table),
      filter(({ normalized }) => normalized !== null && Math.abs(normalized) > 8),
      toArray(),
    ),
  );

// The first process learns and saves its table; another one goes on from the bytes.
const table = new SeriesTable({ maxSeries: 10_000, ttl: '7d' });
await alarms(readings.slice(0, 15_000), table);
const bytes = table.toBytes();
const found = await alarms(readings.slice(15_000), SeriesTable.fromBytes(bytes, { maxSeries: 10_000, ttl: '7d' }));

console.log(`${table.size} series in ${bytes.length} bytes`);
for (const { key, value, normalized, center, scale } of found)
  console.log(
    `${key}: ${value.toFixed(1)} °C is ${normalized.toFixed(1)} scales from ${center.toFixed(1)} ± ${scale.toFixed(2)}`,
  );
