import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { Subject } from 'rxjs';
import { zScore } from '../../operators/index.js';
import { type Reading, SimulatedPlant } from '../io/simulated-plant.js';
import { StdoutSink } from '../io/stdout-sink.js';
import { drawPlant } from './demo/draw-plant.js';
import { emptyPlantView, formatValue, observe, type PlantView } from './demo/plant-view.js';
import { TerminalScreen } from './demo/terminal-screen.js';

interface Flags {
  sensors: number;
  seed: number;
  speed: number;
  seconds?: number;
}

/** ms between two looks at the plant. */
const FRAME = 200;

export function demoCommand(): Command {
  return new Command('demo')
    .description('a simulated plant, normalized live in the terminal')
    .option('--sensors <count>', 'sensors of the plant', wholeNumber, 24)
    .option('--seed <number>', 'the same seed, the same plant', wholeNumber, 7)
    .option('--speed <factor>', 'readings of each sensor per second', positive, 10)
    .option('--seconds <count>', 'end after so long', positive)
    .addHelpText(
      'after',
      '\nWithout a terminal it prints plain lines, one a second.\n\nExample:\n  streamnorm demo --sensors 40 --speed 20',
    )
    .action(runDemo);
}

async function runDemo({ sensors, seed, speed, seconds = Number.POSITIVE_INFINITY }: Flags): Promise<void> {
  const plant = new SimulatedPlant({ sensors, seed });
  const view = emptyPlantView();
  const readings = new Subject<Reading>();
  readings
    .pipe(zScore({ key: (r) => r.sensor, value: (r) => r.value, time: (r) => r.ts, memory: { halfLife: '5m' } }))
    .subscribe((scored) => observe(view, scored));

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const isTerminal = process.stdout.isTTY === true;
  const plain = new StdoutSink();
  const screen = new TerminalScreen(process.stdout, process.stdin);
  let isPaused = false;
  if (isTerminal)
    screen.open((key) => {
      if (key === 'q' || key === '\x03') stop.abort();
      if (key === 'p' || key === ' ') isPaused = !isPaused;
    });

  let ts = Date.UTC(2026, 0, 1);
  const tick = () => {
    for (const reading of plant.at(ts)) readings.next(reading);
    ts += 1000;
  };
  for (let i = 0; i < 120; i++) tick(); // two minutes of the plant's past, so that the first picture shows scores
  const started = performance.now();
  let ticks = 0;
  let paused = 0;
  let nextLine = 0;
  while (!stop.signal.aborted) {
    const now = performance.now();
    const elapsed = (now - started - paused) / 1000;
    if (elapsed >= seconds) break;
    if (isPaused) paused += FRAME;
    else for (; ticks < elapsed * speed; ticks++) tick();
    if (isTerminal) {
      const { columns = 80, rows = 24 } = process.stdout;
      screen.draw(
        drawPlant(view, {
          columns,
          rows,
          color: process.env.NO_COLOR === undefined,
          isPaused,
          rate: isPaused ? 0 : sensors * speed,
        }),
      );
    } else if (now >= nextLine) {
      nextLine = now + 1000;
      await plain.write(new TextEncoder().encode(`${plainLines(view).join('\n')}\n`));
    }
    await sleep(FRAME, undefined, { signal: stop.signal }).catch(() => {});
  }
  screen.close();
  process.stderr.write(`${view.readings} readings of ${view.sensors.size} sensors, ${view.events.length} events\n`);
}

/** What a log can hold: the sensors that stand out most, and one line about all. */
function plainLines(view: PlantView): string[] {
  const sensors = [...view.sensors.values()];
  const notable = sensors
    .filter((sensor) => sensor.normalized !== null)
    .sort((a, b) => Math.abs(b.normalized!) - Math.abs(a.normalized!));
  return [
    `${view.readings} readings, ${sensors.filter((sensor) => sensor.state === 'ok').length} of ${sensors.length} sensors ok`,
    ...notable
      .slice(0, 3)
      .map(
        ({ name, value, unit, normalized, center, scale, state }) =>
          `  ${name.padEnd(15)} ${formatValue(value).padStart(10)} ${unit.padEnd(5)} normalized ${normalized!.toFixed(2).padStart(7)}  center ${formatValue(center)}  scale ${formatValue(scale)}  ${state}`,
      ),
  ];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value >= 1)) throw new InvalidArgumentError('must be an integer >= 1.');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('must be a number > 0.');
  return value;
}
