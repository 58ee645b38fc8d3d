import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LivePlant } from '../../src/cli/demo/live-plant.js';
import { plantRoutes } from '../../src/cli/demo/plant-routes.js';
import { POKES, type Poke, SimulatedPlant } from '../../src/io/simulated-plant.js';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';
import { type Service, startService } from '../../src/service/start-service.js';

const SENSOR = 'flow-01';
const ID = `5:value${SENSOR}`;

function openPlant() {
  const metrics = new RunMetrics({ version: '0', health: new Health(() => 0) });
  const live = new LivePlant({ sensors: 8, seed: 3 }, metrics, () => {});
  let ts = 0;
  const run = (ticks: number) => {
    for (let i = 0; i < ticks; i++) {
      ts += 1000;
      live.tick(ts);
    }
  };
  run(300);
  return { live, metrics, run, now: () => ts, row: () => live.view.read(ID)!.row };
}

describe('a sensor that is poked', () => {
  it('shows a spike for what it is, and nothing after it', () => {
    const { live, run } = openPlant();
    live.plant.poke(SENSOR, 'spike');
    run(3);
    const { points } = live.view.read(ID, 0)!;
    const last = points.normalized.slice(-3).map(Number);
    expect(Math.max(...last)).toBeGreaterThan(8);
    expect(Math.abs(last.at(-1)!)).toBeLessThan(4);
  });

  it('is renormalized after a level shift, in a new epoch, with what changed', () => {
    const { live, metrics, run, row } = openPlant();
    const before = row();
    live.plant.poke(SENSOR, 'shift');
    run(40);
    expect(row().epoch).toBeGreaterThan(before.epoch);
    expect(Math.abs(row().normalized!)).toBeLessThan(4);
    const mark = live.view.read(ID)!.marks.find(({ at }) => at > 300_000)!;
    expect(mark).toMatchObject({ kind: 'renormalization', change: { cause: 'level' }, series: ID });
    expect(mark.change!.newCenter! - mark.change!.oldCenter!).toBeGreaterThan(50);
    expect(mark.text).toMatch(/^flow-01: level went from \d+\.\d to \d+\.\d m³\/h, noticed after \d+ values$/);
    expect(metrics.events.labels('level').value).toBeGreaterThan(0);
  });

  it('is flat when stuck, silent when dead, and well again when repaired', () => {
    const { live, run, row } = openPlant();
    live.plant.poke(SENSOR, 'stuck');
    run(20);
    expect(row().state).toBe('flat');
    live.plant.poke(SENSOR, 'dead');
    run(20);
    expect(row().state).toBe('silent');
    live.plant.poke(SENSOR, 'repair');
    run(30);
    expect(['stable', 'drifted', 'warning']).toContain(row().state);
  });

  it('leaves the others as they would have been', () => {
    const readings = (poke?: Poke) => {
      const plant = new SimulatedPlant({ sensors: 8, seed: 5 });
      if (poke !== undefined) plant.poke(SENSOR, poke);
      return Array.from({ length: 50 }, (_, i) => [...plant.at(1000 * i)]).flat();
    };
    // A spike and a shift take no part in what is drawn; what silences a sensor does.
    for (const poke of ['scale', 'shift'] as const)
      expect(readings(poke).filter(({ sensor }) => sensor !== SENSOR)).toEqual(
        readings().filter(({ sensor }) => sensor !== SENSOR),
      );
  });
});

describe('/api/plant/pokes', () => {
  let service: Service;
  let plant: ReturnType<typeof openPlant>;
  beforeEach(async () => {
    plant = openPlant();
    const { live, now } = plant;
    const operations = { metrics: () => [], health: () => new Health(() => 0).report() };
    service = await startService({
      ...operations,
      port: 0,
      token: 't',
      routes: plantRoutes(live, now),
    });
  });
  afterEach(() => service.close());
  const post = (body: string) =>
    fetch(`${service.url}/api/plant/pokes`, { method: 'POST', body, headers: { authorization: 'Bearer t' } });

  it.each(POKES)('takes %s', async (what) => {
    expect((await post(JSON.stringify({ sensor: SENSOR, what }))).status).toBe(200);
    expect(plant.live.view.happenings(0, 1000).at(-1)!.text).toBe(`${SENSOR} was poked: ${what}`);
  });

  it.each([
    '',
    'null',
    '[]',
    '{"sensor":"flow-01"}',
    '{"sensor":"flow-01","what":"explode"}',
    '{"sensor":"no","what":"spike"}',
  ])('refuses %s', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('spike, shift, scale, stuck, dead, repair');
  });
});
