"""The peers of vectors.bench.ts: one job a run, its rate and a sample of its output as JSON on the last line."""
import json
import sys
import time

job, path = sys.argv[1], sys.argv[2]


def best_rate(work, size, seconds=0.4, rounds=5):
    rates = []
    for _ in range(rounds):
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            work()
            count += 1
        rates.append(size * count / (time.perf_counter() - began))
    return sorted(rates)[len(rates) // 2]


if job == 'tf-idf':
    import river
    from river import feature_extraction

    documents = json.load(open(path))

    def fresh():
        tfidf = feature_extraction.TFIDF()
        last = None
        for document in documents:
            tfidf.learn_one(document)
            last = tfidf.transform_one(document)
        return last

    sample = fresh()
    rate = best_rate(fresh, len(documents))
    print(json.dumps({'peer': f'river {river.__version__} TFIDF', 'rate': rate, 'sample': sample}))
else:
    import numpy as np

    images = np.fromfile(path, dtype=np.uint8).reshape(-1, 224, 224, 3)

    class Running:
        """Per-channel running mean and variance merged by Chan's formula, normalize first: as torchvision's Normalize, on arrays."""

        def __init__(self):
            self.n, self.mean, self.m2 = 0, np.zeros(3), np.zeros(3)

        def step(self, image):
            x = image.astype(np.float32)
            out = None
            if self.n > 0:
                std = np.sqrt(self.m2 / self.n)
                out = (x - self.mean.astype(np.float32)) / std.astype(np.float32)
            mean = x.mean(axis=(0, 1), dtype=np.float64)
            m2 = x.var(axis=(0, 1), dtype=np.float64) * (224 * 224)
            delta, n = mean - self.mean, self.n + 224 * 224
            self.m2 += m2 + delta * delta * self.n * (224 * 224) / n
            self.mean += delta * (224 * 224) / n
            self.n = n
            return out

    class RunningSingle(Running):
        """The same with sums in single precision, which is faster and less exact."""

        def step(self, image):
            x = image.astype(np.float32)
            out = None
            if self.n > 0:
                scale = (1 / np.sqrt(self.m2 / self.n)).astype(np.float32)
                out = x * scale - (self.mean * scale).astype(np.float32)
            flat = x.reshape(-1, 3)
            mean = flat.mean(axis=0)
            m2 = np.einsum('ij,ij->j', flat, flat) - len(flat) * mean * mean
            delta, n = mean - self.mean, self.n + len(flat)
            self.m2 += m2 + delta * delta * self.n * len(flat) / n
            self.mean += delta * len(flat) / n
            self.n = n
            return out

    rates, sample = {}, None
    for kind in (Running, RunningSingle):
        running = kind()

        def work():
            for image in images:
                running.step(image)

        if sample is None:
            for image in images:
                out = running.step(image)
            sample = out.reshape(-1)[::997].tolist()
        rates[kind.__name__] = best_rate(work, len(images))
    print(json.dumps({'peer': f'numpy {np.__version__}', 'rate': max(rates.values()), 'rates': rates, 'sample': sample}))
