package io.caravan.simulator;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets simulated devices run, and shows how they get on. Used once. */
final class SimulatorRun {

    private static final long EXIT_SECONDS = 8;

    private final Simulator simulator;
    private final PrintWriter out;

    /** @param simulator of devices that have been started */
    SimulatorRun(Simulator simulator, PrintWriter out) {
        this.simulator = simulator;
        this.out = out;
    }

    /**
     * Runs them to their end; on Ctrl-C the JVM waits until they have ended and the summary is out.
     *
     * @param duration how long; null until Ctrl-C
     */
    void run(Duration duration) throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Thread onSignal = new Thread(() -> {
            stop.countDown();
            try {
                ended.await(EXIT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            Progress progress = new Progress(out);
            long start = System.nanoTime();
            long nanos = duration == null ? Long.MAX_VALUE : duration.toNanos();
            RateMeter meter = new RateMeter(start);
            long left = nanos;
            while (left > 0 && !stop.await(Math.min(left, 200_000_000L), TimeUnit.NANOSECONDS)) {
                progress.show(() -> line(meter.perSecond(simulator.acknowledged(), System.nanoTime()))
                        + (simulator.connected() ? "" : "  (not connected)"));
                left = nanos - (System.nanoTime() - start);
            }
            simulator.close();
            progress.end();
            out.println(line(simulator.acknowledged() * 1e9 / (System.nanoTime() - start)));
            out.flush();
        } finally {
            ended.countDown();
            if (stop.getCount() > 0) {
                Runtime.getRuntime().removeShutdownHook(onSignal);
            }
        }
    }

    private String line(double perSecond) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "sent %,d  acknowledged %,d  rate %,.1f/s",
                simulator.sent(),
                simulator.acknowledged(),
                perSecond));
        if (simulator.failed() > 0) {
            line.append(String.format(Locale.ROOT, "  refused or lost %,d", simulator.failed()));
        }
        if (simulator.dropped() > 0) {
            line.append(String.format(Locale.ROOT, "  dropped %,d", simulator.dropped()));
        }
        return line.toString();
    }
}
