import { EMPTY, map, NEVER, type Observable, of, Subject, take, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { mapEach } from '../../../operators/internal/map-each.js';

describe('mapEach', () => {
  const spoilt = (x: string): string => {
    if (x === 'x') throw new Error('spoilt');
    return x.toUpperCase();
  };
  it.each(['-a-b-(c|)', '-a-x-b-|', '--#', '-a-a-#', '', '|', '(abx)'])('is as map of %s', (marbles) => {
    const compare = (actual: unknown, expected: unknown) => expect(actual).toEqual(expected);
    const [one, other] = new TestScheduler(compare).run(({ hot, expectObservable }) => {
      const [one, other] = [hot(marbles), hot(marbles)];
      expectObservable(one.pipe(mapEach(spoilt))).toEqual(other.pipe(map(spoilt)));
      return [one, other];
    });
    expect(one.subscriptions).toEqual(other.subscriptions);
  });

  it('lets go of its source when whoever listens does, or when it fails', () => {
    const source = new Subject<string>();
    source.pipe(mapEach(spoilt), take(1)).subscribe();
    source.pipe(mapEach(spoilt)).subscribe({ error: () => {} });
    const subscription = source.pipe(mapEach(spoilt)).subscribe();
    expect(source.observed).toBe(true);
    source.next('a');
    subscription.unsubscribe();
    expect(source.observed).toBe(true);
    source.next('x');
    expect(source.observed).toBe(false);
  });

  it.each([
    ['completion', EMPTY],
    ['an error', throwError(() => new Error('lost'))],
    ['nothing', NEVER],
    ['values at once', of('a', 'b')],
  ] as [string, Observable<string>][])('hands on %s', (_, source) => {
    const heard = (operator: typeof map<string, string>) => {
      const events: unknown[] = [];
      source.pipe(operator(spoilt)).subscribe({
        next: (x) => events.push(x),
        error: (error: Error) => events.push(error.message),
        complete: () => events.push('complete'),
      });
      return events;
    };
    expect(heard(mapEach as never)).toEqual(heard(map));
  });
});
