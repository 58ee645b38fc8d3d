import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const sink = new URL('../../src/io/stdout-sink.ts', import.meta.url);

/** A program around the sink, as one module that Node runs as it is. */
async function program(body: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: `import { StdoutSink } from ${JSON.stringify(sink.pathname)};\n${body}`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  return outputFiles[0]!.text;
}

describe('StdoutSink', () => {
  it('writes everything in order from a buffer that is used again', async () => {
    const text = await program(`
      const out = new StdoutSink();
      const bytes = new Uint8Array(100_000);
      for (let i = 0; i < 30; i++) { bytes.fill(97 + (i % 26)); await out.write(bytes); }
      console.error(await out.flush());
      await out.close();`);
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', text], { maxBuffer: 1e8 });
    expect(stderr).toBe('3000000\n');
    expect(stdout).toBe(
      Array.from({ length: 30 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(100_000)).join(''),
    );
  });

  it('says by an error of its own that nobody reads any more', async () => {
    const text = await program(`
      const out = new StdoutSink();
      try { for (;;) await out.write(new Uint8Array(100_000).fill(97)); }
      catch (error) { console.error(error.code); }`);
    const { stderr } = await run('bash', [
      '-c',
      'exec "$0" --input-type=module -e "$1" | head -c 5',
      process.execPath,
      text,
    ]);
    expect(stderr).toBe('OUTPUT_CLOSED\n');
  });

  it('names stdout when there is no room', async () => {
    const text = await program(`
      const out = new StdoutSink();
      try { for (let i = 0; i < 5; i++) await out.write(new Uint8Array(1000).fill(97)); }
      catch (error) { console.error(error.code + ' ' + error.message); }`);
    const { stderr } = await run('bash', [
      '-c',
      '"$0" --input-type=module -e "$1" > /dev/full',
      process.execPath,
      text,
    ]);
    expect(stderr).toMatch(/^STORAGE stdout could not be written: .*ENOSPC/);
  });
});
