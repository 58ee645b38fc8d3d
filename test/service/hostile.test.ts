import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocket, rawRequest } from './raw-request.js';

/** The service in a process of its own, whose memory is measured: it prints its port, then on input its RSS or what it holds. */
const SERVER = `
import { startService } from './src/service/start-service.ts';
import { Health } from './src/pipeline/metrics/health.ts';
import { RunMetrics } from './src/pipeline/metrics/run-metrics.ts';
const health = new Health();
health.enter('running');
const metrics = new RunMetrics({ version: '0', health });
for (let i = 0; i < 1000; i++) metrics.lag.labels('telemetry', i).set(i);
const service = await startService({
  port: 0,
  token: 't',
  metrics: () => [metrics.set.snapshot()],
  health: () => health.report(),
  routes: [{ method: 'POST', path: '/api/poke', handle: () => ({ body: 'poked' }) }],
});
process.on('unhandledRejection', (error) => { console.error(error); process.exit(1); });
console.log(service.port);
process.stdin.on('data', (data) => {
  if (String(data) === 'rss') return console.log(process.memoryUsage().rss);
  gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(heapUsed + external);
});
`;

describe('a service among hostile clients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streamnorm-service-'));
  let server: ChildProcess;
  let port: number;
  let calm: number;
  const say = () => new Promise<number>((resolve) => server.stdout!.once('data', (data) => resolve(Number(data))));
  const ask = (what: 'rss' | 'held') => {
    const said = say();
    server.stdin!.write(what);
    return said;
  };
  const probe = () => rawRequest(port, 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');

  beforeAll(async () => {
    const outfile = join(folder, 'server.mjs');
    await build({
      stdin: { contents: SERVER, resolveDir: fileURLToPath(new URL('../../', import.meta.url)), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
    });
    server = spawn(process.execPath, ['--expose-gc', outfile], { stdio: ['pipe', 'pipe', 'inherit'] });
    port = await say();
    for (let i = 0; i < 300; i++) await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(); // warm
    calm = await ask('rss');
  });
  afterAll(() => {
    server.kill();
    rmSync(folder, { recursive: true });
  });

  it('answers a probe amid 10,000 connections, of which it keeps 256', { timeout: 120_000 }, async () => {
    const sockets = [];
    let answered = 0;
    let probes = 0;
    for (let i = 0; i < 10_000; i++) {
      const opened = await openSocket(port);
      opened.socket.write(i % 3 === 0 ? 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-' : '');
      sockets.push(opened);
      if (i % 1000 === 999) {
        probes++;
        if ((await probe()).startsWith('HTTP/1.1 200')) answered++;
      }
    }
    expect(answered).toBe(probes);
    expect(await ask('rss')).toBeLessThan(calm + 50e6);
    await sleep(100);
    expect(sockets.filter(({ isOpen }) => isOpen()).length).toBeLessThanOrEqual(256);
    for (const { socket } of sockets) socket.destroy();
  });

  it('takes next to nothing of a body of 100 MB', { timeout: 60_000 }, async () => {
    const piece = Buffer.alloc(1 << 20, 'x');
    for (const head of [
      'POST /api/poke HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nContent-Length: 104857600\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n',
      'POST /api/poke HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nTransfer-Encoding: chunked\r\n\r\n6400000\r\n',
    ]) {
      const socket = connect(port, '127.0.0.1');
      let isOpen = true;
      socket.on('close', () => {
        isOpen = false;
      });
      socket.on('error', () => {});
      socket.resume();
      socket.write(head);
      let sent = 0;
      for (; sent < 100 && isOpen; sent++) {
        if (!socket.write(piece))
          await Promise.race([new Promise((drain) => socket.once('drain', drain)), sleep(2000)]);
        await sleep(1);
      }
      expect(sent, head).toBeLessThan(100);
      socket.destroy();
    }
    expect(await ask('rss')).toBeLessThan(calm + 50e6);
    expect(await probe()).toMatch(/^HTTP\/1\.1 200/);
  });

  it('holds nothing for clients that ask and ask and never read', { timeout: 60_000 }, async () => {
    const before = await ask('held');
    for (const asked of [1, 100]) {
      const sockets = await Promise.all(Array.from({ length: 500 }, () => openSocket(port)));
      for (const { socket } of sockets) {
        socket.pause();
        socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(asked));
      }
      // What is being read at the moment is held for that moment.
      let held = await ask('held');
      for (const end = performance.now() + 15_000; held > before + 20e6 && performance.now() < end; ) {
        await sleep(250);
        held = await ask('held');
      }
      expect(held, `${asked} requests each`).toBeLessThan(before + 20e6);
      expect(await probe()).toMatch(/^HTTP\/1\.1 200/);
      for (const { socket } of sockets) socket.destroy();
    }
  });
});
