"""Scores of every column by all before: `csv_pandas.py IN OUT`."""

import sys

import pandas

frame = pandas.read_csv(sys.argv[1])
seen = frame.expanding(30)
scores = (frame - seen.mean().shift()) / seen.std(ddof=0).shift()
pandas.concat([frame, scores.add_suffix("_normalized")], axis=1).to_csv(sys.argv[2], index=False)
