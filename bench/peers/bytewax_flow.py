"""The work of `streamnorm run` by Bytewax, which knows no transactions of Kafka: at least once. JSON, Welford, snapshots of the state."""

import json
import math

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow

FIELDS = ("temperature", "vibration", "pressure")


def scorer(warmup):
    def score(moments, record):
        moments = moments or [0, 0.0, 0.0] * len(FIELDS)
        normalized = {}
        for k, name in enumerate(FIELDS):
            x = record[name]
            count, mean, m2 = moments[3 * k : 3 * k + 3]
            delta = x - mean
            scale = math.sqrt(m2 / count) if count > 0 else 0.0
            normalized[name] = None if count < warmup else delta / scale if scale > 0 else 0.0
            mean += delta / (count + 1)
            moments[3 * k : 3 * k + 3] = [count + 1, mean, m2 + delta * (x - mean)]
        record["normalized"] = normalized
        record["epoch"] = {name: 0 for name in FIELDS}
        return moments, record

    return score


def flow(brokers, source, sink, warmup):
    brokers = brokers.split(",")
    all = Dataflow("normalize")
    read = kafka.input("read", all, brokers=brokers, topics=[source], batch_size=1000)
    keyed = op.map("decode", read.oks, lambda message: (message.key.decode(), json.loads(message.value)))
    scored = op.stateful_map("score", keyed, scorer(int(warmup)))
    written = op.map(
        "encode", scored, lambda pair: KafkaSinkMessage(pair[0].encode(), json.dumps(pair[1], separators=(",", ":")).encode())
    )
    # The partitions of Kafka's own clients.
    kafka.output("write", written, brokers=brokers, topic=sink, add_config={"partitioner": "murmur2_random"})
    return all
