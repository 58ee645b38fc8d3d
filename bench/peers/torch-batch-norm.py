"""BatchNorm1d, training forward, one thread: reads rows × channels floats, prints the median ms and the output at a few places."""
import json
import sys
import time

import numpy
import torch

path, rows, channels, seconds, stride = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(1)
x = torch.from_numpy(numpy.fromfile(path, dtype=numpy.float32).reshape(rows, channels))
norm = torch.nn.BatchNorm1d(channels)
times = []
with torch.no_grad():
    for _ in range(20):
        y = norm(x)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        y = norm(x)
        times.append((time.perf_counter() - start) * 1e3)
times.sort()
print(json.dumps({"ms": times[len(times) // 2], "sample": y.reshape(-1)[::stride].tolist(), "version": torch.__version__}))
