/** What can be measured of a contender, in the order in which it is. */
export const phases = ['throughput', 'latency', 'restore', 'kill', 'idle'] as const;
