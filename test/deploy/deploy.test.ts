import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Health } from '../../src/pipeline/metrics/health.js';
import { RunMetrics } from '../../src/pipeline/metrics/run-metrics.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string; refId: string }[];
}
interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}
const dashboard = JSON.parse(read('deploy/grafana/dashboards/streamnorm.json')) as {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; query: unknown }[] };
};
const rules = (parse(read('deploy/prometheus/rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

/** Metrics of a run by the names that a query may use, with their labels. */
const known = new Map(
  new RunMetrics({ version: '0', health: new Health(() => 0) }).set
    .snapshot()
    .metrics.flatMap(({ name, type, labelNames, across }) => {
      const labels = [...labelNames, ...(across === 'worker' ? ['worker'] : []), 'instance', 'job'];
      return type === 'histogram'
        ? ['_bucket', '_sum', '_count'].map(
            (part) => [name + part, part === '_bucket' ? [...labels, 'le'] : labels] as const,
          )
        : [[name, labels] as const];
    }),
);
known.set('up', ['instance', 'job']);

/** Names of metrics in a query, and of labels that it selects or groups by. */
function namesIn(query: string): { metrics: string[]; labels: string[] } {
  const selectors = [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) =>
    [...inner!.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map((match) => match[1]!),
  );
  const grouped = [...query.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, inner]) => inner!.split(/\s*,\s*/));
  const bare = query
    .replace(/\{[^}]*\}/g, '')
    .replace(/\bby\s*\([^)]*\)/g, '')
    .replace(/"[^"]*"/g, '');
  return { metrics: bare.match(/\b(?:streamnorm|process)_\w+|\bup\b/g) ?? [], labels: [...selectors, ...grouped] };
}

describe('dashboard and alerts', () => {
  it.each([
    ...queries.map(({ title, expr }) => [`panel ${title}`, expr] as const),
    ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ])('%s asks for metrics and labels that exist: %s', (_, expr) => {
    const { metrics, labels } = namesIn(expr);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) expect(known.has(metric), metric).toBe(true);
    const allowed = new Set(metrics.flatMap((metric) => known.get(metric) ?? []));
    for (const label of labels) expect(allowed.has(label), `${label} of ${metrics}`).toBe(true);
  });

  it('show every metric of a run', () => {
    const shown = new Set(queries.flatMap(({ expr }) => namesIn(expr).metrics));
    const missing = [...known.keys()].filter(
      (name) =>
        name !== 'up' &&
        ![name, name.replace(/_(sum|count)$/, '_bucket'), name.replace(/_bucket$/, '_sum')].some((it) => shown.has(it)),
    );
    expect(missing).toEqual([]);
  });

  it('have legends that name labels which the query keeps', () => {
    for (const { title, targets = [] } of dashboard.panels)
      for (const { expr, legendFormat } of targets) {
        const { metrics, labels } = namesIn(expr);
        const kept = /\bby\s*\(/.test(expr) ? labels : metrics.flatMap((metric) => known.get(metric) ?? []);
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(kept, `${title}: ${label}`).toContain(label);
      }
  });

  it('place panels beside each other, each with its own id and a description', () => {
    const panels = dashboard.panels;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [i, a] of panels.entries()) {
      expect(a.gridPos.x + a.gridPos.w).toBeLessThanOrEqual(24);
      if (a.type !== 'row') expect(a.description, a.title).toMatch(/\.$/);
      for (const b of panels.slice(i + 1)) {
        const [p, q] = [a.gridPos, b.gridPos];
        const apart = p.x + p.w <= q.x || q.x + q.w <= p.x || p.y + p.h <= q.y || q.y + q.h <= p.y;
        expect(apart, `${a.title} and ${b.title}`).toBe(true);
      }
    }
  });

  it('say how urgent an alert is, what it means and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(['page', 'ticket'], alert).toContain(labels.severity);
      expect(annotations.summary.length, alert).toBeGreaterThan(10);
      expect(annotations.description, alert).toMatch(/\.$/);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('use the data source that is provisioned', () => {
    const { datasources } = parse(read('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string; url: string }[];
    };
    expect(datasources.map(({ uid }) => uid)).toEqual(['prometheus']);
    expect(new URL(datasources[0]!.url).hostname).toBe('prometheus');
    const { providers } = parse(read('deploy/grafana/provisioning/dashboards/streamnorm.yml')) as {
      providers: { options: { path: string } }[];
    };
    expect(compose.services.grafana!.volumes).toContain(`./deploy/grafana/dashboards:${providers[0]!.options.path}:ro`);
  });

  it.skipIf(!has('promtool', '--version'))('pass Prometheus’s own checks and the alerts’ tests (promtool)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'streamnorm-rules-'));
    const recorded = queries.map(({ expr }, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    writeFileSync(join(folder, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules: recorded }] }));
    const deploy = join(root, 'deploy/prometheus');
    for (const [cwd, ...args] of [
      [folder, 'check', 'rules', 'panels.yml'],
      [deploy, 'check', 'config', 'prometheus.yml'],
      [deploy, 'test', 'rules', 'rules.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });
      expect(status, stdout + stderr).toBe(0);
    }
    rmSync(folder, { recursive: true });
  });
});

interface ComposeService {
  image?: string;
  build?: string;
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string | number>;
  depends_on?: string[] | Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  healthcheck?: unknown;
  entrypoint?: string[];
  command?: string[];
}
const compose = parse(read('compose.yaml')) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

/** Keys of a service that the compose specification has and this file uses or may come to use. */
const SERVICE_KEYS =
  'build cap_drop command depends_on entrypoint environment healthcheck image init mem_limit ports read_only restart security_opt stop_grace_period tmpfs volumes'.split(
    ' ',
  );

describe('compose.yaml', () => {
  it.each(services)('%s has an image with a version, and only keys that there are', (_, service) => {
    expect(service.image).toMatch(/^[a-z/]+:(v?\d+\.\d+\.\d+|local)$/);
    for (const key of Object.keys(service)) expect(SERVICE_KEYS).toContain(key);
  });

  it.each(services)('%s publishes nothing beyond this machine', (_, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('mounts files that exist, for reading, and volumes that are declared', () => {
    for (const [, { volumes = [] }] of services)
      for (const volume of volumes) {
        const [from = '', to, mode] = volume.split(':');
        expect(to).toMatch(/^\//);
        if (from.startsWith('.')) {
          expect(existsSync(join(root, from)), from).toBe(true);
          expect(mode).toBe('ro');
        } else expect(Object.keys(compose.volumes)).toContain(from);
      }
  });

  it('waits for services that there are, healthy where they can tell', () => {
    for (const [name, { depends_on = [] }] of services) {
      const waited = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
      for (const other of waited) expect(Object.keys(compose.services), name).toContain(other);
      if (!Array.isArray(depends_on))
        for (const [other, { condition }] of Object.entries(depends_on))
          if (condition === 'service_healthy') expect(compose.services[other]!.healthcheck).toBeDefined();
    }
  });

  it.each(['streamnorm', 'producer'])('runs %s without capabilities on a file system that it cannot write', (name) => {
    const service = compose.services[name]!;
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      build: '.',
    });
    expect(service.privileged).toBeUndefined();
  });

  it('lets every container reach the broker by the name that it advertises to them', () => {
    const { environment = {} } = compose.services.kafka!;
    const internal = /INTERNAL:\/\/([^,]+)/.exec(String(environment.KAFKA_ADVERTISED_LISTENERS))?.[1];
    expect(compose.services.producer!.environment!.KAFKA_BROKERS).toBe(internal);
    const pipeline = parse(read('deploy/pipeline.yaml')) as { source: { kafka: { brokers: string[]; topic: string } } };
    expect(pipeline.source.kafka.brokers).toEqual([internal]);
    expect(pipeline.source.kafka.topic).toBe(compose.services.producer!.environment!.TOPIC);
  });

  it('is scraped where it serves', () => {
    const { scrape_configs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const { http } = parse(read('deploy/pipeline.yaml')) as { http: { port: number } };
    expect(scrape_configs).toMatchObject([
      { job_name: 'streamnorm', static_configs: [{ targets: [`streamnorm:${http.port}`] }] },
    ]);
  });

  it.skipIf(!has('docker', 'compose', 'version'))('is accepted by docker compose', () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], { cwd: root, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});

describe('Dockerfile', () => {
  /** Instructions, continued lines joined. */
  const lines = read('Dockerfile')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stages = lines.filter((line) => line.startsWith('FROM '));
  const last = lines.slice(lines.lastIndexOf(stages.at(-1)!));

  it('knows its instructions', () => {
    for (const line of lines)
      expect(line).toMatch(/^(FROM|WORKDIR|COPY|RUN|LABEL|ENV|USER|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD) \S/);
  });

  it('builds in one stage and runs in another, as a user by number who is not root', () => {
    expect(stages).toHaveLength(2);
    for (const stage of stages) expect(stage).toMatch(/^FROM node:\d+-bookworm-slim( AS build)?$/);
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(last.some((line) => line.startsWith('RUN '))).toBe(false);
    const user = last.findIndex((line) => line.startsWith('USER '));
    expect(
      last.findIndex((line) => line.startsWith('COPY ')),
      'what runs belongs to root',
    ).toBeLessThan(user);
  });

  it('starts the program itself, so that SIGTERM reaches it', () => {
    for (const line of last.filter((line) => /^(ENTRYPOINT|CMD) /.test(line)))
      expect(JSON.parse(line.replace(/^\w+ /, ''))).toBeInstanceOf(Array);
    expect(JSON.parse(read('package.json')).bin.streamnorm).toBe('dist/src/cli/main.js');
    expect(last.find((line) => line.startsWith('ENTRYPOINT'))).toContain('/app/dist/src/cli/main.js');
  });

  it('copies what is there and what .dockerignore lets through, and nothing else is let through', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    for (const path of copied) expect(existsSync(join(root, path)), path).toBe(true);
    const [first, ...kept] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    expect(kept.sort()).toEqual([...new Set(copied)].map((path) => `!${path}`).sort());
  });

  it('copies into a folder where there are several', () => {
    for (const line of lines.filter((line) => line.startsWith('COPY '))) {
      const [to, ...from] = line
        .split(' ')
        .slice(1)
        .filter((word) => !word.startsWith('--'))
        .reverse();
      if (from.length > 1) expect(to).toMatch(/\/$/);
      if (!line.includes('--from=') && from.length === 1 && statSync(join(root, from[0]!)).isDirectory())
        expect(to, 'a folder is copied by its contents: its name must be said').toBe(from[0]);
    }
  });
});
