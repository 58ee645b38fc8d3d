import { performance } from 'node:perf_hooks';
import type { MetricSet } from './metric-set.js';

/** Adds what the process itself costs: processor time, memory, how busy its event loop is. Read at collection only. */
export function addProcessMetrics(set: MetricSet): void {
  const cpu = set.counter('process_cpu_seconds_total', 'Processor time used, user and system, in seconds.');
  const rss = set.gauge('process_resident_memory_bytes', 'Memory held by the process, in bytes.', { across: 'worker' });
  const heap = set.gauge('process_heap_bytes', 'JavaScript heap in use, in bytes.', { across: 'worker' });
  const buffers = set.gauge('process_buffer_bytes', 'Memory of buffers and typed arrays, in bytes.', {
    across: 'worker',
  });
  set
    .gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.', { across: 'worker' })
    .set(performance.timeOrigin / 1000);
  const busy = set.gauge('process_event_loop_busy_ratio', 'Share of the time since the last scrape spent working.', {
    across: 'worker',
  });
  let before = performance.eventLoopUtilization();
  set.onCollect(() => {
    const { user, system } = process.cpuUsage();
    cpu.add((user + system) / 1e6 - cpu.value);
    const memory = process.memoryUsage();
    rss.set(memory.rss);
    heap.set(memory.heapUsed);
    buffers.set(memory.external);
    const now = performance.eventLoopUtilization();
    busy.set(performance.eventLoopUtilization(now, before).utilization);
    before = now;
  });
}
