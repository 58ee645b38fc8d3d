# Prints, as JSON: for each data set inside river its rows and the prequential loss of river's own pipeline on it; how long its linear learners
# take for a record of 20 features, and its scaler with the linear one; and of some of these records what that pipeline's loss is.
import json
import math
import random
import time

from river import datasets, linear_model, optim, preprocessing


def number(value):
    if hasattr(value, "toordinal"):
        return value.toordinal() + (value.hour / 24 if hasattr(value, "hour") else 0)
    return float(value)


def rows_of(dataset):
    return [([number(v) for v in x.values()], y) for x, y in dataset]


sets = [
    ("Phishing", datasets.Phishing(), None),
    ("Bananas", datasets.Bananas(), None),
    ("TrumpApproval", datasets.TrumpApproval(), None),
    ("AirlinePassengers", datasets.AirlinePassengers(), None),
    ("ChickWeights", datasets.ChickWeights(), None),
    ("WaterFlow", datasets.WaterFlow(), None),
] + [(f"ImageSegments, {name}", datasets.ImageSegments(), name) for name in ("path", "grass", "sky", "cement", "foliage")]

out = {"sets": []}
for name, dataset, positive in sets:
    rows = rows_of(dataset)
    if positive is not None:
        rows = [(x, y == positive) for x, y in rows]
    binary = isinstance(rows[0][1], bool)
    model = preprocessing.StandardScaler() | (
        linear_model.LogisticRegression(optim.SGD(0.1))
        if binary
        else linear_model.LinearRegression(optim.SGD(0.01), intercept_lr=0.1)
    )
    loss = 0.0
    for x, y in rows:
        features = dict(enumerate(x))
        if binary:
            p = model.predict_proba_one(features)[True]
            p = min(max(p if y else 1 - p, 1e-15), 1 - 1e-15)
            loss -= math.log(p)
        else:
            loss += (model.predict_one(features) - y) ** 2
        model.learn_one(features, y)
    out["sets"].append({"name": name, "binary": binary, "rows": [[*x, float(y)] for x, y in rows], "loss": loss / len(rows)})

random.seed(1)
records = [({i: random.gauss(10 * i, 1 + i) for i in range(20)}, random.gauss(0, 1)) for _ in range(5000)]
scaled = lambda: preprocessing.StandardScaler() | linear_model.LinearRegression()
near = [({i: x / (1 + i) - 10 * i / (1 + i) for i, x in features.items()}, y) for features, y in records]
for name, model, rows in (
    ("linear", linear_model.LinearRegression(), near),
    ("logistic", linear_model.LogisticRegression(), near),
    ("scaledLinear", scaled(), records),
):
    best = math.inf
    for _ in range(4):
        start = time.perf_counter()
        for x, y in rows:
            if name == "logistic":
                model.predict_proba_one(x)
                model.learn_one(x, y > 0)
            else:
                model.predict_one(x)
                model.learn_one(x, y)
        best = min(best, (time.perf_counter() - start) / len(rows))
    out[name] = best * 1e9
model, loss = scaled(), 0.0
for x, y in records[:1000]:
    loss += (model.predict_one(x) - y) ** 2
    model.learn_one(x, y)
out["scaled"] = {"rows": [[*x.values(), y] for x, y in records[:1000]], "loss": loss / 1000}
print(json.dumps(out))
