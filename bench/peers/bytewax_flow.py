"""The work of `streamnorm run` by Bytewax, which knows no transactions of Kafka: at least once. JSON, Welford, snapshots of the state."""

import json

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow

from welford import normalize


def scorer(warmup):
    def score(moments, record):
        return normalize(record, moments, warmup), record

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
