"""Quantile sketches of Python."""

import river
from river import stats

ASKED = (0.5, 0.9, 0.99)


def p_square(data):
    values = data.tolist()

    def run():
        sketches = [stats.Quantile(p) for p in ASKED]
        for sketch in sketches:
            update = sketch.update
            for x in values:
                update(x)
        return [sketch.get() for sketch in sketches]

    return run, run, river.__version__
