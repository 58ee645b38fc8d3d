// Four years of daily weather in Seattle (NOAA, out of the package vega-datasets), each day scored against the days before it:
//
//     npm run build && node examples/seattle-weather.mjs
//
// Temperatures are compared with the last 60 days, wind with a half-life of half a year, rain, which is mostly none, by its ranks.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { from, lastValueFrom, map, skip, toArray } from 'rxjs';
import { normalize } from 'streamnorm';

const file = new URL('../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url);
const lines = createInterface({ input: createReadStream(file) });

const days = await lastValueFrom(
  from(lines).pipe(
    skip(1),
    map((line) => {
      const [date, rain, high, low, wind] = line.split(',');
      return { date, rain: Number(rain), high: Number(high), low: Number(low), wind: Number(wind) };
    }),
    normalize({
      time: 'date',
      fields: {
        high: { method: 'robust', unitVariance: true, memory: { window: '60d' } },
        low: { method: 'robust', unitVariance: true, memory: { window: '60d' } },
        wind: { method: 'z-score', memory: { halfLife: '180d' } },
        rain: { method: 'quantile', memory: { window: 365 } },
      },
      include: ['center', 'scale'],
    }),
    toArray(),
  ),
);

const warmest = days.toSorted ? days.toSorted(byScore) : [...days].sort(byScore);
console.log(`${days.length} days; the five that were warmest for their season:`);
for (const { date, high, normalized, center, scale } of warmest.slice(0, 5))
  console.log(
    `  ${date}  ${high.toFixed(1)} °C where ${center.high.toFixed(1)} ± ${scale.high.toFixed(1)} was usual: ${normalized.high.toFixed(2)}`,
  );

function byScore(a, b) {
  return (b.normalized.high ?? -Infinity) - (a.normalized.high ?? -Infinity);
}
