"""What Python stream processors are given to do with a record: z-scores of three fields by Welford, as one would write it by hand."""

import math

FIELDS = ("temperature", "vibration", "pressure")


def normalize(record, moments, warmup):
    """Adds the scores to the record, each by what came before it; answers the moments that know of it too."""
    moments = moments or [0, 0.0, 0.0] * len(FIELDS)
    normalized = {}
    for k, name in enumerate(FIELDS):
        x = record[name]
        count, mean, m2 = moments[3 * k : 3 * k + 3]
        delta = x - mean
        scale = math.sqrt(m2 / count) if count > 0 else 0.0
        normalized[name] = None if count < warmup else delta / scale if scale > 0 else 0.0
        mean += delta / (count + 1)
        moments[3 * k : 3 * k + 3] = [count + 1, mean, m2 + delta * (x - mean)]
    record["normalized"] = normalized
    record["epoch"] = {name: 0 for name in FIELDS}
    return moments
