import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

describe('layers 0 to 3', () => {
  it('bundle for a browser: no Node built-in is reached from the operators', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['operators/index.ts'],
      bundle: true,
      platform: 'browser', // resolving a node: import is an error here
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    expect(
      Object.keys(metafile.inputs).filter((input) => !/^(operators|src|node_modules\/rxjs)\//.test(input)),
    ).toEqual([...Object.keys(metafile.inputs).filter((input) => input.startsWith('node_modules/tslib/'))]);
    const { text } = outputFiles[0]!;
    // `ArrayBuffer.isView` is of the web; `Buffer.` alone is not.
    expect(text.match(/\bprocess\.|\bBuffer\.|\brequire\(|\b__dirname\b|\bsetImmediate\b/g) ?? []).toEqual([]);
  });

  it('run with the globals of the web only: the bundle scores in a realm that has nothing else', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { from } from 'rxjs';
          import { robustScale, zScore } from './operators/index.js';
          const seen = [];
          from([1, 3, 2, 9]).pipe(zScore({ warmup: 2 })).subscribe((score) => seen.push(score));
          from([1, 2, 3, 4, 5]).pipe(robustScale({ warmup: 3, memory: { window: 4 } })).subscribe((score) => seen.push(score));
          globalThis.seen = seen;`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'browser',
      format: 'iife',
      write: false,
      logLevel: 'silent',
    });
    const { createContext, runInContext } = await import('node:vm');
    const realm = createContext({ TextDecoder }) as { seen?: (number | null)[] };
    runInContext(outputFiles[0]!.text, realm);
    expect([...realm.seen!]).toEqual([
      null,
      null,
      0,
      expect.closeTo(7 / Math.sqrt(2 / 3), 12),
      null,
      null,
      null,
      2,
      expect.closeTo(5 / 3, 12),
    ]);
  });
});
