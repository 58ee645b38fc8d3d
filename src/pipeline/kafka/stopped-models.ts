import type { Health } from '../metrics/health.js';

/** What has stopped in one partition: the reason of the first, and how many there are. */
interface Stopped {
  reason: string;
  count: number;
}

/** Tells `/readyz` which models of the partitions held are stopped, one reason a model of the configuration. */
export class StoppedModels {
  readonly #health: Health;
  /** By model, then by partition. */
  readonly #models = new Map<string, Map<string, Stopped>>();

  /** @param names of the models there are; what an earlier life of the stream said of them holds no more */
  constructor(health: Health, names: readonly string[]) {
    this.#health = health;
    for (const name of names) health.clear(idOf(name));
  }

  /** So many models of that name were stopped in a partition. Whether they are the first. */
  stopped(model: string, partition: string, reason: string, count = 1): boolean {
    const partitions = this.#models.get(model) ?? new Map<string, Stopped>();
    this.#models.set(model, partitions);
    const known = partitions.get(partition);
    if (known === undefined) partitions.set(partition, { reason, count });
    else known.count += count;
    this.#tell(model);
    return known === undefined;
  }

  /** Whether a partition has a stopped one, as far as is known. */
  has(partition: string): boolean {
    for (const partitions of this.#models.values()) if (partitions.has(partition)) return true;
    return false;
  }

  /** So many of each are still there: the table forgets series, and with them what was stopped. */
  recount(partition: string, counts: readonly { model: string; count: number }[]): void {
    for (const [model, partitions] of this.#models) {
      const known = partitions.get(partition);
      if (known === undefined) continue;
      const count = counts.find((each) => each.model === model)?.count ?? 0;
      if (count === known.count) continue;
      if (count === 0) partitions.delete(partition);
      else known.count = count;
      this.#tell(model);
    }
  }

  /** A partition has gone. */
  gone(partition: string): void {
    for (const [model, partitions] of this.#models) if (partitions.delete(partition)) this.#tell(model);
  }

  #tell(model: string): void {
    const all = [...this.#models.get(model)!];
    const [first] = all;
    if (first === undefined) {
      this.#health.clear(idOf(model));
      return;
    }
    const [partition, { reason }] = first;
    const others = all.reduce((sum, [, { count }]) => sum + count, 0) - 1;
    const more = others > 0 ? `, and ${others} more` : '';
    this.#health.trouble(
      idOf(model),
      `learn.${model}, ${partition}: ${reason}${more}; it predicts nothing until it is configured otherwise`,
    );
  }
}

/** The id of the reason. */
function idOf(model: string): string {
  return `learn.${model}`;
}
