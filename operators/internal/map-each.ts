import { Observable, type OperatorFunction, Subscriber } from 'rxjs';

/**
 * `map` without the index: errors of `project`, completion and unsubscription go as they do there.
 *
 * RxJS's own goes through two closures and an indirect call for each value, which are a tenth of what a z-score costs in all.
 */
export function mapEach<T, R>(project: (value: T) => R): OperatorFunction<T, R> {
  return (source) => new Observable<R>((subscriber) => source.subscribe(new Mapper(subscriber, project)));
}

class Mapper<T, R> extends Subscriber<T> {
  readonly #project: (value: T) => R;
  readonly #to: Subscriber<R>;

  constructor(to: Subscriber<R>, project: (value: T) => R) {
    super(to);
    this.#to = to;
    this.#project = project;
  }

  protected override _next(value: T): void {
    let result: R;
    try {
      result = this.#project(value);
    } catch (error) {
      this.#to.error(error);
      return;
    }
    this.#to.next(result);
  }
}
