"""Mean and standard deviation of a window, and with exponential weights, at each value of a column."""

import math

import pandas
import polars
import river
from river import stats, utils

from sampled import sampled


def two_columns(compute, length, version):
    def answers():
        means, sds = compute()
        return [value for i in sampled(length) for value in (means[i], sds[i])]

    return compute, answers, version


def pandas_rolling(data, window):
    column = pandas.Series(data)

    def compute():
        rolling = column.rolling(window)
        return rolling.mean(), rolling.std()

    return two_columns(compute, len(data), pandas.__version__)


def polars_rolling(data, window):
    column = polars.Series(data)

    def compute():
        return column.rolling_mean(window), column.rolling_std(window)

    return two_columns(compute, len(data), polars.__version__)


def river_rolling(data, window):
    values = data.tolist()

    def compute():
        variance = utils.Rolling(stats.Var(), window_size=window)
        means, sds = [], []
        for x in values:
            variance.update(x)
            means.append(variance.mean.get())
            sds.append(variance.get() ** 0.5)
        return means, sds

    return two_columns(compute, len(data), river.__version__)


def pandas_ewm(data, half_life):
    column = pandas.Series(data)

    def compute():
        ewm = column.ewm(halflife=half_life)
        return ewm.mean(), ewm.std(bias=True)

    return two_columns(compute, len(data), pandas.__version__)


def polars_ewm(data, half_life):
    column = polars.Series(data)

    def compute():
        return column.ewm_mean(half_life=half_life), column.ewm_std(half_life=half_life, bias=True)

    return two_columns(compute, len(data), polars.__version__)


def river_ewm(data, half_life):
    values = data.tolist()
    alpha = 1 - 2 ** (-1 / half_life)

    def compute():
        mean, variance = stats.EWMean(alpha), stats.EWVar(alpha)
        means, sds = [], []
        for x in values:
            mean.update(x)
            variance.update(x)
            means.append(mean.get())
            sds.append(math.sqrt(variance.get()))
        return means, sds

    return two_columns(compute, len(data), river.__version__)
