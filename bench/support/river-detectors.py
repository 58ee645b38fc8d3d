# Updates per second of river's detectors, the best of five runs of each: `name rate` a line.
import random
import time

from river import drift

random.seed(5)
values = [random.gauss(0, 1) for _ in range(200_000)]
for name, make in (
    ("adwin", drift.ADWIN),
    ("adwin, clock 1", lambda: drift.ADWIN(clock=1)),
    ("page-hinkley", drift.PageHinkley),
):
    best = 0.0
    for _ in range(5):
        detector = make()
        update = detector.update
        start = time.perf_counter()
        for x in values:
            update(x)
        best = max(best, len(values) / (time.perf_counter() - start))
    print(f"{name}\t{best:.0f}")
