"""What peers answer where the numbers are hard: one answer for each part of the data."""

import numpy
import pandas
import polars
import river
import sklearn
from river import drift, preprocessing, stats, utils
from sklearn import preprocessing as sklearn_preprocessing

HALF_LIFE = 100
BATCH = 100


def each_part(data, part, answer, version):
    parts = data.reshape(-1, part)

    def answers():
        return [answer(values) for values in parts]

    return answers, answers, version


def river_scaler(values):
    scaler = preprocessing.StandardScaler()
    for x in values.tolist():
        scaler.learn_one({"x": x})
    return scaler


def river_variance(data, part):
    return each_part(data, part, lambda values: river_scaler(values).vars["x"], river.__version__)


def river_mean(data, part, window):
    return each_part(data, part, lambda values: river_scaler(values).means["x"], river.__version__)


def river_many(data, part):
    def answer(values):
        scaler = preprocessing.StandardScaler()
        for start in range(0, len(values), BATCH):
            scaler.learn_many(pandas.DataFrame({"x": values[start : start + BATCH]}))
        return scaler.vars["x"]

    return each_part(data, part, answer, river.__version__)


def sklearn_scaler(values, batch):
    scaler = sklearn_preprocessing.StandardScaler()
    for start in range(0, len(values), batch):
        scaler.partial_fit(values[start : start + batch].reshape(-1, 1))
    return scaler


def sklearn_variance(data, part):
    return each_part(data, part, lambda values: sklearn_scaler(values, BATCH).var_[0], sklearn.__version__)


def sklearn_float32(data, part):
    return each_part(
        data, part, lambda values: sklearn_scaler(values.astype(numpy.float32), BATCH).var_[0], sklearn.__version__
    )


def sklearn_mean(data, part, window):
    def answer(values):
        try:
            return sklearn_scaler(values, 1).mean_[0]
        except ValueError:  # it refuses infinities
            return float("nan")

    return each_part(data, part, answer, sklearn.__version__)


def pandas_rolling(data, part, window):
    return each_part(
        data, part, lambda values: pandas.Series(values).rolling(window).var().iloc[-1], pandas.__version__
    )


def pandas_rolling_mean(data, part, window):
    return each_part(
        data, part, lambda values: pandas.Series(values).rolling(window).mean().iloc[-1], pandas.__version__
    )


def pandas_ewm(data, part, window):
    return each_part(
        data, part, lambda values: pandas.Series(values).ewm(halflife=HALF_LIFE).mean().iloc[-1], pandas.__version__
    )


def polars_rolling(data, part, window):
    return each_part(data, part, lambda values: polars.Series(values).rolling_var(window)[-1], polars.__version__)


def polars_rolling_mean(data, part, window):
    return each_part(data, part, lambda values: polars.Series(values).rolling_mean(window)[-1], polars.__version__)


def polars_ewm(data, part, window):
    return each_part(
        data, part, lambda values: polars.Series(values).ewm_mean(half_life=HALF_LIFE)[-1], polars.__version__
    )


def river_rolling(data, part, window):
    def answer(values):
        variance = utils.Rolling(stats.Var(), window_size=window)
        for x in values.tolist():
            variance.update(x)
        return variance.get()

    return each_part(data, part, answer, river.__version__)


def river_ewm(data, part, window):
    def answer(values):
        mean = stats.EWMean(1 - 2 ** (-1 / HALF_LIFE))
        for x in values.tolist():
            mean.update(x)
        return mean.get()

    return each_part(data, part, answer, river.__version__)


def first_alarm(make):
    def answer(values):
        detector = make()
        change = len(values) // 2
        for i, x in enumerate(values.tolist()):
            detector.update(x)
            if detector.drift_detected and i >= change:
                return i - change
        return float("nan")

    return answer


def river_adwin(data, part):
    return each_part(data, part, first_alarm(drift.ADWIN), river.__version__)


def river_page_hinkley(data, part):
    return each_part(data, part, first_alarm(drift.PageHinkley), river.__version__)
