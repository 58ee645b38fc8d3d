import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TermTexts } from '../../../../src/normalize/vector/text/term-texts.js';

it('gives the text of every term, though all of them share one place', () => {
  // Letters beyond ASCII whose UTF-8 reads as other letters: "\u00c3\u00a9" is what the bytes of "\u00e9" are one by one.
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '\u00e9', '\u00c3', '\u00a9', '\u5b57'), maxLength: 40 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      const texts = new TermTexts();
      for (const each of words.flatMap((one) => [one, one])) {
        const bytes = Buffer.from(`--${each}`);
        expect(texts.of(bytes, 2, bytes.length, 7)).toBe(each);
      }
    }),
  );
});
