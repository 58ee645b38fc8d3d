import { describe, expect, it } from 'vitest';
import { Health } from '../../../src/pipeline/metrics/health.js';
import { renderPrometheus } from '../../../src/pipeline/metrics/render-prometheus.js';
import { RunMetrics } from '../../../src/pipeline/metrics/run-metrics.js';
import { parsePrometheus } from './parse-prometheus.js';

const open = () => {
  const health = new Health(() => 0);
  return { health, metrics: new RunMetrics({ version: '1.2.3', health }) };
};

describe('RunMetrics', () => {
  it('names every metric by convention: ours or the process’s, with a unit or _total at the end', () => {
    const { metrics } = open();
    for (const { name, type, help } of metrics.set.snapshot().metrics) {
      expect(name).toMatch(/^(streamnorm|process)_/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes|records)$/);
      expect(help).toMatch(/^[A-Z01].*\.$/);
    }
  });

  it('shows readiness, version and what the process costs', () => {
    const { metrics, health } = open();
    const value = (name: string) =>
      parsePrometheus(renderPrometheus([metrics.set.snapshot()])).find((sample) => sample.name === name)?.value;
    expect(value('streamnorm_ready')).toBe(0);
    health.enter('running');
    expect(value('streamnorm_ready')).toBe(1);
    health.enter('failed');
    expect(value('streamnorm_live')).toBe(0);
    expect(value('streamnorm_build_info')).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    const before = value('process_cpu_seconds_total')!;
    for (const end = performance.now() + 30; performance.now() < end; );
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(before);
  });

  it('allocates nothing when it counts', () => {
    const { metrics } = open();
    const dead = metrics.deadLetters.labels('undecodable');
    const lag = metrics.lag.labels('telemetry', 3);
    const count = (n: number) => {
      for (let i = 0; i < n; i++) {
        metrics.records.add();
        metrics.bytes.add(190.5);
        dead.add();
        lag.set(i + 0.5);
        metrics.latency.observe(i * 1e-4, 3);
      }
    };
    count(20_000); // optimized
    const before = process.memoryUsage().heapUsed;
    count(1_000_000);
    // One boxed double each would be 80 MB; what a collection frees meanwhile only lowers it.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8e6);
  });
});
