import { Adwin } from '../../../src/drift/adwin.js';
import { Cusum } from '../../../src/drift/cusum.js';
import type { Detector } from '../../../src/drift/detector.js';
import { EwmaChart } from '../../../src/drift/ewma-chart.js';
import { JointDetector } from '../../../src/drift/joint-detector.js';
import { Kswin } from '../../../src/drift/kswin.js';
import { PageHinkley } from '../../../src/drift/page-hinkley.js';
import { Shewhart } from '../../../src/drift/shewhart.js';
import { median } from '../../kafka/median.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import type { Bar, Case, Inquiry, Row } from '../case.js';
import type { Contender, Input, Work } from '../contender.js';

/** Three recorded streams of 2,000 values stand before the one that is timed: what each detector has to say of them is known. */
const part = 2000;

function recorded(): Float64Array[] {
  const g = (seed: number) => seededGaussian({ seed, length: part });
  return [
    g(11).map((x, i) => (i < 1000 ? x : x + 1)),
    g(12).map((x, i) => (i < 1000 ? x : 3 * x)),
    g(13).map((x, i) => x + [0, 3, 0, -3][Math.floor(i / 500)]!),
  ];
}

function alarms(detector: Detector, values: Float64Array): number[] {
  detector.aim(new Float64Array(detector.stride), 0);
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (detector.update(values[i]!) === 0) continue;
    found.push(i);
    detector.reset();
  }
  return found;
}

const detecting =
  (make: () => Detector) =>
  ({ data }: Input): Work => {
    const stream = data.subarray(3 * part);
    const detector = make();
    return {
      run: () => void alarms(detector, stream),
      answers: () => spelled([0, 1, 2].map((i) => alarms(make(), data.subarray(i * part, (i + 1) * part)))),
    };
  };

/** Alarms on the recorded streams as one list. */
function spelled(alarmsOf: readonly (readonly number[])[]): number[] {
  return alarmsOf.flatMap((found) => [found.length, ...found]);
}

function rate(
  id: string,
  title: string,
  n: number,
  expected: readonly (readonly number[])[],
  contenders: readonly Contender[],
  bar?: Bar,
): Case {
  return {
    id: `detectors/${id}`,
    title,
    unit: 'updates',
    observations: n,
    data: () => {
      const timed = seededGaussian({ seed: 5, length: n }).map((g, i) => g + 2 * (Math.floor(i / 10_000) % 2));
      return Float64Array.from([...recorded(), timed].flatMap((values) => [...values]));
    },
    // The alarms on three streams, one after the other.
    expected: () => spelled(expected),
    tolerance: 0,
    contenders,
    ...(bar && { bars: [bar] }),
  };
}

function rates(n: number): Case[] {
  return [
    rate(
      'adwin',
      'ADWIN, looking every 32 values',
      n,
      [[1055], [], [511, 1023, 1535]],
      [
        { id: 'ours', name: '`Adwin`', isOurs: true, work: detecting(() => new Adwin()) },
        { id: 'river', name: 'river `ADWIN` (Rust)', needs: 'python', task: 'detectors.adwin' },
      ],
      { of: 'ours', beside: 'river', measure: 'times', bar: 1.5, goal: 4 },
    ),
    rate(
      'adwin-1',
      'ADWIN, looking at each value',
      n,
      [[1046], [], [508, 1010, 1510]],
      [
        { id: 'ours', name: '`Adwin`, clock 1', isOurs: true, work: detecting(() => new Adwin({ clock: 1 })) },
        { id: 'river', name: 'river `ADWIN(clock=1)`', needs: 'python', task: 'detectors.adwin_clock_1' },
      ],
    ),
    rate(
      'page-hinkley',
      'Page-Hinkley',
      n,
      [[1041], [1335, 1430, 1488, 1559, 1975], [515, 1013, 1517]],
      [
        { id: 'ours', name: '`PageHinkley`', isOurs: true, work: detecting(() => new PageHinkley()) },
        { id: 'river', name: 'river `PageHinkley`', needs: 'python', task: 'detectors.page_hinkley' },
      ],
      { of: 'ours', beside: 'river', measure: 'times', bar: 10, goal: 30 },
    ),
    {
      id: 'detectors/kswin',
      title: 'KSWIN, over a shift of two standard deviations',
      unit: 'updates',
      observations: part,
      data: () => seededGaussian({ seed: 5, length: part }).map((g, i) => (i < part / 2 ? g : g + 2)),
      // River's draws at random which of the old values it compares: asked is whether the shift is found within 100 values.
      expected: () => [1],
      tolerance: 0,
      contenders: [
        {
          id: 'ours',
          name: '`Kswin`',
          isOurs: true,
          work: ({ data }) => {
            const detector = new Kswin();
            const found = () => alarms(detector, data);
            const change = data.length / 2;
            return {
              run: () => void found(),
              answers: () => [found().some((i) => i >= change && i < change + 100) ? 1 : 0],
            };
          },
        },
        { id: 'river', name: 'river `KSWIN`', needs: 'python', task: 'detectors.kswin' },
      ],
    },
    rate(
      'charts',
      'CUSUM, EWMA, Shewhart (river 0.26 has none of them)',
      n,
      [],
      [
        {
          id: 'cusum',
          name: '`Cusum`',
          isOurs: true,
          work: detecting(() => new Cusum()),
          expected: spelled([
            [57, 184, 259, 323, 453, 492, 1005, 1046, 1376, 1857],
            [384, 552, 1002, 1334, 1979],
            [59, 100, 253, 503, 702, 832, 870, 1001, 1104, 1501],
          ]),
        },
        {
          id: 'ewma',
          name: '`EwmaChart`',
          isOurs: true,
          work: detecting(() => new EwmaChart()),
          expected: spelled([[1039, 1376], [], [508, 1007, 1510]]),
        },
        {
          id: 'shewhart',
          name: '`Shewhart`',
          isOurs: true,
          work: detecting(() => new Shewhart()),
          expected: spelled([
            [323, 1046],
            [31, 84, 154, 313, 551, 819, 1000, 1331, 1839, 1895],
            [121, 232, 273, 422, 500, 533, 1000, 1112, 1257, 1500],
          ]),
        },
      ],
    ),
  ];
}

const before = 2000;
const after = 3000;
const changes: readonly ((g: number) => number)[] = [
  (g) => g + 0.5,
  (g) => g + 1,
  (g) => g + 2,
  (g) => g + 3,
  (g) => 2 * g,
];

/** False alarms in a thousand values in control, then the median delay after each change. */
const behaving =
  (make: () => Detector) =>
  ({ data, parameters }: Input): Work => {
    const { streams, calm } = parameters as { streams: number; calm: number };
    const answers = () => {
      const detector = make();
      let falseAlarms = 0;
      for (let s = 0; s < streams; s++) falseAlarms += alarms(detector, data.subarray(s * calm, (s + 1) * calm)).length;
      const delays = changes.map((change) =>
        median(
          Array.from({ length: streams }, (_, s) => {
            const start = streams * calm + s * (before + after);
            const values = data.slice(start, start + before + after);
            for (let i = before; i < values.length; i++) values[i] = change(values[i]!);
            const first = alarms(detector, values).find((i) => i >= before);
            return first === undefined ? Number.POSITIVE_INFINITY : first - before;
          }),
        ),
      );
      return [(falseAlarms / (streams * calm)) * 1000, ...delays];
    };
    return { run: () => void answers(), answers };
  };

function behaviour(streams: number): Inquiry {
  const calm = 10_000;
  const ours: Readonly<Record<string, () => Detector>> = {
    JointDetector: () => new JointDetector(),
    'Adwin, clock 32': () => new Adwin(),
    'Adwin, clock 1': () => new Adwin({ clock: 1 }),
    PageHinkley: () => new PageHinkley(),
    Cusum: () => new Cusum(),
    EwmaChart: () => new EwmaChart(),
    Shewhart: () => new Shewhart(),
    Kswin: () => new Kswin(),
  };
  return {
    id: 'detectors/behaviour',
    title: 'What they find, and what they take for a change',
    note: `${streams} streams of normal noise: alarms in a thousand values of ${calm.toLocaleString('en')} in control, and median delays after a change at ${before.toLocaleString('en')}; the same streams for everyone`,
    data: () => seededGaussian({ seed: 77, length: streams * (calm + before + after) }),
    parameters: { streams, calm, before, after },
    contenders: [
      ...Object.entries(ours).map(([name, make]) => ({
        id: name.toLowerCase().replaceAll(/[ ,]+/g, '-'),
        name: `\`${name}\``,
        isOurs: true as const,
        work: behaving(make),
      })),
      { id: 'river-adwin', name: 'river `ADWIN`', needs: 'python', task: 'detectors.adwin_behaviour' },
      {
        id: 'river-adwin-1',
        name: 'river `ADWIN(clock=1)`',
        needs: 'python',
        task: 'detectors.adwin_clock_1_behaviour',
      },
      {
        id: 'river-page-hinkley',
        name: 'river `PageHinkley`',
        needs: 'python',
        task: 'detectors.page_hinkley_behaviour',
      },
    ],
    head: ['false / 1,000', '+0.5 σ', '+1 σ', '+2 σ', '+3 σ', 'spread × 2'],
    cells: ([falseAlarms, ...delays]) => [
      falseAlarms!.toFixed(4),
      ...delays.map((delay) => (Number.isFinite(delay) ? String(delay) : 'never')),
    ],
  };
}

export const detectors: Row = {
  id: 'detectors',
  title: 'Detectors',
  cases: ({ isSmoke }) => rates(isSmoke ? 4_000 : 100_000),
  inquiries: ({ isSmoke }) => [behaviour(isSmoke ? 4 : 100)],
};
