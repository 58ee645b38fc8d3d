// Written by `npm run calibrate`: see bench/support/calibrate-detectors.ts.

/**
 * How long detectors run in control, on independent N(0, 1): pairs of the parameter that sets them and the logarithm of the mean run length,
 * rising. The parameter is: joint the evidence, page-hinkley the threshold (with delta 0.25), the others −ln of the chance they are set to.
 */
export const calibratedRunLengths = {
  joint: [
    [2, 3.577],
    [3, 4.127],
    [4, 4.776],
    [5, 5.513],
    [6, 6.335],
    [7, 7.241],
    [8, 8.172],
    [9, 9.147],
    [10, 10.135],
    [11, 11.175],
    [12, 12.19],
    [13, 13.335],
    [14, 14.2],
  ],
  'adwin, clock 1': [
    [-1, 4.177],
    [0, 5.994],
    [1, 7.474],
    [2, 8.78],
    [3, 10.04],
    [4, 11.402],
    [5, 12.602],
    [6, 13.827],
  ],
  'adwin, clock 32': [
    [-2, 4.162],
    [-1, 5.311],
    [0, 6.937],
    [1, 8.306],
    [2, 9.595],
    [3, 10.817],
    [4, 11.997],
    [5, 13.226],
    [6, 14.358],
  ],
  'page-hinkley': [
    [3, 3.736],
    [4.5, 4.272],
    [6, 4.966],
    [7.5, 5.728],
    [9, 6.476],
    [10.5, 7.225],
    [12, 7.947],
    [13.5, 8.738],
    [15, 9.46],
    [16.5, 10.208],
    [18, 10.92],
    [19.5, 11.783],
    [21, 12.599],
    [22.5, 13.309],
    [24, 13.931],
  ],
  kswin: [
    [1, 2],
    [2, 3],
  ],
  'hddm-a': [
    [1, 2],
    [2, 3],
  ],
  'hddm-w': [
    [1, 2],
    [2, 3],
  ],
} as const;
