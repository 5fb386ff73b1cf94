package io.caravan.ingest;

import java.util.List;
import java.util.stream.Stream;

/** Runs what may block, all of it at once. */
public final class SideBySide {

    private SideBySide() {}

    /** Runs each in a thread of its own, and returns when all have ended. */
    public static void run(Stream<Runnable> works) {
        List<Thread> threads = works.map(SideBySide::start).toList();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "side-by-side");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
