package peer;

import com.tdunning.math.stats.TDigest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.apache.datasketches.kll.KllDoublesSketch;

/** One peer in a process of its own: {@code Worker TASK DATA}. The other side of bench/peers/worker.ts. */
public final class Worker {
  private static final double[] ASKED = {0.5, 0.9, 0.99};

  private record Sketch(DoubleConsumer learn, DoubleUnaryOperator quantile) {}

  public static void main(String[] args) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Path.of(args[1]))).order(ByteOrder.LITTLE_ENDIAN);
    double[] data = new double[bytes.remaining() / 8];
    bytes.asDoubleBuffer().get(data);
    Supplier<Sketch> make = switch (args[0]) {
      case "quantiles.tdigest" -> () -> {
        TDigest digest = TDigest.createMergingDigest(100);
        return new Sketch(digest::add, digest::quantile);
      };
      case "quantiles.kll" -> () -> {
        KllDoublesSketch sketch = KllDoublesSketch.newHeapInstance(200);
        return new Sketch(sketch::update, sketch::getQuantile);
      };
      default -> throw new IllegalArgumentException("no task " + args[0]);
    };
    System.out.println("ready " + (args[0].endsWith("kll") ? "6.1.1" : "3.3"));
    // Of this thread, for that of the process is known in steps of 10 ms only; what the compiler and the collector do is not counted.
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    double sum = 0;
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals("answers")) {
        StringBuilder text = new StringBuilder("answers");
        for (double answer : run(make, data)) text.append(' ').append(answer);
        System.out.println(text);
      } else if (line.startsWith("run ")) {
        int times = Integer.parseInt(line.substring(4));
        long busy = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) sum += run(make, data)[0];
        System.out.println("ns " + (System.nanoTime() - start) + " " + (threads.getCurrentThreadCpuTime() - busy));
      }
    }
    if (Double.isNaN(sum)) System.exit(1);
  }

  private static double[] run(Supplier<Sketch> make, double[] data) {
    Sketch sketch = make.get();
    for (double x : data) sketch.learn().accept(x);
    double[] answers = new double[ASKED.length];
    for (int i = 0; i < ASKED.length; i++) answers[i] = sketch.quantile().applyAsDouble(ASKED[i]);
    return answers;
  }
}
