import { Adwin } from '../../drift/adwin.js';
import { Cusum } from '../../drift/cusum.js';
import type { Detector } from '../../drift/detector.js';
import { EwmaChart } from '../../drift/ewma-chart.js';
import { Kswin } from '../../drift/kswin.js';
import { PageHinkley } from '../../drift/page-hinkley.js';
import { Shewhart } from '../../drift/shewhart.js';

/** Detectors by the names they go by, as they are without options. */
export const DETECTORS: Readonly<Record<string, () => Detector>> = {
  adwin: () => new Adwin(),
  'page-hinkley': () => new PageHinkley(),
  cusum: () => new Cusum(),
  ewma: () => new EwmaChart(),
  shewhart: () => new Shewhart(),
  kswin: () => new Kswin(),
};
