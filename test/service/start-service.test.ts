import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Health } from '../../src/pipeline/metrics/health.js';
import { MetricSet } from '../../src/pipeline/metrics/metric-set.js';
import { json, type Route } from '../../src/service/route.js';
import { type Service, type ServiceOptions, startService } from '../../src/service/start-service.js';
import { openSocket, rawRequest } from './raw-request.js';

const TOKEN = 'the-token';
const AUTHORIZATION = `Authorization: Bearer ${TOKEN}`;

const started: Service[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.close()));
});

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/series/:key',
    handle: ({ params, query }) => json({ key: params.key, n: query.get('n') }),
  },
  { method: 'POST', path: '/api/poke', maxBody: 1000, handle: ({ body }) => json({ length: body.length }) },
  {
    method: 'GET',
    path: '/api/fault',
    handle: () => {
      throw new Error('secret path /etc/shadow');
    },
  },
];

async function open(options: Partial<ServiceOptions> = {}) {
  const health = new Health(() => 1_700_000_000_000);
  const set = new MetricSet();
  const dead = set.counter('dead_total', 'Dead.', { labelNames: ['reason'] });
  const errors: unknown[] = [];
  const service = await startService({
    port: 0,
    metrics: () => [set.snapshot()],
    health: () => health.report(),
    routes: ROUTES,
    token: TOKEN,
    onError: (error) => errors.push(error),
    ...options,
  });
  started.push(service);
  const get = (path: string, init: RequestInit = {}) => fetch(service.url + path, init);
  return { service, health, dead, errors, get };
}

/** Status line of a raw answer. */
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

describe('what an operator asks for', () => {
  it('serves metrics as Prometheus reads them, hostile labels and all', async () => {
    const { get, dead } = await open();
    dead.labels('"}\n# TYPE evil gauge\nevil 1\n').add(3);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe(
      '# HELP dead_total Dead.\n# TYPE dead_total counter\ndead_total{reason="\\"}\\n# TYPE evil gauge\\nevil 1\\n"} 3\n',
    );
  });

  it('says 503 with the reasons until it is ready, and is live meanwhile', async () => {
    const { get, health } = await open();
    health.enter('restoring', 'restoring 3 of 4 partitions');
    const unready = await get('/readyz');
    expect(unready.status).toBe(503);
    expect(await unready.json()).toEqual({
      ready: false,
      phase: 'restoring',
      reasons: [{ id: 'phase', text: 'restoring 3 of 4 partitions', since: '2023-11-14T22:13:20.000Z' }],
    });
    expect((await get('/livez')).status).toBe(200);
    health.enter('running');
    expect((await get('/readyz')).status).toBe(200);
    health.enter('failed');
    expect((await get('/livez')).status).toBe(503);
  });
});

describe('routes', () => {
  it('hands over parameters and query decoded', async () => {
    const { get } = await open();
    const key = 'a/b?c <script>\u001f"ü';
    expect(await (await get(`/api/series/${encodeURIComponent(key)}?n=3`)).json()).toEqual({ key, n: '3' });
  });

  it('answers HEAD like GET without the body', async () => {
    const { service } = await open();
    const answer = await rawRequest(
      service.port,
      'HEAD /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 33\r\n[\s\S]*\r\n\r\n$/i);
  });

  it('says which methods a path takes', async () => {
    const { get } = await open();
    for (const method of ['DELETE', 'PUT', 'OPTIONS', 'PATCH']) {
      const response = await get('/metrics', { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    }
  });

  it('tells the log of a fault, and the client nothing of it', async () => {
    const { get, errors } = await open();
    const response = await get('/api/fault');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('shadow');
    expect(errors).toHaveLength(1);
  });

  it('sends nothing that another site could use, and allows nothing from one', async () => {
    const { get } = await open();
    for (const path of ['/metrics', '/nothing', '/api/series/x', '/api/fault']) {
      const { headers } = await get(path, { headers: { origin: 'https://evil.example' } });
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';.*frame-ancestors 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('guards', () => {
  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', ''])(
    'refuses a page that calls it by the name %j',
    async (host) => {
      const { service } = await open();
      const answer = await rawRequest(
        service.port,
        `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(statusOf(answer)).toBe(421);
    },
  );

  it('may be called by a name that is listed', async () => {
    const { service } = await open({ allowedHosts: ['Metrics.Example.org'] });
    const call = (host: string) =>
      rawRequest(service.port, `GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(statusOf(await call('metrics.example.org:9464'))).toBe(200);
    expect(statusOf(await call('other.example.org'))).toBe(421);
  });

  it.each([
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/api/series/../../../etc/passwd',
    '/api/series/%2e%2e/x',
    '//evil.example/metrics',
    '/metrics/',
    '/api/series/%',
    '/\\..\\..\\etc',
    '/metrics%00',
  ])('has nothing at %s', async (path) => {
    const { service } = await open();
    const answer = await rawRequest(
      service.port,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(404);
    expect(answer).not.toContain('root:');
  });

  it('is no proxy', async () => {
    const { service } = await open();
    const answer = await rawRequest(
      service.port,
      'GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(400);
    expect(await rawRequest(service.port, 'CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('');
  });

  it('takes a change only from its own page or from no browser', async () => {
    const { get, service } = await open();
    const post = (headers: Record<string, string>) =>
      get('/api/poke', { method: 'POST', body: 'abc', headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
    expect(await (await post({})).json()).toEqual({ length: 3 });
    expect((await post({ origin: service.url })).status).toBe(200);
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ origin: `${service.url}0` })).status).toBe(403);
    const crossSite = await rawRequest(
      service.port,
      'POST /api/poke HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
    expect(statusOf(crossSite)).toBe(403);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Bearer the-toke', 'Bearer the-tokens', 'the-token', 'Basic dGhlLXRva2Vu'])(
    'takes no change from who shows "%s" for the token, nor any body',
    async (authorization) => {
      const { get, service } = await open();
      const response = await get('/api/poke', { method: 'POST', body: 'abc', headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      const long = `POST /api/poke HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`;
      expect(statusOf(await rawRequest(service.port, long))).toBe(401);
      const { get: without } = await open({ token: '' });
      expect((await without('/api/poke', { method: 'POST', headers: { authorization } })).status).toBe(401);
    },
  );

  it.each([
    [
      'a request with two lengths',
      'POST /api/poke HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ],
    [
      'a length and chunks',
      'POST /api/poke HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('refuses %s', async (_, bytes) => {
    const { service } = await open();
    expect(statusOf(await rawRequest(service.port, bytes))).toBe(400);
  });

  it('refuses headers that are too long, and goes on', async () => {
    const { service, get } = await open();
    const answer = await rawRequest(
      service.port,
      `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(431);
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('limits', () => {
  it('reads no more of a body than it takes, announced or not, and ends the connection', async () => {
    const { service, errors } = await open();
    const announced = `POST /api/poke HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZATION}\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`;
    expect(statusOf(await rawRequest(service.port, announced))).toBe(413);
    const chunk = `${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`;
    const chunked = `POST /api/poke HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZATION}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`;
    expect(statusOf(await rawRequest(service.port, chunked))).toBe(413);
    const withGet = `GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`;
    expect(statusOf(await rawRequest(service.port, withGet))).toBe(413);
    expect(errors).toEqual([]);
  });

  it('does not take what follows an unread body for a request', async () => {
    const { service } = await open();
    const smuggled = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await rawRequest(
      service.port,
      `POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(statusOf(answer)).toBe(404);
  });

  it('answers one request of a connection at a time, and no more when the next came too early', async () => {
    const { service } = await open();
    const ask = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await rawRequest(service.port, ask.repeat(2));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503']);
    expect(await rawRequest(service.port, ask.repeat(50))).toBe('');
  });

  it('collects metrics once for all who ask at the same moment, and again after a fault', async () => {
    let asked = 0;
    const { get } = await open({
      metrics: () => {
        if (asked++ === 0) throw new Error('not yet');
        return [];
      },
    });
    expect((await get('/metrics')).status).toBe(500);
    await Promise.all(Array.from({ length: 20 }, async () => expect((await get('/metrics')).status).toBe(200)));
    expect(asked).toBeLessThan(10);
    expect(asked).toBeGreaterThan(1);
  });

  it('gives up on those who send their request bit by bit, or nothing', async () => {
    const { service, get } = await open({ headersTimeout: 200, requestTimeout: 400 });
    const slow = await openSocket(service.port);
    const silent = await openSocket(service.port);
    const slowBody = await openSocket(service.port);
    slow.socket.write('GET /livez HTTP/1.1\r\n');
    slowBody.socket.write(
      `POST /api/poke HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZATION}\r\nContent-Length: 900\r\n\r\n`,
    );
    const drip = setInterval(() => {
      if (slow.isOpen()) slow.socket.write('X: y\r\n');
      if (slowBody.isOpen()) slowBody.socket.write('x');
    }, 50);
    const end = performance.now() + 8000;
    while ((slow.isOpen() || silent.isOpen() || slowBody.isOpen()) && performance.now() < end) {
      expect((await get('/livez')).status).toBe(200);
      await sleep(50);
    }
    clearInterval(drip);
    expect([slow.isOpen(), silent.isOpen(), slowBody.isOpen()]).toEqual([false, false, false]);
  });

  it('keeps no more connections than allowed, and still answers a newcomer', async () => {
    const { service } = await open({ maxConnections: 20 });
    const sockets = [];
    for (let i = 0; i < 200; i++) {
      const opened = await openSocket(service.port);
      if (i % 2) opened.socket.write('GET /livez HTTP/1.1\r\nHost: lo');
      sockets.push(opened);
    }
    const probe = await rawRequest(service.port, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(statusOf(probe)).toBe(200);
    await sleep(50);
    expect(sockets.filter(({ isOpen }) => isOpen()).length).toBeLessThanOrEqual(20);
    for (const { socket } of sockets) socket.destroy();
  });
});

describe('events', () => {
  const listen = (state: { clients: number; ended: number; sent: boolean[] }): Route => ({
    method: 'GET',
    path: '/api/events',
    handle: () => ({
      open: (client) => {
        state.clients++;
        client.send('hello', { text: 'a\nb' });
        const timer = setInterval(() => state.sent.push(client.send('more', 'x'.repeat(100_000))), 1);
        return () => {
          clearInterval(timer);
          state.ended++;
        };
      },
    }),
  });

  it('reach a listener; its going is noticed', async () => {
    const state = { clients: 0, ended: 0, sent: [] };
    const { get } = await open({ routes: [listen(state)] });
    const abort = new AbortController();
    const response = await get('/api/events', { signal: abort.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes('event: more')) text += Buffer.from((await reader.read()).value!).toString();
    expect(text).toContain('event: hello\ndata: {"text":"a\\nb"}\n\n');
    abort.abort();
    while (state.ended === 0) await sleep(5);
    expect(state.clients).toBe(1);
  });

  it('are left out for a listener that does not read, which costs bounded memory', async () => {
    const state = { clients: 0, ended: 0, sent: [] as boolean[] };
    const { service } = await open({ routes: [listen(state)] });
    const { socket } = await openSocket(service.port);
    socket.pause();
    socket.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    while (!state.sent.includes(false)) await sleep(5);
    const taken = state.sent.filter(Boolean).length;
    await sleep(100);
    expect(state.sent.filter(Boolean).length).toBeLessThanOrEqual(taken + 1);
    socket.destroy();
    while (state.ended === 0) await sleep(5);
  });

  it('are for so many listeners and no more', async () => {
    const state = { clients: 0, ended: 0, sent: [] };
    const { get } = await open({ routes: [listen(state)], maxStreams: 2 });
    const abort = new AbortController();
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await get('/api/events', { signal: abort.signal })).status);
    expect(statuses).toEqual([200, 200, 503]);
    abort.abort();
  });

  it('do not keep the service from closing, nor does a request that never ends', async () => {
    const state = { clients: 0, ended: 0, sent: [] };
    const { service, get } = await open({ routes: [listen(state)] });
    await get('/api/events');
    const { socket } = await openSocket(service.port);
    socket.write('POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n');
    await service.close();
    expect(state.ended).toBe(1);
    await expect(get('/livez')).rejects.toThrow();
  });
});

describe('startService', () => {
  it('listens on loopback unless told otherwise, and says where', async () => {
    const { service } = await open();
    expect(service.url).toBe(`http://127.0.0.1:${service.port}`);
    const { service: all } = await open({ host: '0.0.0.0' });
    expect((await fetch(`${all.url}/livez`)).status).toBe(200);
  });

  it('says what to do when the port is taken', async () => {
    const { service } = await open();
    await expect(open({ port: service.port })).rejects.toMatchObject({
      code: 'SERVICE',
      message: `cannot listen on 127.0.0.1:${service.port}: another program uses it; give another http.port, or http: false`,
    });
  });

  it('says so when the address is not of this machine', async () => {
    await expect(open({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'SERVICE' });
  });

  it('refuses a port that is none', async () => {
    await expect(open({ port: 70_000 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
