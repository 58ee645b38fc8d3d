"""Learn a batch of 8 columns, then score it by all that was seen."""

import numpy
import pandas
import river
import sklearn
from river import preprocessing as river_preprocessing
from sklearn import preprocessing

from sampled import sampled

WIDTH = 8


def each_batch(data, batch, make, version, wrap=lambda part: part):
    rows = data.reshape(-1, WIDTH)
    batches = [wrap(rows[start : start + batch]) for start in range(0, len(rows), batch)]

    def run():
        score = make()
        for part in batches:
            score(part)

    def answers():
        score = make()
        scores = numpy.concatenate([numpy.asarray(score(part)) for part in batches])
        return scores[list(sampled(len(rows)))].ravel()

    return run, answers, version


def sklearn_scaler():
    scaler = preprocessing.StandardScaler()

    def score(part):
        scaler.partial_fit(part)
        return scaler.transform(part)

    return score


def hand_written():
    """Moments by Chan, Golub & LeVeque (1983)."""
    count = 0
    mean = numpy.zeros(WIDTH)
    squares = numpy.zeros(WIDTH)

    def score(part):
        nonlocal count, mean, squares
        added = len(part)
        center = part.mean(axis=0)
        residuals = part - center
        delta = center - mean
        total = count + added
        squares = squares + (residuals * residuals).sum(axis=0) + delta * delta * (count / total * added)
        mean = mean + delta * (added / total)
        count = total
        return (part - mean) / numpy.sqrt(squares / count)

    return score


def river_scaler():
    scaler = river_preprocessing.StandardScaler()

    def score(part):
        scaler.learn_many(part)
        return scaler.transform_many(part)

    return score


def sklearn(data, batch, _version=sklearn.__version__):
    return each_batch(data, batch, sklearn_scaler, _version)


def by_hand(data, batch):
    return each_batch(data, batch, hand_written, numpy.__version__)


def river_many(data, batch):
    names = list("abcdefgh")
    return each_batch(
        data, batch, river_scaler, river.__version__, wrap=lambda part: pandas.DataFrame(part.copy(), columns=names)
    )
