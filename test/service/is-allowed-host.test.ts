import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowedHost } from '../../src/service/is-allowed-host.js';

describe('isAllowedHost', () => {
  it('lets no name of the internet in that is not listed, with any port and any case', () => {
    fc.assert(
      fc.property(fc.domain(), fc.option(fc.nat(65_535)), (domain, port) => {
        const header = `${domain}${port === null ? '' : `:${port}`}`;
        expect(isAllowedHost(header, ['streamnorm.example.org'])).toBe(false);
        expect(isAllowedHost(header.toUpperCase(), [domain.toLowerCase()])).toBe(true);
      }),
      { examples: [['evil.com', 9464]] },
    );
  });

  it('lets addresses in', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), (v4, v6) => isAllowedHost(v4, []) && isAllowedHost(`[${v6}]:9464`, [])),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => typeof isAllowedHost(header, []) === 'boolean'));
  });

  it.each(['localhost', 'localhost:9464', 'LOCALHOST.', 'streamnorm:9464', 'a.localhost:1'])('lets %s in', (header) =>
    expect(isAllowedHost(header, [])).toBe(true),
  );

  it.each([
    undefined,
    '',
    '.',
    ':80',
    'evil.com',
    'localhost.evil.com',
    '127.0.0.1.evil.com',
    'evil.com/localhost',
    'localhost:80:80',
    'a b',
    '[::1',
    '[evil.com]',
    'user@localhost',
    'localhost:123456',
    `${'a'.repeat(300)}`,
  ])('keeps %s out', (header) => expect(isAllowedHost(header, ['streamnorm.example.org'])).toBe(false));
});
