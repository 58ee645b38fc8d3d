import { readFileSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { FileStore } from '../checkpoint/file-store.js';
import { StorageError } from '../errors.js';
import { StdoutSink } from '../io/stdout-sink.js';
import { showChangelog } from '../pipeline/kafka/show-changelog.js';
import { isKafkaPlan } from '../pipeline/plan.js';
import { exportState } from '../series/export-state.js';
import { importState } from '../series/import-state.js';
import { SeriesTable } from '../series/series-table.js';
import { readConfig } from './read-config.js';

export function stateCommand(): Command {
  const state = new Command('state').description('look into a state store, move it, or make one');
  state
    .command('show')
    .description('what is in a store: fields, how each was learnt, series, memory')
    .argument('<place>', 'a configuration, or its state.path; on Kafka, the changelog is read')
    .action(async (place: string) => {
      const plan = statSync(place, { throwIfNoEntry: false })?.isFile() ? readConfig(place) : undefined;
      if (plan !== undefined && isKafkaPlan(plan))
        return print(`${JSON.stringify(await showChangelog(plan), null, 2)}\n`);
      if (plan !== undefined && plan.state.store !== 'file')
        throw new StorageError(`${place}: state.store is ${plan.state.store}: nothing is kept`);
      const folder = plan?.state.store === 'file' ? plan.state.path : place;
      const { table, meta } = await load(folder);
      const { size, byteLength, counters, columns } = table;
      const shown = {
        series: size,
        bytes: byteLength,
        fields: columns.map(({ name, fingerprint, byteLength: bytes }) => ({ name, learnt: fingerprint, bytes })),
        counters,
        position: meta,
      };
      return print(`${JSON.stringify(shown, null, 2)}\n`);
    });
  state
    .command('export')
    .description('print a store as JSON')
    .argument('<folder>', 'state.path of the configuration')
    .action(async (folder: string) => print(`${JSON.stringify(exportState((await load(folder)).table))}\n`));
  state
    .command('import')
    .description('make a store of exported JSON; the source is read from its beginning then')
    .argument('<folder>', 'state.path of the configuration')
    .argument('[file]', 'exported JSON; - is stdin', '-')
    .action(async (folder: string, file: string) => {
      const table = importState(parse(file));
      await new FileStore(folder).save(table.toChunks());
      process.stderr.write(`${table.size} series in ${folder}\n`);
    });
  state.addHelpText(
    'after',
    '\nExamples:\n  streamnorm state show state/\n  streamnorm state show pipeline.yaml\n  streamnorm state export state/ | streamnorm state import copy/',
  );
  return state;
}

async function load(folder: string): Promise<{ table: SeriesTable; meta: unknown }> {
  const loaded = await new FileStore(folder).load(
    (bytes) => SeriesTable.restore(bytes),
    (what, cause) => {
      process.stderr.write(`${what} is damaged (${(cause as Error).message}); trying the one before\n`);
    },
  );
  if (loaded === undefined) throw new StorageError(`${folder} holds no state`);
  return loaded;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (cause) {
    throw new StorageError(`${file === '-' ? 'stdin' : file} could not be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function print(text: string): Promise<void> {
  return new StdoutSink().write(Buffer.from(text));
}
