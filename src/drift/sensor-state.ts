/** What a sensor does beside drifting: nothing remarkable, always the same value, always the end of its range. */
export type SensorState = 'live' | 'flat' | 'saturated';
