import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { braille } from '../../../src/cli/advise/braille.js';
import { histogram } from '../../../src/cli/advise/histogram.js';
import { svgDocument } from '../../../src/cli/advise/svg.js';
import { table } from '../../../src/cli/advise/table.js';
import { wrap } from '../../../src/cli/advise/wrap.js';

const values = fc.float64Array({ maxLength: 300 });
const plain = (_: string, text: string) => text;

describe('braille', () => {
  it('is as large as it is asked to be, whatever it draws', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 8 }), (xs, width, height) => {
        const lines = braille(xs, width, height, -10, 10);
        expect(lines).toHaveLength(height);
        for (const line of lines) expect(line).toMatch(new RegExp(`^[\\u2800-\\u28ff]{${width}}$`));
      }),
    );
  });
  it('draws a rising line from the lower left to the upper right', () => {
    expect(braille(Float64Array.of(0, 1, 2, 3), 2, 1, 0, 3)).toEqual(['⡠⠊']);
  });
  it('leaves a gap where nothing is', () => {
    expect(braille(Float64Array.of(0, Number.NaN, Number.NaN, 0), 2, 1, 0, 3)).toEqual(['⡀⢀']);
  });
});

describe('histogram', () => {
  it('shows any value at all, and the most as the highest bar', () => {
    expect(histogram([Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 9.9, Number.NaN)], 0, 10, 4)).toBe('█  ▁');
    expect(histogram([Float64Array.of(5, 5)], 5, 5, 3)).toBe('█  ');
  });
});

describe('wrap', () => {
  it('keeps every word, in lines no longer than asked for', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '·'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), fc.integer({ min: 16, max: 80 }), (words, width) => {
        const lines = wrap(words.join(' '), width, '  · ');
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        expect(lines.map((line) => line.slice(4)).join(' ')).toBe(words.join(' '));
        expect(lines[0]!.startsWith('  · ')).toBe(true);
      }),
    );
  });
});

describe('table', () => {
  it('puts words left, numbers right, and marks a row', () => {
    const rows = [
      ['a', '1'],
      ['long', '-22'],
    ] as const;
    const columns = [
      { head: 'name', text: (row: (typeof rows)[number]) => row[0], left: true },
      { head: 'x', text: (row: (typeof rows)[number]) => row[1] },
    ];
    expect(table(rows, columns, { paint: plain, isMarked: (row) => row[0] === 'long' })).toEqual([
      '  name    x',
      '  a       1',
      '▸ long  -22',
    ]);
  });
});

describe('svgDocument', () => {
  it('has only finite numbers in it, and no text that is markup', () => {
    fc.assert(
      fc.property(values, fc.string({ unit: 'binary', maxLength: 20 }), (xs, title) => {
        const svg = svgDocument([{ title, values: xs, band: { low: xs, high: xs }, marks: [0], windows: [[0, 5]] }]);
        expect(svg.replace(/<text[^>]*>[^<]*<\/text>/g, '')).not.toMatch(/NaN|Infinity|undefined/);
        expect(svg.match(/<text class="title"[^>]*>([^<]*)<\/text>/), title).not.toBeNull();
      }),
      { examples: [[Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE), '<&>']] },
    );
  });
  it('draws many points as the extent of what falls together', () => {
    const many = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i));
    expect(svgDocument([{ title: 'x', values: many }]).length).toBeLessThan(60_000);
  });
});
