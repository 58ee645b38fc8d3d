import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctLinear } from '../../src/learn/correct-linear.js';

const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const scale = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const layers = fc.record({ weights: fc.array(number, { minLength: 1, maxLength: 5 }), bias: number });
const events = fc.record({ oldCenter: number, oldScale: scale, newCenter: number, newScale: scale });
const output = ({ weights, bias }: { weights: ArrayLike<number>; bias: number }, xs: number[]) =>
  xs.reduce((sum, x, i) => sum + weights[i]! * x, bias);

describe('correctLinear', () => {
  it('keeps the denormalized predictions, whatever the input', () => {
    fc.assert(
      fc.property(events, layers, fc.array(number, { minLength: 5, maxLength: 5 }), (event, layer, inputs) => {
        const xs = inputs.slice(0, layer.weights.length);
        const before = event.oldScale * output(layer, xs) + event.oldCenter;
        const after = event.newScale * output(correctLinear(event).target(layer), xs) + event.newCenter;
        const size = layer.weights.reduce((sum, w) => sum + Math.abs(w) * 1e3, Math.abs(layer.bias)) * event.oldScale;
        expect(Math.abs(after - before)).toBeLessThanOrEqual(1e-12 * (size + 1e4));
      }),
    );
  });
  it('keeps the outputs of a layer that reads the series, whatever its value and the other inputs', () => {
    fc.assert(
      fc.property(
        events,
        layers,
        fc.array(number, { minLength: 5, maxLength: 5 }),
        fc.nat(4),
        (event, layer, inputs, at) => {
          const index = at % layer.weights.length;
          const xs = inputs.slice(0, layer.weights.length);
          const raw = xs[index]!;
          const seen = (center: number, by: number) => xs.map((x, i) => (i === index ? (raw - center) / by : x));
          const before = output(layer, seen(event.oldCenter, event.oldScale));
          const after = output(correctLinear(event).input(layer, index), seen(event.newCenter, event.newScale));
          const size = (Math.abs(layer.weights[index]!) * 4e3) / event.oldScale + 1e7;
          expect(Math.abs(after - before)).toBeLessThanOrEqual(1e-12 * size);
        },
      ),
    );
  });
  it('is PopArt', () => {
    const event = { oldCenter: 3, oldScale: 2, newCenter: 4, newScale: 5 };
    const { weights, bias } = correctLinear(event).target({ weights: [0.7], bias: 0.1 });
    expect(weights[0]).toBeCloseTo(0.28, 15);
    expect(bias).toBeCloseTo(-0.16, 15);
  });
  it('refuses a flat yardstick and an input that is not there', () => {
    const event = { oldCenter: 3, oldScale: 0, newCenter: 4, newScale: 5 };
    expect(() => correctLinear(event)).toThrow('event.oldScale must be a finite number > 0, got 0');
    expect(() => correctLinear({ ...event, oldScale: 1, newCenter: Number.NaN })).toThrow('event.newCenter must be');
    const correction = correctLinear({ ...event, oldScale: 1 });
    expect(() => correction.input({ weights: [1, 2], bias: 0 }, 2)).toThrow(
      'index must be the index of one of 2 inputs',
    );
  });
});
