import { resolve } from 'node:path';
import type { RoutedBackend } from '../backend/routed-backend.js';
import { ByteWriter } from '../codec/byte-writer.js';
import { NdjsonToCsvEncoder } from '../codec/ndjson-to-csv-encoder.js';
import type { RecordEncoder } from '../codec/record-encoder.js';
import { MissingValueError } from '../errors.js';
import { DeadLetterFile, type DeadRecord } from '../io/dead-letter-file.js';
import { FileSink } from '../io/file-sink.js';
import { type InputChunk, readChunks, totalSize } from '../io/read-chunks.js';
import { simulatedChunks } from '../io/simulated-chunks.js';
import type { Sink } from '../io/sink.js';
import { StdoutSink } from '../io/stdout-sink.js';
import { BatchScorer } from './batch-scorer.js';
import { TopicSink } from './kafka/topic-sink.js';
import { ModelTally } from './model-tally.js';
import { openBatchBackend } from './open-batch-backend.js';
import { openEncoder } from './open-encoder.js';
import type { TextPipelinePlan } from './plan.js';
import { type RunPosition, RunState } from './run-state.js';
import type { RunOptions, RunSummary } from './run-summary.js';
import { type DecodedBatch, TextSource } from './text-source.js';

/** Bad records that the summary shows. */
const SHOWN = 5;

/** Output gathered before it is written. */
const WRITE_SIZE = 1 << 18;

/**
 * Runs a pipeline from its source to its sink until the source ends or it is told to stop.
 *
 * **Back pressure.** One batch is worked on at a time, and the next is read when the sink has taken the last: memory does not grow with
 * the source.
 * **Delivery guarantees.** With `state.store: file` the statistics, the place in the source and the length of the output are saved
 * together; a run that was killed goes on from there, cuts the output back to that length, and so writes every record once, with the
 * scores that it would have had. To stdout records since the last checkpoint come again.
 *
 * @throws StorageError, DecodeError, CorruptCheckpointError, OutputClosedError, MissingValueError (`missing: error`)
 */
export async function runPipeline(plan: TextPipelinePlan, options: RunOptions = {}): Promise<RunSummary> {
  const { warn: say = () => {}, devices } = options;
  // What is not there is told before anything is read or written.
  const backend = await openBatchBackend(plan, { devices, onChoice: say, onLost: say });
  try {
    const run = await Run.open(plan, options, backend);
    try {
      await run.work();
      return run.summary;
    } finally {
      await run.close();
    }
  } finally {
    await backend?.dispose();
  }
}

class Run {
  readonly summary: RunSummary;
  readonly #plan: TextPipelinePlan;
  readonly #options: RunOptions;
  readonly #state: RunState;
  readonly #scorer: BatchScorer;
  readonly #tally: ModelTally;
  readonly #source: TextSource;
  readonly #sink: Sink;
  readonly #dead: DeadLetterFile | undefined;
  readonly #identity: string;
  /** Absent where the CPU scores micro-batches as they come. */
  readonly #backend: RoutedBackend | undefined;
  readonly #out = new ByteWriter(2 * WRITE_SIZE);
  #encoder: RecordEncoder | undefined;
  #bytesRead = 0;

  private constructor(
    plan: TextPipelinePlan,
    options: RunOptions,
    state: RunState,
    sink: Sink,
    dead: DeadLetterFile | undefined,
    identity: string,
    backend: RoutedBackend | undefined,
  ) {
    const { resume } = state;
    this.#plan = plan;
    this.#options = options;
    this.#state = state;
    this.#tally = new ModelTally(plan.learn ?? [], options.warn ?? (() => {}));
    this.#scorer = new BatchScorer(plan, state.table, (event) => this.#tally.note(event));
    this.#tally.resume(this.#scorer.models?.stopped() ?? []);
    this.#source = new TextSource(plan, resume, options.warn);
    this.#sink = sink;
    this.#dead = dead;
    this.#identity = identity;
    this.#backend = backend;
    this.summary = {
      records: resume?.records ?? 0,
      written: resume?.written ?? 0,
      badRecords: resume?.badRecords ?? 0,
      firstBad: [],
      textValues: {},
      missing: 0,
      late: 0,
      untimed: 0,
      gated: 0,
      leftOut: 0,
      models: [],
      series: 0,
      restarted: this.#scorer.restarted,
      ...(resume && { resumedAfter: resume.records + resume.badRecords }),
      stopped: false,
    };
  }

  static async open(plan: TextPipelinePlan, options: RunOptions, backend: RoutedBackend | undefined): Promise<Run> {
    const identity = identityOf(plan);
    const state = await RunState.open(plan.state, identity, performance.now(), options.warn ?? (() => {}));
    const { resume } = state;
    const sink = await openSink(plan, resume?.outputLength);
    const dead = plan.deadLetter && (await DeadLetterFile.open(plan.deadLetter.path, resume?.deadLength));
    return new Run(plan, options, state, sink, dead, identity, backend);
  }

  async work(): Promise<void> {
    const { signal, onProgress } = this.#options;
    const { source } = this.#plan;
    const bytesTotal = source.kind === 'file' ? await totalSize(source.paths) : undefined;
    for await (const decoded of this.#source.read(this.#chunks())) {
      await this.#process(decoded);
      onProgress?.({
        records: this.summary.records,
        bytesRead: this.#bytesRead,
        ...(bytesTotal !== undefined && { bytesTotal }),
      });
      if (signal?.aborted) break;
    }
    // A source that is told to stop may end by itself.
    this.summary.stopped = signal?.aborted ?? false;
    await this.#checkpoint(true);
    const { counters, size } = this.#state.table;
    const { missing, late, untimed, gated, leftOut } = counters;
    this.#scorer.models?.takeCounts((counts) => this.#tally.add(counts));
    const { models } = this.#tally;
    const counted = {
      missing,
      late,
      untimed,
      gated,
      leftOut,
      models,
      series: size,
      textValues: this.#scorer.textValues,
    };
    Object.assign(this.summary, counted);
  }

  async close(): Promise<void> {
    await this.#sink.close();
    await this.#dead?.close();
  }

  #chunks(): AsyncIterable<InputChunk> {
    const { source } = this.#plan;
    const { signal } = this.#options;
    if (source.kind === 'simulate') {
      const skip = this.summary.records + this.summary.badRecords;
      return simulatedChunks({ ...source.options, skip, ...(signal && { signal }) });
    }
    const { input, offset } = this.#source.position;
    const onRead = (bytes: number) => {
      this.#bytesRead += bytes;
    };
    return stoppable(
      readChunks(source.kind === 'file' ? source.paths : ['-'], { from: { input, offset }, onRead }),
      signal,
    );
  }

  async #process({ batch, decoder, name }: DecodedBatch): Promise<void> {
    const { summary } = this;
    let scored: ReturnType<BatchScorer['score']>;
    try {
      const taken = this.#backend && (await this.#scorer.take(batch, decoder, this.#backend));
      scored = this.#scorer.score(batch, decoder, undefined, taken);
    } catch (error) {
      if (error instanceof MissingValueError)
        throw new MissingValueError(
          `${name}, lines ${batch.firstLine + (batch.lines[0] ?? 0)} to ${batch.nextLine - 1}: ${error.message}`,
          { cause: error },
        );
      throw error;
    }
    const bad = badRecords(name, batch, decoder.faults, this.#scorer.refusals);
    summary.badRecords += bad.length;
    summary.firstBad.push(
      ...bad.slice(0, SHOWN - summary.firstBad.length).map(({ file, line, reason }) => ({ file, line, reason })),
    );
    await this.#dead?.write(bad);

    this.#encoder ??= this.#openEncoder();
    this.#encoder.encode(batch, scored, this.#out);
    summary.records += batch.length - (bad.length - batch.rejected.length);
    for (let i = 0; i < batch.length; i++) summary.written += scored.keep[i]!;
    // What is live goes out at once, a file in large pieces.
    if (this.#out.length >= WRITE_SIZE || this.#plan.source.kind !== 'file') await this.#write();
    await this.#checkpoint(false, { input: this.#source.position.input, offset: batch.position, line: batch.nextLine });
  }

  #openEncoder(): RecordEncoder {
    const { resume } = this.#state;
    const encoder = openEncoder(this.#plan, this.#source, (resume?.outputLength ?? 0) > 0);
    if (encoder instanceof NdjsonToCsvEncoder && resume?.layout) encoder.resume(resume.layout);
    return encoder;
  }

  async #write(): Promise<void> {
    if (this.#out.length === 0) return;
    await this.#sink.write(this.#out.view());
    this.#out.clear();
  }

  /** Saves when it is time, or `now`; `position` is that behind the batch at hand. */
  async #checkpoint(now: boolean, position = this.#source.position): Promise<void> {
    if (!now && !this.#state.isDue(performance.now())) return;
    await this.#write();
    if (!this.#state.isKept) return;
    const { records, written, badRecords: bad } = this.summary;
    const saved: RunPosition = {
      identity: this.#identity,
      position,
      format: this.#source.format,
      csv: this.#source.csv,
      layout: this.#encoder instanceof NdjsonToCsvEncoder ? this.#encoder.layout : this.#state.resume?.layout,
      records,
      written,
      badRecords: bad,
      outputLength: await this.#sink.flush(),
      deadLength: (await this.#dead?.flush()) ?? 0,
    };
    await this.#state.save(saved, performance.now());
  }
}

function openSink({ sink, record }: TextPipelinePlan, resumeAt?: number): Promise<Sink> | Sink {
  if (sink.kind === 'file') return FileSink.open(sink.path, resumeAt);
  return sink.kind === 'kafka' ? TopicSink.open(sink, record) : new StdoutSink();
}

/** Ends with the chunk at hand once the run is told to stop, also while it waits for one that does not come. */
async function* stoppable(
  chunks: AsyncGenerator<InputChunk>,
  signal: AbortSignal | undefined,
): AsyncGenerator<InputChunk> {
  while (!signal?.aborted) {
    const next = await nextUnless(chunks, signal);
    if (next === undefined || next.done) return;
    yield next.value;
  }
}

/**
 * The next chunk; undefined when the signal comes first. Each wait listens anew: racing against one promise for the whole run would keep
 * every chunk alive as long as that promise.
 */
function nextUnless(
  chunks: AsyncGenerator<InputChunk>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<InputChunk> | undefined> {
  if (signal === undefined) return chunks.next();
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    chunks
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

function badRecords(
  file: string,
  batch: DecodedBatch['batch'],
  faults: readonly (string | undefined)[],
  refusals: ReadonlyMap<number, string>,
): DeadRecord[] {
  const bad = batch.rejected.map(({ line, reason, head }) => ({ file, line, reason, record: head }));
  const add = (i: number, reason: string) =>
    bad.push({
      file,
      line: batch.firstLine + batch.lines[i]!,
      reason,
      record: batch.bytes.slice(batch.starts[i]!, batch.ends[i]!),
    });
  faults.forEach((reason, i) => reason !== undefined && i < batch.length && add(i, reason));
  for (const [i, reason] of refusals) add(i, reason);
  return bad.sort((a, b) => a.line - b.line);
}

function identityOf({ source, sink }: TextPipelinePlan): string {
  const from =
    source.kind === 'file'
      ? source.paths.map((path) => (path === '-' ? path : resolve(path)))
      : source.kind === 'simulate'
        ? source.options.seed
        : '-';
  return JSON.stringify([
    source.kind,
    from,
    sink.kind === 'file' ? resolve(sink.path) : sink.kind === 'kafka' ? sink.topic : 'stdout',
  ]);
}
