"""The work of `streamnorm run` by Quix Streams, exactly once: JSON, Welford, state in RocksDB with a changelog."""

import math
import sys

from quixstreams import Application

_, brokers, group, source, sink, folder, warmup = sys.argv
FIELDS = ("temperature", "vibration", "pressure")

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
    moments = state.get("moments") or [0, 0.0, 0.0] * len(FIELDS)
    normalized = {}
    for k, name in enumerate(FIELDS):
        x = record[name]
        count, mean, m2 = moments[3 * k : 3 * k + 3]
        delta = x - mean
        scale = math.sqrt(m2 / count) if count > 0 else 0.0
        normalized[name] = None if count < int(warmup) else delta / scale if scale > 0 else 0.0
        mean += delta / (count + 1)
        moments[3 * k : 3 * k + 3] = [count + 1, mean, m2 + delta * (x - mean)]
    state.set("moments", moments)
    record["normalized"] = normalized
    record["epoch"] = {name: 0 for name in FIELDS}
    return record


records = app.dataframe(app.topic(source, value_deserializer="json"))
records.apply(score, stateful=True).to_topic(app.topic(sink, value_serializer="json"))
app.run()
