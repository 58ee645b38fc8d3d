"""Scores of every column by all before: `csv_polars.py IN OUT`.

Polars has no expanding windows: cumulative sums of the distances from the first value of the column.
"""

import sys

import polars
from polars import col

frame = polars.read_csv(sys.argv[1])


def scores(name):
    distance = col(name) - col(name).first()
    count = polars.int_range(polars.len())
    mean = distance.cum_sum().shift(1) / count
    variance = (distance * distance).cum_sum().shift(1) / count - mean * mean
    score = (distance - mean) / variance.sqrt()
    return polars.when(count >= 30).then(score).alias(f"{name}_normalized")


frame.with_columns([scores(name) for name in frame.columns]).write_csv(sys.argv[2])
