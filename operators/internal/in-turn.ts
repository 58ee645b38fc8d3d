import { Observable, type OperatorFunction, takeWhile } from 'rxjs';

/** What takes one record after the other, and learns it behind its output. */
export interface TurnTaker<T, R> {
  /** The output of a record. */
  begin(record: T): R | Promise<R>;
  /** Called when the output has been handed over. */
  learn(): void;
  /** What `learn` takes its time for; undefined when it is over. */
  readonly pending: Promise<unknown> | undefined;
}

/**
 * `concatMap` for what mostly answers at once: a record waits until the one before it has been handed over and learnt, those that come
 * meanwhile, also from within the subscriber, wait in line. Where nothing takes its time, nothing is made but the outputs.
 *
 * What was handed over is learnt, also when the subscriber takes no more; what was not handed over is not.
 */
export function inTurn<T, R>(taker: TurnTaker<T, R>): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      const line: T[] = [];
      let isBusy = false;
      let isOver = false;

      const handOver = (out: R): void => {
        subscriber.next(out);
        taker.learn();
        isBusy = false;
      };
      const take = (record: T): void => {
        isBusy = true;
        if (taker.pending !== undefined) {
          takeLater(record);
          return;
        }
        const out = taker.begin(record);
        if (out instanceof Promise) takeLater(record, out);
        else handOver(out);
      };
      const takeLater = async (record: T, begun?: Promise<R>): Promise<void> => {
        try {
          await taker.pending;
          if (subscriber.closed) return;
          const out = await (begun ?? taker.begin(record));
          if (subscriber.closed) return;
          handOver(out);
          goOn();
        } catch (cause) {
          subscriber.error(cause);
        }
      };
      const goOn = (): void => {
        while (line.length > 0 && !isBusy && !subscriber.closed) take(line.shift()!);
        if (!isOver || isBusy) return;
        if (taker.pending === undefined) subscriber.complete();
        else taker.pending.then(goOn, (cause) => subscriber.error(cause));
      };
      // Asks after each record whether another is wanted, so that a source that never pauses stops in time.
      const isWanted = (record: T): boolean => {
        if (isBusy) line.push(record);
        else {
          take(record);
          if (line.length > 0) goOn();
        }
        return !subscriber.closed;
      };
      subscriber.add(
        source.pipe(takeWhile(isWanted)).subscribe({
          error: (cause) => subscriber.error(cause),
          complete: () => {
            isOver = true;
            goOn();
          },
        }),
      );
    });
}
