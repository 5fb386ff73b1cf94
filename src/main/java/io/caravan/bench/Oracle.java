package io.caravan.bench;

import org.HdrHistogram.Histogram;

/**
 * Compares the rows of the database with the journal, as sets of readings identified by device, metric and timestamp; rows
 * may come in any order. A message that was sent and never acknowledged may be stored or not. A row whose timestamp nobody
 * sent, but whose value is that of a message of its device close by, counts as altered, else as invented. Not thread-safe.
 */
final class Oracle {

    private static final int NEIGHBOURS = 16;
    private static final long HIGHEST_LATENCY_MICROS = 3_600_000_000L;

    private final Workload workload;
    private final Journal journal;
    private final int measuredFrom;
    private final Histogram latency = new Histogram(HIGHEST_LATENCY_MICROS, 3);
    private long duplicated;
    private long altered;
    private long invented;
    private long lastCommit;

    /**
     * @param measuredFrom the first message whose latency counts: those before it warm up
     */
    Oracle(Workload workload, Journal journal, int measuredFrom) {
        this.workload = workload;
        this.journal = journal;
        this.measuredFrom = measuredFrom;
    }

    /**
     * Takes a row of the database.
     *
     * @param device the number of its device, -1 if it is none of this run
     * @param metric the index of its metric, -1 if it is none of the workload
     * @param timestamp in microseconds since the epoch
     * @param value the value, NaN for null
     * @param unitMatches whether the unit is the one that was sent
     * @param committed when its transaction was committed, in microseconds since the epoch, 0 where that is not known
     */
    void row(int device, int metric, long timestamp, double value, boolean unitMatches, long committed) {
        lastCommit = Math.max(lastCommit, committed);
        if (device < 0 || metric < 0) {
            invented++;
            return;
        }
        long sent = workload.messageTime(timestamp);
        int reading = workload.readingNumber(metric, timestamp - sent);
        int n = reading < 0 ? -1 : journal.find(device, sent);
        if (n < 0) {
            n = reading < 0 ? -1 : nearby(device, reading, -1 - n, value);
            if (n < 0) {
                invented++;
                return;
            }
            altered++;
        } else if (value != workload.template().value(reading, device, n) || !unitMatches) {
            altered++;
        }
        int message = journal.message(device, n);
        if (journal.seen(message, reading)) {
            duplicated++;
            return;
        }
        journal.see(message, reading);
        if (committed > 0 && message >= measuredFrom && journal.isComplete(message)) {
            long micros = committed - journal.published(message);
            latency.recordValue(Math.min(HIGHEST_LATENCY_MICROS, Math.max(0, micros)));
        }
    }

    /** A message of the device around n that carries this value and whose reading is still missing, else -1. */
    private int nearby(int device, int reading, int n, double value) {
        int last = Math.min(journal.countOf(device) - 1, n + NEIGHBOURS);
        for (int candidate = Math.max(0, n - NEIGHBOURS); candidate <= last; candidate++) {
            if (value == workload.template().value(reading, device, candidate)
                    && !journal.seen(journal.message(device, candidate), reading)) {
                return candidate;
            }
        }
        return -1;
    }

    /** Latency from publishing a message to the commit of the reading that completes it, in microseconds. */
    Histogram latency() {
        return latency;
    }

    /** The last commit of all rows, in microseconds since the epoch, 0 where commit times are not known. */
    long lastCommit() {
        return lastCommit;
    }

    /** How many messages from a message on are stored with all their readings. */
    long storedFrom(int first) {
        long stored = 0;
        for (int message = first; message < journal.size(); message++) {
            if (journal.isComplete(message)) {
                stored++;
            }
        }
        return stored;
    }

    /** The verdict, once all rows were taken. */
    Verdict verdict() {
        long acknowledged = 0;
        long lost = 0;
        for (int message = 0; message < journal.size(); message++) {
            if (journal.acknowledged(message)) {
                acknowledged++;
                if (!journal.isComplete(message)) {
                    lost++;
                }
            }
        }
        return new Verdict(journal.size(), acknowledged, storedFrom(0), lost, duplicated, altered, invented);
    }
}
