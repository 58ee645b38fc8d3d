// The demand of the next hour, forecast online for shops of very different sizes that grow: one linear model for all of them, which learns
// while it predicts, behind reversible instance normalization: each window of two days is put on one scale, the forecast returned to its own.
//
//     npm run build && node examples/demand-forecast.mjs
import { from, lastValueFrom, toArray } from 'rxjs';
import { LinearLearner, learnOnline, reversibleInstanceNorm, zScore } from 'streamnorm';

/** The same numbers on every machine. */
let seed = 11;
const uniform = () => {
  seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const [day, length] = [24, 48];
const shops = ['kiosk', 'market', 'mall'].map((shop, i) => ({
  shop,
  demand: Float64Array.from({ length: 24 * 90 }, (_, t) => {
    const level = 10 ** (i + 1) * (1 + t / 1000) * (shop === 'market' && t > 1200 ? 3 : 1); // the market was extended
    return (
      level *
      (1 + 0.6 * Math.sin((2 * Math.PI * t) / day) + 0.2 * Math.sin((4 * Math.PI * t) / day) + 0.1 * (uniform() - 0.5))
    );
  }),
}));
/** Windows of two days of each shop in turn, and what came next. */
const windows = Array.from({ length: 24 * 90 - length }, (_, t) =>
  shops.map(({ shop, demand }) => ({
    shop,
    t,
    shape: [1, length, 1],
    values: demand.slice(t, t + length),
    next: demand[t + length],
  })),
).flat();

const model = () => new LinearLearner({ inputs: length, rate: 0.002, biasRate: 0.002 });
const reversible = await lastValueFrom(
  from(windows).pipe(
    reversibleInstanceNorm(),
    learnOnline(model(), {
      features: ({ values }) => values,
      target: ({ batch, center, scale }) => (batch.next - center[0]) / scale[0],
    }),
    toArray(),
  ),
);
const forecasts = reversible.map(({ record, prediction }) => ({
  ...record.batch,
  forecast: record.denormalize([prediction], [1, 1, 1])[0],
}));

// The same model behind a z-score over everything that was seen of the shop.
const scored = await lastValueFrom(
  from(windows).pipe(
    zScore({ key: (w) => w.shop, value: (w) => w.next, warmup: 1 }),
    learnOnline(model(), {
      features: ({ record: { values }, center, scale }) => values.map((x) => (scale > 0 ? (x - center) / scale : 0)),
      target: ({ value, center, scale }) => (scale > 0 ? (value - center) / scale : null),
    }),
    toArray(),
  ),
);
const cumulative = scored
  .filter(({ prediction }) => prediction !== null)
  .map(({ record: { record, center, scale }, prediction }) => ({ ...record, forecast: prediction * scale + center }));
const yesterday = windows.map((w) => ({ ...w, forecast: w.values[length - day] }));

/** Mean error of the second half, as a share of the demand. */
const errorOf = (all) => {
  const late = all.filter(({ t }) => t > 1000);
  return late.reduce((sum, { next, forecast }) => sum + Math.abs(forecast - next) / next, 0) / late.length;
};
for (const [name, all] of [
  ['behind reversible instance normalization', forecasts],
  ['behind a z-score over everything', cumulative],
  ['the same hour of yesterday', yesterday],
])
  console.log(`${(100 * errorOf(all)).toFixed(1)} %  ${name}`);
