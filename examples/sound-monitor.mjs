// A microphone before each of two machines, whose load, and with it how loud they are, changes all the time; the gain of the recordings changes too, and
// trucks pass. The bearing of one begins to whine, at first far below the noise. Sound is brought to one loudness, its levels are taken by frequency
// band, and how far one stands out from its neighbors is learnt until there is nothing more to learn; errors that change then are an alarm.
//
//     npm run build && node examples/sound-monitor.mjs
import { from, mergeMap } from 'rxjs';
import { BandLevels, LinearLearner, learnOnline, loudnessNormalize } from 'streamnorm';

const sampleRate = 8000;
const seconds = 240;
const whineBegins = 160; // and grows to twice the noise of its band
const edges = [44, 88, 177, 354, 707, 1414, 2000, 2828, 3900];
const WHINE = 6; // the band from 2000 to 2828 Hz

/** The same numbers on every machine. */
let seed = 5;
const uniform = () => {
  seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** The sound of a machine, in tenths of a second. */
function* chunksOf(machine, whines) {
  let [angle, rumble, near, truck, load] = [0, 0, 0, 0, 0.6];
  for (let start = 0; start < seconds; start += 0.1) {
    load = Math.min(1, Math.max(0.2, load + 0.08 * (uniform() - 0.5)));
    const gain = 0.1 * 2 ** (1.5 * Math.sin(start / 23)); // ± 9 dB
    const passes = start % 50 > 42;
    const whine = whines ? 0.12 * Math.max(0, (start - whineBegins) / (seconds - whineBegins)) : 0;
    const samples = new Float32Array(sampleRate / 10);
    for (let i = 0; i < samples.length; i++) {
      const noise = uniform() - 0.5;
      rumble += 0.1 * (noise - rumble);
      near += 0.05 * ((passes ? 12 : 0) * (uniform() - 0.5) - near);
      truck += 0.05 * (near - truck);
      angle += (2 * Math.PI * (40 + 30 * load)) / sampleRate;
      const hum = Math.sin(angle) + 0.5 * Math.sin(3 * angle) + 0.3 * Math.sin(7 * angle);
      const bearing = whine * Math.sin((2 * Math.PI * 2300 * i) / sampleRate);
      samples[i] = gain * (load * (0.4 * hum + 3 * rumble + 0.4 * noise + bearing) + truck);
    }
    yield { key: machine, samples };
  }
}

const bands = new Map(
  ['lathe', 'press'].map((machine) => [machine, new BandLevels({ sampleRate, edges, length: 2048 })]),
);

/** Hears a chunk, and gives the levels of every spectrum that it completes, in dB. */
function levelsOf({ key, samples }) {
  const heard = [];
  bands
    .get(key)
    .updateFrames(samples, 0, samples.length, ({ levels, count }) =>
      heard.push({ machine: key, second: (count * 1024) / sampleRate, levels: levels.slice() }),
    );
  return heard;
}

const learnt = new Set();
const alarms = new Map();
let second = 0;
from(bands.keys())
  .pipe(
    mergeMap((machine) => chunksOf(machine, machine === 'lathe')),
    loudnessNormalize({ sampleRate, target: -23, maxGain: 40 }),
    mergeMap(levelsOf),
    learnOnline(new LinearLearner({ inputs: 2, rate: 0.02, biasRate: 0.02 }), {
      key: ({ machine }) => machine,
      // Slopes of the spectrum below the whine, and about it.
      features: ({ levels }) => [
        (levels[WHINE - 2] - levels[WHINE - 1]) / 10,
        (levels[WHINE - 1] - levels[WHINE + 1]) / 10,
      ],
      target: ({ levels }) => levels[WHINE] - (levels[WHINE - 1] + levels[WHINE + 1]) / 2,
      earlyStopping: { patience: 200, detector: { name: 'cusum', falseAlarmEvery: 1_000_000 } },
      onEvent: ({ kind, key }) => {
        if (kind === 'frozen') learnt.add(key);
        if (kind === 'thawed' && !alarms.has(key)) alarms.set(key, second);
      },
    }),
  )
  .subscribe(({ record }) => {
    second = record.second;
  });

console.log(`${learnt.size} of ${bands.size} machines were learnt until nothing more was to be learnt`);
for (const [machine, at] of alarms)
  console.log(
    `${machine}: sounds otherwise since second ${at.toFixed(0)}, ${(at - whineBegins).toFixed(0)} s after its bearing began to whine`,
  );
