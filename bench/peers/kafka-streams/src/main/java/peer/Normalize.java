package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * z-scores of three fields of JSON records by key: normalized first, learnt after, null until enough values were seen.
 *
 * <p>Arguments: brokers, application id, source topic, sink topic, processing guarantee, state folder; then name=value:
 * {@code warmup} (values before the first score, 30), {@code cache} (whether a cache stands before the changelog, true),
 * and any setting of Kafka Streams.
 */
public final class Normalize {
  private static final String STORE = "moments";
  private static final String[] FIELDS = {"temperature", "vibration", "pressure"};
  /** Count, mean and sum of squared deviations of each field. */
  private static final int PER_FIELD = 3;

  private Normalize() {}

  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, args[4]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, args[5]);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    for (int i = 6; i < args.length; i++) {
      int at = args[i].indexOf('=');
      settings.put(args[i].substring(0, at), args[i].substring(at + 1));
    }
    int warmup = Integer.parseInt((String) Objects.requireNonNullElse(settings.remove("warmup"), "30"));
    boolean cached = !"false".equals(settings.remove("cache"));
    StoreBuilder<KeyValueStore<String, double[]>> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), Serdes.String(), doubles())
            .withLoggingEnabled(Map.of());
    if (cached) store = store.withCachingEnabled();
    Topology topology = new Topology();
    topology.addSource("source", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(), args[2]);
    topology.addProcessor("score", () -> new Score(warmup), "source");
    topology.addStateStore(store, "score");
    topology.addSink("sink", args[3], Serdes.String().serializer(), Serdes.ByteArray().serializer(), "score");
    KafkaStreams streams = new KafkaStreams(topology, new StreamsConfig(settings));
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
    streams.start();
  }

  private static Serde<double[]> doubles() {
    return Serdes.serdeFrom(
        (topic, state) -> {
          if (state == null) return null;
          ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * state.length);
          bytes.asDoubleBuffer().put(state);
          return bytes.array();
        },
        (topic, bytes) -> {
          if (bytes == null) return null;
          double[] state = new double[bytes.length / Double.BYTES];
          ByteBuffer.wrap(bytes).asDoubleBuffer().get(state);
          return state;
        });
  }

  private static final class Score implements Processor<String, byte[], String, byte[]> {
    private final ObjectMapper json = new ObjectMapper();
    private final int warmup;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, double[]> store;

    Score(int warmup) {
      this.warmup = warmup;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
      this.context = context;
      store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
      try {
        ObjectNode node = (ObjectNode) json.readTree(record.value());
        double[] state = store.get(record.key());
        if (state == null) state = new double[PER_FIELD * FIELDS.length];
        ObjectNode normalized = json.createObjectNode();
        ObjectNode epoch = json.createObjectNode();
        for (int field = 0; field < FIELDS.length; field++) {
          epoch.put(FIELDS[field], 0);
          JsonNode value = node.get(FIELDS[field]);
          if (value == null || !value.isNumber()) {
            normalized.putNull(FIELDS[field]);
            continue;
          }
          int at = PER_FIELD * field;
          double x = value.doubleValue();
          double count = state[at];
          double delta = x - state[at + 1];
          if (count < warmup) {
            normalized.putNull(FIELDS[field]);
          } else {
            double scale = Math.sqrt(state[at + 2] / count);
            normalized.put(FIELDS[field], scale > 0 ? delta / scale : 0);
          }
          state[at] = count + 1;
          state[at + 1] += delta / (count + 1);
          state[at + 2] += delta * (x - state[at + 1]);
        }
        store.put(record.key(), state);
        node.set("normalized", normalized);
        node.set("epoch", epoch);
        context.forward(record.withValue(json.writeValueAsBytes(node)));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }
}
