"""Batch normalization of one batch by its own moments, one thread."""

import torch

from sampled import sampled


def torch_1d(data, channels):
    torch.set_num_threads(1)
    x = torch.from_numpy(data.astype("float32").reshape(-1, channels))
    norm = torch.nn.BatchNorm1d(channels)

    def run():
        with torch.no_grad():
            return norm(x)

    def answers():
        return run().reshape(-1)[list(sampled(x.numel()))].tolist()

    return run, answers, torch.__version__
