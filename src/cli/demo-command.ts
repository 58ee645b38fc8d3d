import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Scored } from '../../operators/index.js';
import type { Reading } from '../io/simulated-plant.js';
import { StdoutSink } from '../io/stdout-sink.js';
import { Health } from '../pipeline/metrics/health.js';
import { RunMetrics } from '../pipeline/metrics/run-metrics.js';
import { liveRoutes } from '../service/live-routes.js';
import { ServiceError } from '../service/service-error.js';
import { type Service, startService } from '../service/start-service.js';
import type { DemoPlant } from './demo/demo-plant.js';
import { drawPlant } from './demo/draw-plant.js';
import { findBroker } from './demo/find-broker.js';
import { KafkaPlant } from './demo/kafka-plant.js';
import { LivePlant } from './demo/live-plant.js';
import { plantRoutes } from './demo/plant-routes.js';
import { PlantStory } from './demo/plant-story.js';
import { emptyPlantView, formatValue, observe, type PlantView } from './demo/plant-view.js';
import { TerminalScreen } from './demo/terminal-screen.js';
import { version } from './version.js';

interface Flags {
  sensors: number;
  seed: number;
  speed: number;
  seconds?: number;
  http: boolean;
  kafka: boolean;
  port: number;
}

/** ms between two looks at the plant. */
const FRAME = 200;

export function demoCommand(): Command {
  return new Command('demo')
    .description('a simulated plant, normalized live in the terminal and on a page')
    .option('--sensors <count>', 'sensors of the plant', wholeNumber, 24)
    .option('--seed <number>', 'the same seed, the same plant', wholeNumber, 7)
    .option('--speed <factor>', 'readings of each sensor per second', positive, 10)
    .option('--seconds <count>', 'end after so long', positive)
    .option('--port <number>', 'of the page, on this machine only; another where it is taken', wholeNumber, 9464)
    .option('--no-http', 'no page')
    .option('--kafka', 'through a broker: that of KAFKA_BROKERS, or in a checkout one that is started', false)
    .addHelpText(
      'after',
      '\nWithout a terminal it prints plain lines, one a second.\n\nExample:\n  streamnorm demo --sensors 40 --speed 20',
    )
    .action(runDemo);
}

async function runDemo(flags: Flags): Promise<void> {
  const { sensors, seed, speed, seconds = Number.POSITIVE_INFINITY } = flags;
  const health = new Health();
  const metrics = new RunMetrics({ version: version(), health });
  const view = emptyPlantView();
  const onScored = (scored: Scored<Reading>) => observe(view, scored);
  const broker = flags.kafka ? await findBroker(process.env, say) : undefined;
  const { live, kafka } = await openPlant({ sensors, seed }, metrics, health, onScored, broker);
  let ts = Date.UTC(2026, 0, 1);
  const tick = () => {
    live.tick(ts);
    ts += 1000;
  };
  const story = new PlantStory(live);
  story.tellPast(tick, () => ts); // so that the first picture shows scores
  if (kafka === undefined) health.enter('running');
  else say(`topics ${kafka.topic} and ${kafka.topic}.normalized on ${broker!.brokers.join(', ')}`);
  const service = flags.http ? await serve(live, story, metrics, health, flags.port, () => ts) : undefined;

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

  const started = performance.now();
  let ticks = 0;
  let paused = 0;
  let nextLine = 0;
  let failure: unknown;
  while (!stop.signal.aborted) {
    const now = performance.now();
    const elapsed = (now - started - paused) / 1000;
    if (elapsed >= seconds) break;
    if (isPaused) paused += FRAME;
    else
      for (; ticks < elapsed * speed; ticks++) {
        story.tell(ts);
        tick();
      }
    if (isTerminal) {
      const { columns = 80, rows = 24 } = process.stdout;
      screen.draw(
        drawPlant(view, {
          columns,
          rows,
          color: process.env.NO_COLOR === undefined,
          isPaused,
          rate: isPaused ? 0 : sensors * speed,
          ...(service && { url: service.url }),
        }),
      );
    } else if (now >= nextLine) {
      nextLine = now + 1000;
      await plain.write(new TextEncoder().encode(`${plainLines(view).join('\n')}\n`));
    }
    await sleep(FRAME, undefined, { signal: stop.signal }).catch(() => {});
    try {
      kafka?.assertWell();
    } catch (error) {
      failure = error;
      stop.abort();
    }
  }
  screen.close();
  await service?.close();
  await kafka?.close(broker!.isShared);
  await broker?.stop();
  if (failure !== undefined) throw failure;
  process.stderr.write(`${view.readings} readings of ${view.sensors.size} sensors, ${view.events.length} events\n`);
}

interface OpenedPlant {
  live: DemoPlant;
  kafka?: KafkaPlant;
}

/** The plant in this process, or through a broker, which is stopped again where that fails. */
async function openPlant(
  options: { sensors: number; seed: number },
  metrics: RunMetrics,
  health: Health,
  onScored: (scored: Scored<Reading>) => void,
  broker: Awaited<ReturnType<typeof findBroker>> | undefined,
): Promise<OpenedPlant> {
  if (broker === undefined) return { live: new LivePlant(options, metrics, onScored) };
  try {
    const kafka = await KafkaPlant.open({ ...options, brokers: broker.brokers, metrics, health, onScored });
    return { live: kafka, kafka };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

function say(words: string): void {
  process.stderr.write(`${words}\n`);
}

/** The page and what it needs; on another port where the one asked for is taken. */
async function serve(
  live: DemoPlant,
  story: PlantStory,
  metrics: RunMetrics,
  health: Health,
  port: number,
  now: () => number,
): Promise<Service> {
  const operations = { metrics: () => [metrics.set.snapshot()], health: () => health.report() };
  const abilities = { pokes: true, show: live.idOf(story.sensor), opened: () => story.begin() };
  // Only who sees this terminal pokes the plant: the page finds the token behind the #, which is sent to nobody.
  const token = randomBytes(12).toString('base64url');
  const options = {
    ...operations,
    token,
    routes: [...liveRoutes(live.view, operations, abilities), ...plantRoutes(live, now)],
  };
  const service = await startService({ ...options, port }).catch((error: unknown) => {
    if (error instanceof ServiceError) return startService({ ...options, port: 0 });
    throw error;
  });
  const url = `${service.url}/#${token}`;
  process.stderr.write(`live page: ${url}\n`);
  return { ...service, url };
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
