import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { StorageError } from '../../../src/errors.js';
import { RecordNormalizer } from '../../../src/normalize/record-normalizer.js';
import type { Snapshot } from '../../../src/pipeline/kafka/snapshot.js';
import type { SnapshotsOptions } from '../../../src/pipeline/kafka/snapshot-keeper.js';
import { Snapshots } from '../../../src/pipeline/kafka/snapshots.js';
import { Health } from '../../../src/pipeline/metrics/health.js';
import { SeriesLog } from '../../../src/series/series-log.js';
import { SeriesTable } from '../../../src/series/series-table.js';

const root = mkdtempSync(join(tmpdir(), 'streamnorm-snapshot-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

const named = [
  { name: 'a', options: { memory: { halfLife: 5 } } },
  { name: 'q', options: { method: 'robust', memory: { window: 5 }, warmup: 2 } },
] as const;

type Entry = [key: Uint8Array, value: Uint8Array | null];

/** A partition and its changelog, whose offsets count entries: what the brokers and the disk keep of it. */
class Place {
  readonly path = join(root, String(folders++));
  readonly folder = join(this.path, 'log-0');
  readonly log: string[] = [];
  readonly health = new Health();
  readonly transactions: { entries: Entry[]; nextOffset: number; end: number }[] = [];
  id: string | null = 'id-1';
  settings = new Map<string, string>();
  #snapshots: Snapshots | undefined;

  get end(): number {
    return this.transactions.at(-1)?.end ?? 0;
  }

  /** A process begins. */
  begin(options: Partial<SnapshotsOptions> = {}): Snapshots {
    const say = (message: string, { reason = '' }: Record<string, unknown> = {}): void => {
      this.log.push(`${message} ${reason}`);
    };
    this.#snapshots = new Snapshots({
      path: this.path,
      admin: {
        describeTopic: async (name) => ({
          name,
          id: this.id,
          partitions: 1,
          settings: this.settings,
          replicationFactor: 1,
        }),
        offset: async (_, where) => (where === 'earliest' ? 0 : this.end),
      },
      changelog: {
        topic: 'log',
        endAt: async (_, nextOffset) => (this.transactions.at(-1)?.nextOffset === nextOffset ? this.end : undefined),
      },
      fields: 'a, q',
      log: { info: say, warn: say, error: say },
      health: this.health,
      every: 0,
      ...options,
    });
    return this.#snapshots;
  }

  settle(): Promise<void> {
    return this.#snapshots!.settle();
  }

  /** The entries of the transactions from an offset on. */
  from(offset: number): Entry[] {
    return this.transactions.flatMap(({ entries, end }) => (end > offset ? entries : []));
  }
}

class Engine {
  readonly table = new SeriesTable({ maxSeries: 4 });
  readonly log: SeriesLog;
  readonly #normalizer = new RecordNormalizer({ named, table: this.table });
  scored = 0;

  constructor() {
    this.log = new SeriesLog(
      this.table,
      (name) => this.#normalizer.fields.find((field) => field.name === name)?.column,
    );
  }

  score(key: string, field: number, x: number): number {
    this.log.changes.position = this.scored++;
    return this.#normalizer.score(field, this.table.slotOf(key), x, Number.NaN);
  }

  /** Writes a transaction down; a copy is made where one is due. */
  commit(place: Place, snapshot: Snapshot | undefined): void {
    const entries: Entry[] = [];
    this.log.collect((key, value) => entries.push([key.slice(), value?.slice() ?? null]));
    snapshot?.gathered(this.log, this.table, this.scored);
    const end = place.end + entries.length + 2;
    place.transactions.push({ entries, nextOffset: this.scored, end });
    snapshot?.committed(this.scored);
  }

  /** From the snapshot, where there is one, and the rest; else from everything. */
  async restore(place: Place, snapshot?: Snapshot): Promise<number | undefined> {
    const loaded = await snapshot?.load();
    if (loaded !== undefined) this.log.load(loaded.parts, loaded.meta);
    for (const [key, value] of place.from(loaded?.meta.changelogOffset ?? 0)) this.log.apply(key, value);
    this.log.settle();
    this.scored = place.transactions.at(-1)?.nextOffset ?? 0;
    return loaded?.meta.changelogOffset;
  }

  get image(): unknown {
    return [...this.table.entries()].map(([key, slot]) => [
      key,
      this.table.columns.map((column) => [...column.stateOf(slot)].filter((x) => x !== 0)),
    ]);
  }
}

/** What is asked of the brokers or the disk is answered. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A place with two saved generations, of 1 and of 2 transactions, and a third transaction after them. */
async function twoGenerations(): Promise<Place> {
  const place = new Place();
  const snapshots = place.begin();
  const engine = new Engine();
  for (let life = 0; life < 2; life++) {
    const snapshot = await snapshots.open(0);
    for (const key of ['k', 'l', `m${life}`]) engine.score(key, 0, life + 0.1);
    engine.commit(place, undefined);
    snapshot!.give(engine.log, engine.table, engine.scored);
    await snapshots.settle();
  }
  engine.score('k', 1, 7);
  engine.commit(place, undefined);
  return place;
}

async function restored(place: Place, options: Partial<SnapshotsOptions> = {}) {
  const snapshot = await place.begin(options).open(0);
  const [engine, whole] = [new Engine(), new Engine()];
  const from = await engine.restore(place, snapshot);
  await whole.restore(place);
  expect(engine.image).toEqual(whole.image);
  snapshot?.drop();
  await place.settle();
  return from;
}

const step = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', '', '\ud800', 'é'),
  field: fc.constantFrom(0, 1),
  x: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0)),
  what: fc.constantFrom('score', 'score', 'commit', 'commit and wait', 'give', 'crash'),
});

it('restores what the whole changelog says, to the bit, wherever copies were made and lives ended', async () => {
  let used = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const place = new Place();
      let snapshot = await place.begin().open(0);
      let engine = new Engine();
      for (const { key, field, x, what } of steps) {
        engine.score(key, field, x);
        if (what === 'score') continue;
        if (what !== 'crash') engine.commit(place, snapshot);
        if (what.endsWith('wait')) await tick();
        if (what !== 'give' && what !== 'crash') continue;
        if (what === 'give') snapshot!.give(engine.log, engine.table, engine.scored);
        else snapshot!.drop();
        await place.settle();
        snapshot = await place.begin().open(0);
        const whole = new Engine();
        await whole.restore(place);
        engine = new Engine();
        if ((await engine.restore(place, snapshot)) !== undefined) used++;
        expect(engine.image).toEqual(whole.image);
        for (const other of ['a', 'z'])
          expect(Object.is(engine.score(other, 0, x), whole.score(other, 0, x))).toBe(true);
      }
      snapshot!.drop();
      await place.settle();
      expect(place.log.filter((line) => /not used|damaged|could not/.test(line))).toEqual([]);
    }),
    { numRuns: 40 },
  );
  expect(used).toBeGreaterThan(20);
});

it('takes the generation before a damaged one, the whole changelog when both are, and says so', async () => {
  const place = await twoGenerations();
  expect(await restored(place)).toBe(place.transactions[1]!.end);
  const damage = (name: string) => {
    const bytes = readFileSync(join(place.folder, name));
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(join(place.folder, name), bytes);
  };
  damage('current.ckpt');
  expect(await restored(place)).toBe(place.transactions[0]!.end);
  expect(place.log.at(-1)).toMatch(/^a local snapshot is damaged .*CRC/);
  damage('previous.ckpt');
  expect(await restored(place)).toBeUndefined();
  expect(place.log.at(-1)).toMatch(/^the local snapshot is not used: the whole changelog is read no checkpoint can/);
});

it('does not use one of another topic or other fields, an old one, or one beyond the changelog, and says why', async () => {
  const place = await twoGenerations();
  place.id = 'id-2';
  expect(await restored(place)).toBeUndefined();
  expect(place.log.at(-1)).toMatch(/it is of another topic$/);
  place.id = 'id-1';
  expect(await restored(place, { fields: 'a' })).toBeUndefined();
  expect(place.log.at(-1)).toMatch(/fields are configured otherwise since$/);
  place.settings.set('delete.retention.ms', '2');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await restored(place)).toBeUndefined();
  expect(place.log.at(-1)).toMatch(/it is 0 s old: deletions since may not be remembered$/);
  place.settings.clear();
  expect(await restored(place)).toBeDefined();
  const { end } = place.transactions[1]!;
  place.transactions.splice(1);
  expect(await restored(place)).toBeUndefined();
  expect(place.log.at(-1)).toContain(`it goes on at offset ${end} of the changelog, which holds 0 to ${place.end}`);
});

it('saves nothing where the changelog is not of the state that was given back', async () => {
  const place = await twoGenerations();
  const snapshots = place.begin();
  const snapshot = await snapshots.open(0);
  const engine = new Engine();
  await engine.restore(place);
  // Someone else has gone on.
  place.transactions.push({ entries: [], nextOffset: engine.scored + 1, end: place.end + 2 });
  snapshot!.give(engine.log, engine.table, engine.scored);
  await snapshots.settle();
  expect(await restored(place)).toBe(place.transactions[1]!.end);
});

it('goes on when the disk does not take a snapshot, says so, and keeps the old one', async () => {
  const place = await twoGenerations();
  mkdirSync(join(place.folder, 'next.ckpt'));
  const snapshots = place.begin();
  const snapshot = await snapshots.open(0);
  const engine = new Engine();
  await engine.restore(place, snapshot);
  const work = async () => {
    for (let i = 0; i < 4; i++) {
      engine.score('k', 0, i);
      engine.commit(place, snapshot);
      await tick();
    }
    await snapshots.settle();
  };
  await work();
  expect(place.health.reasons.map(({ id, text }) => `${id}: ${text}`)).toContainEqual(
    expect.stringMatching(/^snapshot: checkpoint .*next\.ckpt could not be written/),
  );
  expect(place.log.join()).toContain('the local snapshot could not be saved; the one before is kept');
  rmSync(join(place.folder, 'next.ckpt'), { recursive: true });
  await work();
  expect(place.health.reasons.filter(({ id }) => id === 'snapshot')).toEqual([]);
  snapshot!.drop();
  await snapshots.settle();
  expect(await restored(place)).toBeGreaterThan(place.transactions[1]!.end);
});

it('does without where the folder cannot be made', async () => {
  const place = new Place();
  writeFileSync(place.path, '');
  expect(await place.begin().open(0)).toBeUndefined();
  expect(place.health.reasons.map(({ id }) => id)).toContain('snapshot');
});

it('says once that there are none where topics have no ids', async () => {
  const place = new Place();
  place.id = null;
  const snapshots = place.begin();
  expect([await snapshots.open(0), await snapshots.open(1)]).toEqual([undefined, undefined]);
  expect(place.log).toHaveLength(1);
});

it('leaves a folder to the process that has it, and takes over what a process left that is gone', async () => {
  const place = new Place();
  mkdirSync(place.folder, { recursive: true });
  const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
  const lock = join(place.folder, 'lock');
  const hold = (pid: number, purpose: string, start: string | null) =>
    writeFileSync(lock, JSON.stringify({ pid, purpose, start, token: 'other' }));
  const opens = async () => {
    const snapshots = place.begin();
    const snapshot = await snapshots.open(0);
    snapshot?.drop();
    await snapshots.settle();
    return snapshot !== undefined;
  };
  hold(gone, 'another', null);
  expect(await opens()).toBe(true);
  writeFileSync(lock, '{"pid":'); // killed while it wrote
  expect(await opens()).toBe(true);
  hold(process.pid, 'another', null); // the id of a process before this one
  expect(await opens()).toBe(true);
  hold(process.ppid, 'log of production (id-9)', null);
  const refused = place.begin().open(0);
  await expect(refused).rejects.toBeInstanceOf(StorageError);
  await expect(refused).rejects.toThrow(
    `state.path: ${place.folder} is in use by process ${process.ppid}, for the changelog log of production (id-9): give each pipeline a folder of its own`,
  );
  if (process.platform === 'linux') {
    hold(process.ppid, 'log of production (id-9)', 'another boot 1');
    expect(await opens()).toBe(true);
  }
  // The same changelog: its process has given the partition back, and is not done with it yet.
  hold(process.ppid, 'log (id-1)', null);
  const waiting = opens();
  setTimeout(() => rmSync(lock), 100);
  expect(await waiting).toBe(true);
  const snapshots = place.begin();
  const first = await snapshots.open(0);
  expect(await place.begin().open(0)).toBeUndefined();
  expect(place.log.at(-1)).toContain('another process has its folder');
  first!.drop();
  await snapshots.settle();
});
