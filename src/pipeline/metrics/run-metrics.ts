import type { Counter } from './counter.js';
import type { Gauge } from './gauge.js';
import type { Health } from './health.js';
import type { Histogram } from './histogram.js';
import type { Labelled } from './labelled.js';
import { MetricSet } from './metric-set.js';
import { addProcessMetrics } from './process-metrics.js';

/** Seconds, 1-2-5 from a millisecond to five minutes. */
const LATENCY_BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300] as const;
const BATCH_SECONDS_BOUNDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] as const;
const BATCH_RECORDS_BOUNDS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536] as const;

/** Partitions that are shown by themselves. */
const MOST_PARTITIONS = 10_000;

/**
 * What a run counts, by name. Keep the children that `labels` answers where it is called often; everything else is a plain call:
 *
 *     metrics.records.add(batch.length);
 *     metrics.deadLetters.labels('undecodable').add();
 *     metrics.lag.labels(topic, partition).set(endOffset - nextOffset);   // `lag.remove(topic, partition)` when it goes
 *     metrics.latency.observe(Math.max(0, Date.now() - timestamp) / 1000);
 *
 * No label is ever a key, a value or a path: label values come from the configuration or from a short list. Units are those of the names:
 * seconds, bytes, ratios from 0 to 1.
 */
export class RunMetrics {
  readonly set = new MetricSet();

  /** Records taken from the source, good and bad. */
  readonly records: Counter;
  /** Bytes of these records, keys and values, as they came. */
  readonly bytes: Counter;
  /** Records handed to the sink and, with exactly-once, committed. */
  readonly outputs: Counter;
  /**
   * Records that could not be processed, whatever `onBadRecord` did with them; `reason`: `undecodable`, `unfit-value`, `unreadable-batch`, `too-large`,
   * `missing-value`, `untimed`, or a word of the same kind: at most 30.
   */
  readonly deadLetters: Labelled<Counter, readonly ['reason']>;
  /** Values that were no number where one was expected, by field of the configuration. */
  readonly textValues: Labelled<Counter, readonly ['field']>;
  /** Values that were no observation: null, absent, NaN, infinite. */
  readonly missingValues: Counter;
  /** Values too late for their window. */
  readonly lateValues: Counter;
  /** Values without a readable event time, where one is needed. */
  readonly untimedValues: Counter;
  /** Values that were scored and not learnt, as too far out. */
  readonly gatedValues: Counter;
  /** Terms and categories that a full vocabulary had no room for. */
  readonly leftOutTerms: Counter;
  /** Predictions of models, those whose target was known, and the sum of their losses; by model of the configuration. */
  readonly predictions: Labelled<Counter, readonly ['model']>;
  readonly judgedPredictions: Labelled<Counter, readonly ['model']>;
  readonly predictionLoss: Labelled<Counter, readonly ['model']>;
  /** What became of models, by `event`: stopped, frozen, thawed, deselected, selected, uncorrected. */
  readonly modelEvents: Labelled<Counter, readonly ['model', 'event']>;
  /** Series forgotten by `ttl` or `maxSeries`. */
  readonly evictedSeries: Counter;
  /** Renormalizations and other events, by `cause`. */
  readonly events: Labelled<Counter, readonly ['cause']>;
  /** Micro-batches, by where they were normalized: `cpu`, `tensorflow`, `webgpu`. */
  readonly batches: Labelled<Counter, readonly ['backend']>;
  /** Devices that were lost while they normalized micro-batches; the CPU has taken over. */
  readonly lostBackends: Counter;
  /** Records between what is committed and the end of the partition. */
  readonly lag: Labelled<Gauge, readonly ['topic', 'partition']>;
  /** Seconds from the record's timestamp to the commit of its output; a clock ahead of ours counts as 0. */
  readonly latency: Histogram;
  /** Seconds that a batch took from delivery to settling. */
  readonly batchSeconds: Histogram;
  /** Records of a batch. */
  readonly batchRecords: Histogram;
  /** Transactions or offset commits that succeeded. */
  readonly commits: Counter;
  /** Transactions that were aborted, by us or by the broker. */
  readonly abortedTransactions: Counter;
  /** Changes of what this member of the group holds. */
  readonly rebalances: Counter;
  /** Partitions held. */
  readonly partitionsAssigned: Gauge;
  /** Entries read back from changelogs and snapshots. */
  readonly restoredEntries: Counter;
  /** From 0 to 1; 1 when nothing is being restored. */
  readonly restoreProgress: Gauge;
  /** Seconds that the last restore of a partition took. */
  readonly restoreSeconds: Gauge;
  /** Series held. */
  readonly series: Gauge;
  /** Bytes of their state in memory. */
  readonly stateBytes: Gauge;
  /** Bytes fetched and not settled. */
  readonly inFlightBytes: Gauge;
  /** Records that were deleted before they were read. */
  readonly offsetGapRecords: Counter;
  /** Connections to the brokers that were lost and made anew. */
  readonly reconnects: Counter;
  /** Worker processes started anew; counted by the process that keeps them. */
  readonly workerRestarts: Counter;

  /** @param version of the program; @param health shown as `streamnorm_ready` and `streamnorm_live` */
  constructor({ version, health }: { version: string; health: Health }) {
    const { set } = this;
    const name = (suffix: string) => `streamnorm_${suffix}`;
    set
      .gauge(name('build_info'), 'Always 1; the version is in the label.', { labelNames: ['version'], across: 'max' })
      .labels(version)
      .set(1);
    set
      .gauge(name('ready'), '1 when the run does its work; /readyz says why not.', { across: 'worker' })
      .read(() => (health.ready ? 1 : 0));
    set
      .gauge(name('live'), '0 when the run has stopped or failed.', { across: 'worker' })
      .read(() => (health.live ? 1 : 0));

    this.records = set.counter(name('records_total'), 'Records taken from the source.');
    this.bytes = set.counter(name('bytes_total'), 'Bytes of the records taken from the source.');
    this.outputs = set.counter(name('outputs_total'), 'Records put out.');
    this.deadLetters = set.counter(name('dead_letters_total'), 'Records that could not be processed, by reason.', {
      labelNames: ['reason'],
      limit: 30,
    });
    this.textValues = set.counter(name('text_values_total'), 'Values that were no number, by configured field.', {
      labelNames: ['field'],
    });
    this.missingValues = set.counter(name('missing_values_total'), 'Values that were null, absent, NaN or infinite.');
    this.lateValues = set.counter(name('late_values_total'), 'Values too late for their window.');
    this.untimedValues = set.counter(name('untimed_values_total'), 'Values without a readable event time.');
    this.gatedValues = set.counter(name('gated_values_total'), 'Values scored and not learnt, as too far out.');
    this.leftOutTerms = set.counter(name('left_out_terms_total'), 'Terms and categories without room in a vocabulary.');
    this.predictions = set.counter(name('predictions_total'), 'Predictions of models.', { labelNames: ['model'] });
    this.judgedPredictions = set.counter(name('judged_predictions_total'), 'Predictions whose target was known.', {
      labelNames: ['model'],
    });
    this.predictionLoss = set.counter(name('prediction_loss_total'), 'Sum of the losses of judged predictions.', {
      labelNames: ['model'],
    });
    this.modelEvents = set.counter(
      name('model_events_total'),
      'Models that were stopped, frozen, thawed and the like.',
      {
        labelNames: ['model', 'event'],
      },
    );
    this.evictedSeries = set.counter(name('evicted_series_total'), 'Series forgotten by ttl or maxSeries.');
    this.events = set.counter(name('events_total'), 'Renormalizations and other events of series, by cause.', {
      labelNames: ['cause'],
      limit: 30,
    });
    this.batches = set.counter(
      name('batches_total'),
      'Micro-batches of fields of the method batch, by where they were normalized.',
      {
        labelNames: ['backend'],
        limit: 10,
      },
    );
    this.lostBackends = set.counter(name('backend_lost_total'), 'Devices that were lost; the CPU has taken over.');
    this.lag = set.gauge(name('lag_records'), 'Records between what is committed and the end of the partition.', {
      labelNames: ['topic', 'partition'],
      limit: MOST_PARTITIONS,
      across: 'max',
    });
    this.latency = set.histogram(
      name('latency_seconds'),
      "Seconds from a record's timestamp to the commit of its output.",
      LATENCY_BOUNDS,
    );
    this.batchSeconds = set.histogram(
      name('batch_seconds'),
      'Seconds that a batch took from delivery to settling.',
      BATCH_SECONDS_BOUNDS,
    );
    this.batchRecords = set.histogram(name('batch_records'), 'Records of a batch.', BATCH_RECORDS_BOUNDS);
    this.commits = set.counter(name('commits_total'), 'Transactions and offset commits that succeeded.');
    this.abortedTransactions = set.counter(name('aborted_transactions_total'), 'Transactions that were aborted.');
    this.rebalances = set.counter(name('rebalances_total'), 'Changes of the partitions held.');
    this.partitionsAssigned = set.gauge(name('partitions_assigned'), 'Partitions held.');
    this.restoredEntries = set.counter(name('restored_entries_total'), 'Entries of state read back.');
    this.restoreProgress = set.gauge(name('restore_progress_ratio'), '1 when nothing is being restored.', {
      across: 'min',
    });
    this.restoreProgress.set(1);
    this.restoreSeconds = set.gauge(name('restore_seconds'), 'Seconds that the last restore of a partition took.', {
      across: 'max',
    });
    this.series = set.gauge(name('series'), 'Series held.');
    this.stateBytes = set.gauge(name('state_bytes'), 'Bytes of state in memory.');
    this.inFlightBytes = set.gauge(name('in_flight_bytes'), 'Bytes fetched and not settled.');
    this.offsetGapRecords = set.counter(name('offset_gap_records_total'), 'Records deleted before they were read.');
    this.reconnects = set.counter(name('reconnects_total'), 'Connections to brokers made anew.');
    this.workerRestarts = set.counter(name('worker_restarts_total'), 'Worker processes started anew.');
    addProcessMetrics(set);
  }
}
