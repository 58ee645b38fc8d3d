"""Detectors of river, and how they behave where something changes and where nothing does."""

import statistics

import river
from river import drift

PART = 2000
RECORDED = 3 * PART


def alarms(detector, values):
    found = []
    for i, x in enumerate(values):
        detector.update(x)
        if detector.drift_detected:
            found.append(i)
    return found


def detecting(data, make):
    values = data.tolist()
    stream = values[RECORDED:]

    def run():
        update = make().update
        for x in stream:
            update(x)

    def answers():
        parts = [alarms(make(), values[start : start + PART]) for start in range(0, RECORDED, PART)]
        return [number for part in parts for number in (len(part), *part)]

    return run, answers, river.__version__


def adwin(data):
    return detecting(data, drift.ADWIN)


def adwin_clock_1(data):
    return detecting(data, lambda: drift.ADWIN(clock=1))


def page_hinkley(data):
    return detecting(data, drift.PageHinkley)


def kswin(data):
    values = data.tolist()

    def run():
        detector = drift.KSWIN(seed=1)
        return alarms(detector, values)

    def answers():
        found = run()
        change = len(values) // 2
        return [sum(1 for i in found if change <= i < change + 100) > 0]

    return run, answers, river.__version__


def behaviour(data, make, streams, calm, before, after):
    """False alarms in a thousand values, then the median delays: as rows/detectors.ts asks of ours."""
    values = data.tolist()

    def answers():
        false = 0
        for s in range(streams):
            false += len(alarms(make(), values[s * calm : (s + 1) * calm]))
        delays = []
        start = streams * calm
        for change in (lambda g: g + 0.5, lambda g: g + 1, lambda g: g + 2, lambda g: g + 3, lambda g: 2 * g):
            found = []
            for s in range(streams):
                part = values[start + s * (before + after) : start + (s + 1) * (before + after)]
                detector, delay = make(), float("inf")
                for i, x in enumerate(part):
                    detector.update(x if i < before else change(x))
                    if detector.drift_detected and i >= before:
                        delay = i - before
                        break
                found.append(delay)
            delays.append(statistics.median_high(found))
        return [false / (streams * calm) * 1000, *delays]

    return answers, answers, river.__version__


def adwin_behaviour(data, **sizes):
    return behaviour(data, drift.ADWIN, **sizes)


def adwin_clock_1_behaviour(data, **sizes):
    return behaviour(data, lambda: drift.ADWIN(clock=1), **sizes)


def page_hinkley_behaviour(data, **sizes):
    return behaviour(data, drift.PageHinkley, **sizes)
