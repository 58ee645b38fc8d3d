import { Subject } from 'rxjs';
import { normalize } from '../../../operators/index.js';
import { SeriesTable } from '../../../src/series/series-table.js';
import { seededUniform } from '../../support/seeded-uniform.js';
import type { Inquiry, Row } from '../case.js';
import type { Contender, Work } from '../contender.js';

/** Bytes of everything that is alive in the process. */
function used(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** One cell: so many keys × so many fields. Its answers are what the table shows. */
function cell(series: number, fields: number, visits: number): Contender {
  return {
    id: `${series}x${fields}`,
    name: `${series.toLocaleString('en')} × ${fields}`,
    isOurs: true,
    work: (): Work => {
      const names = Array.from({ length: fields }, (_, k) => `f${k}`);
      const uniform = seededUniform(7);
      const keys = Array.from({ length: series }, (_, i) => `device-${i.toString(36)}`);
      const fill = (key: string) => {
        const record: Record<string, number | string> = { key };
        for (const name of names) record[name] = uniform();
        return record;
      };
      const answers = () => {
        const before = used();
        const table = new SeriesTable();
        const source = new Subject<Record<string, number | string>>();
        let count = 0;
        source
          .pipe(normalize({ key: 'key', fields: Object.fromEntries(names.map((name) => [name, 'z-score'])), table }))
          .subscribe(() => count++);
        for (const key of keys) source.next(fill(key));
        const bytes = used() - before;
        // Records as they come: made beforehand, so that only scoring them is timed; in turns, so that they need not all be there.
        let ms = 0;
        for (let done = 0; done < visits; ) {
          const records = Array.from({ length: 2000 }, () => fill(keys[Math.floor(series * uniform())]!));
          const start = performance.now();
          for (const record of records) source.next(record);
          if (done >= visits / 4) ms += performance.now() - start; // warm by then
          done += records.length;
        }
        const timed = Math.ceil((visits - visits / 4) / 2000) * 2000 * fields;
        const saving = performance.now();
        const state = table.toBytes();
        const saved = performance.now();
        const { size } = SeriesTable.fromBytes(state.slice());
        const restored = performance.now();
        if (size !== series || count === 0) throw new Error(`${size} series of ${series} came back`);
        return [(ms * 1e6) / timed, bytes / series, state.length / series, saved - saving, restored - saved];
      };
      return { run: () => void answers(), answers };
    },
  };
}

function grown(isSmoke: boolean): Inquiry {
  const sizes = isSmoke
    ? ([
        [100, 1],
        [100, 8],
      ] as const)
    : ([
        [100, 1],
        [10_000, 1],
        [1_000_000, 1],
        [100, 8],
        [10_000, 8],
        [1_000_000, 8],
        [100, 64],
        [10_000, 64],
      ] as const);
  return {
    id: 'growth/series',
    title: '`normalize({ key, fields })` by keys × fields, z-score of each: records of random keys',
    note: 'Memory of the process, the keys’ own strings not counted; saved and restored whole',
    data: () => new Float64Array(0),
    contenders: sizes.map(([series, fields]) =>
      cell(series, fields, isSmoke ? 4000 : Math.max(40_000, 400_000 / fields)),
    ),
    head: ['ns a value', 'bytes a key in memory', 'bytes a key saved', 'saving', 'restoring'],
    cells: ([ns, memory, saved, saving, restoring]) => [
      ns!.toFixed(0),
      memory!.toFixed(0),
      saved!.toFixed(0),
      `${saving!.toFixed(0)} ms`,
      `${restoring!.toFixed(0)} ms`,
    ],
  };
}

export const growth: Row = {
  id: 'growth',
  title: 'Growth',
  cases: () => [],
  inquiries: ({ isSmoke }) => [grown(isSmoke)],
};
