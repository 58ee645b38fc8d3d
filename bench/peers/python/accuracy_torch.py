"""What torch's batch normalization keeps, where the numbers are hard."""

import torch

BATCH = 100


def learnt(values, batch, momentum):
    norm = torch.nn.BatchNorm1d(1, momentum=momentum)
    column = torch.from_numpy(values.astype("float32")).reshape(-1, 1)
    with torch.no_grad():
        for start in range(0, len(column), batch):
            norm(column[start : start + batch])
    return norm


def each_part(data, part, answer):
    parts = data.reshape(-1, part)

    def answers():
        return [answer(values) for values in parts]

    return answers, answers, torch.__version__


def variance(data, part):
    # Unbiased, as torch keeps it; the table asks for the other.
    return each_part(
        data, part, lambda values: float(learnt(values, len(values), 1.0).running_var[0]) * (part - 1) / part
    )


def mean(data, part, window):
    return each_part(data, part, lambda values: float(learnt(values, BATCH, None).running_mean[0]))
