"""Scalers of river, one observation at a time: scored by what came before, then learnt."""

import river
from river import preprocessing

from sampled import sampled


def one_series(data, make):
    xs = [{"x": x} for x in data.tolist()]

    def run():
        scaler = make()
        transform, learn = scaler.transform_one, scaler.learn_one
        for x in xs:
            transform(x)
            learn(x)

    def answers():
        scaler = make()
        scores = []
        for x in xs:
            scores.append(scaler.transform_one(x)["x"])
            scaler.learn_one(x)
        return [scores[i] for i in sampled(len(xs))]

    return run, answers, river.__version__


def standard(data):
    return one_series(data, preprocessing.StandardScaler)


def min_max(data):
    return one_series(data, preprocessing.MinMaxScaler)


def robust(data):
    return one_series(data, preprocessing.RobustScaler)


def adaptive(data):
    return one_series(data, lambda: preprocessing.AdaptiveStandardScaler(fading_factor=0.3))


def many_series(records, series):
    keys = [f"device-{i * 7919 % series}" for i in range(len(records))]
    pairs = list(zip(keys, records))

    def scores():
        scalers = {}
        for key, x in pairs:
            scaler = scalers.get(key)
            if scaler is None:
                scaler = scalers[key] = preprocessing.StandardScaler()
            yield scaler.transform_one(x)
            scaler.learn_one(x)

    def run():
        scalers = {}
        for key, x in pairs:
            scaler = scalers.get(key)
            if scaler is None:
                scaler = scalers[key] = preprocessing.StandardScaler()
            scaler.transform_one(x)
            scaler.learn_one(x)

    def answers():
        every = list(scores())
        return [z for i in sampled(len(pairs)) for z in every[i].values()]

    return run, answers, river.__version__


def keyed(data, series):
    return many_series([{"x": x} for x in data.tolist()], series)


def fields(data, series):
    names = "abcdefgh"
    return many_series([dict(zip(names, row)) for row in data.reshape(-1, len(names)).tolist()], series)
