import {
  defer,
  from,
  lastValueFrom,
  map,
  type OperatorFunction,
  of,
  range,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

/** The menu that every operator of one number in, one thing out passes, whatever it computes. */
export function obeysOperatorLaws(name: string, make: () => OperatorFunction<number, unknown>): void {
  const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

  describe(`${name} as an operator`, () => {
    it('completes with its source, also when that is empty', () => {
      scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
        const empty = cold<number>('--|');
        expectObservable(empty.pipe(make())).toBe('--|');
        expectSubscriptions(empty.subscriptions).toBe('^-!');
      });
    });

    it('answers each value in the frame it came in', () => {
      scheduler().run(({ cold, expectObservable }) => {
        const source = cold('-a--b-c-|', { a: 1, b: 2, c: 4 });
        expectObservable(
          source.pipe(
            make(),
            map(() => 'x'),
          ),
        ).toBe('-x--x-x-|');
      });
    });

    it('passes an error on, and what came before it', () => {
      scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
        const broken = cold('-a-#', { a: 1 });
        expectObservable(
          broken.pipe(
            make(),
            map(() => 'x'),
          ),
        ).toBe('-x-#');
        expectSubscriptions(broken.subscriptions).toBe('^--!');
      });
    });

    it('lets go of its source when it is unsubscribed', () => {
      scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-a-b-c-d-', { a: 1, b: 2, c: 3, d: 4 });
        expectObservable(
          source.pipe(
            make(),
            map(() => 'x'),
          ),
          '^----!',
        ).toBe('-x-x--');
        expectSubscriptions(source.subscriptions).toBe('^----!');
      });
    });

    it('never emits and never ends on a source that never does', () => {
      scheduler().run(({ cold, expectObservable }) => expectObservable(cold<number>('-').pipe(make())).toBe('-'));
    });

    it('draws from a synchronous source no more than is taken', async () => {
      let drawn = 0;
      const source = range(0, 1_000_000).pipe(tap(() => drawn++));
      await lastValueFrom(source.pipe(make(), take(3)));
      expect(drawn).toBe(3);
    });

    it('shares nothing between two subscriptions', async () => {
      const operator = make();
      const result = from([3, 1, 4, 1, 5, 9, 2, 6]).pipe(operator, toArray());
      expect(await lastValueFrom(result)).toEqual(await lastValueFrom(result));
    });

    it('makes no state before it is subscribed', async () => {
      const operator = make();
      const once = () => lastValueFrom(of(1, 2, 3).pipe(operator, toArray()));
      const first = await once();
      await expect(lastValueFrom(defer(() => throwError(() => new Error('broken'))).pipe(operator))).rejects.toThrow(
        'broken',
      );
      expect(await once()).toEqual(first);
    });
  });
}
