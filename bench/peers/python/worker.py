"""One peer in a process of its own: `worker.py module.task DATA name=value …`. The other side of bench/peers/worker.ts.

A task is a function (data, **parameters) that returns (run, answers, version): the data are a numpy array of float64.
"""

import importlib
import sys
import time

import numpy


def number(text):
    value = float(text)
    return int(value) if value.is_integer() else value


def spelled(value):
    """A number as JavaScript reads it; NaN for what is no real number."""
    try:
        value = float(value)
    except TypeError:
        return "NaN"
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), repr(value))


def main():
    task, path, *pairs = sys.argv[1:]
    module, function = task.split(".")
    parameters = {name: number(value) for name, value in (pair.split("=") for pair in pairs)}
    data = numpy.fromfile(path, dtype=numpy.float64)
    run, answers, version = getattr(importlib.import_module(module), function)(data, **parameters)
    print("ready", version, flush=True)
    for line in sys.stdin:
        verb, *rest = line.split()
        if verb == "answers":
            print("answers", *(spelled(value) for value in answers()), flush=True)
        elif verb == "run":
            busy, start = time.process_time_ns(), time.perf_counter_ns()
            for _ in range(int(rest[0])):
                run()
            print("ns", time.perf_counter_ns() - start, time.process_time_ns() - busy, flush=True)


main()
