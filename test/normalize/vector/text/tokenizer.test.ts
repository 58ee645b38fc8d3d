import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../../../src/normalize/vector/text/term-table.js';
import { Tokenizer, type TokenizerOptions } from '../../../../src/normalize/vector/text/tokenizer.js';

const PLAIN: TokenizerOptions = { lowercase: true, minLength: 2, ngrams: [1, 1], stopWords: [], locale: undefined };

function terms(text: string, options: Partial<TokenizerOptions> = {}): string[] {
  const tokenizer = new Tokenizer({ ...PLAIN, ...options });
  tokenizer.read(text);
  return Array.from({ length: tokenizer.length }, (_, i) => tokenizer.text(i));
}

describe('Tokenizer', () => {
  // scikit-learn's CountVectorizer: token_pattern (?u)\b\w\w+\b, lower case first.
  it('finds the words that a regular expression of Unicode letters, marks and digits finds', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aB9_ .,-!éßЖ字ก็e\u0301İ'), maxLength: 60 });
    fc.assert(
      fc.property(
        fc.oneof(text, fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 3 }),
        (given, minLength) => {
          const words = given
            .normalize('NFC')
            .toLowerCase()
            .match(/[\p{L}\p{M}\p{N}_]+/gu);
          // Hashes that were made while reading are those of the bytes.
          const tokenizer = new Tokenizer({ ...PLAIN, minLength, ngrams: [1, 2] });
          expect(tokenizer.read(given)).toBe(-1);
          const { bytes, starts, ends, hashes, length } = tokenizer;
          for (let i = 0; i < length; i++) expect(hashes[i]).toBe(hashOf(bytes, starts[i]!, ends[i]!));
          expect(terms(given, { minLength })).toEqual((words ?? []).filter((each) => [...each].length >= minLength));
        },
      ),
    );
  });
  it('reads ASCII as it reads all other text', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'aBcxYZ059_ .,-/\n\0'), maxLength: 200 });
    fc.assert(
      fc.property(
        fc.oneof(ascii, fc.string({ unit: 'binary-ascii', maxLength: 200 })),
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (text, lowercase, minLength, most) => {
          const options = { lowercase, minLength, ngrams: [1, most] as const, stopWords: ['ab', 'x'] };
          // What ends with a letter that is not ASCII is read by the other way.
          const words = terms(`${text} é`, { ...options, minLength: 1, ngrams: [1, 1] });
          const expected = words.slice(0, -1).filter((word) => word.length >= minLength);
          expect(terms(text, { ...options, ngrams: [1, 1] })).toEqual(expected);
          const rows = [...expected];
          for (let size = 2; size <= most; size++)
            for (let i = 0; i + size <= expected.length; i++) rows.push(expected.slice(i, i + size).join(' '));
          expect(terms(text, options)).toEqual(rows);
        },
      ),
    );
  });
  it('is case-sensitive on demand', () => {
    expect(terms('Disk FULL', { lowercase: false })).toEqual(['Disk', 'FULL']);
  });
  it('makes rows of words, stop words left out first', () => {
    expect(terms('The disk of node 7 is full', { ngrams: [1, 2], stopWords: ['the', 'of', 'is'] })).toEqual([
      'disk',
      'node',
      'full',
      'disk node',
      'node full',
    ]);
    expect(terms('a bc de fg', { ngrams: [3, 3] })).toEqual(['bc de fg']);
    expect(terms('bc', { ngrams: [2, 3] })).toEqual([]);
  });
  it('finds words of a language without spaces by its locale', () => {
    expect(terms('磁盘已满', { locale: 'zh', minLength: 1 })).toContain('磁盘');
    expect(terms('磁盘已满')).toEqual(['磁盘已满']);
  });
});
