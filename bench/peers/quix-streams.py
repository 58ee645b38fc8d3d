"""The work of `streamnorm run` by Quix Streams, exactly once: JSON, Welford, state in RocksDB with a changelog."""

import sys

from quixstreams import Application

from welford import normalize

_, brokers, group, source, sink, folder, warmup = sys.argv

app = Application(
    broker_address=brokers,
    consumer_group=group,
    auto_offset_reset="earliest",
    processing_guarantee="exactly-once",
    commit_interval=0.1,  # as Kafka Streams; its own default of 5 s would be its latency
    state_dir=folder,
    loglevel="ERROR",
)


def score(record, state):
    state.set("moments", normalize(record, state.get("moments"), int(warmup)))
    return record


records = app.dataframe(app.topic(source, value_deserializer="json"))
records.apply(score, stateful=True).to_topic(app.topic(sink, value_serializer="json"))
app.run()
