import { mergeSnapshots } from './merge-snapshots.js';
import type { MetricSamples, MetricSnapshot, Sample, SampleValue } from './metric-snapshot.js';

/** Of what `renderPrometheus` answers. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Metrics in the Prometheus text format 0.0.4, those of several processes as one. Label values may hold anything: quotation marks,
 * backslashes and line breaks are escaped.
 */
export function renderPrometheus(snapshots: readonly MetricSnapshot[]): string {
  const { metrics } = mergeSnapshots(snapshots);
  return metrics.map(renderMetric).join('');
}

function renderMetric(metric: MetricSamples): string {
  const { name, help, type } = metric;
  const head = `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
  return head + metric.samples.map((sample) => renderSample(metric, sample)).join('');
}

function renderSample(metric: MetricSamples, { labels, value = 0, counts, sum = 0 }: Sample): string {
  const { name, labelNames, bounds = [] } = metric;
  const pairs = labelNames.map((label, i) => `${label}="${escapeLabel(labels[i] ?? '')}"`);
  if (counts === undefined) return line(name, pairs, value);
  let total = 0;
  let text = '';
  for (const [i, count] of counts.entries()) {
    total += count;
    text += line(`${name}_bucket`, [...pairs, `le="${i < bounds.length ? bounds[i] : '+Inf'}"`], total);
  }
  return text + line(`${name}_sum`, pairs, sum) + line(`${name}_count`, pairs, total);
}

function line(name: string, pairs: readonly string[], value: SampleValue): string {
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
