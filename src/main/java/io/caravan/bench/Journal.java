package io.caravan.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * All messages of a run, in the order of publishing, in some 30 bytes each, and a bit for each reading beyond 64. Message s belongs to device s modulo the number of
 * devices and is the device's message s divided by it. One thread appends, any thread acknowledges; all else is for after
 * the run, once the counters of the publisher were read.
 */
final class Journal {

    private static final int CHUNK_BITS = 16;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /** A part of the journal that never moves, so that acknowledgements need no lock. */
    static final class Chunk {
        private final long[] timestamp = new long[CHUNK];
        private final long[] published = new long[CHUNK];
        private final byte[] acknowledged = new byte[CHUNK];
        private final int[] found = new int[CHUNK];
        private final long[] seen;

        private Chunk(int words) {
            seen = new long[CHUNK * words];
        }

        /** Notes that the broker has acknowledged the message at an index of this chunk. */
        void acknowledge(int index) {
            acknowledged[index] = 1;
        }
    }

    private final int devices;
    private final int readings;
    private final int words;
    private final List<Chunk> chunks = new ArrayList<>();
    private int size;

    /** @param readings how many a message has */
    Journal(int devices, int readings) {
        this.devices = devices;
        this.readings = readings;
        this.words = (readings + 63) / 64;
    }

    int devices() {
        return devices;
    }

    /** How many messages were appended. */
    int size() {
        return size;
    }

    /**
     * Appends the next message.
     *
     * @param micros its time of publishing
     * @param resolution the steps of its timestamp
     * @return its timestamp: the time of publishing, moved on where the device has used that timestamp already
     */
    long append(long micros, long resolution) {
        int index = size & CHUNK - 1;
        if (index == 0) {
            chunks.add(new Chunk(words));
        }
        long timestamp = micros - micros % resolution;
        if (size >= devices) {
            timestamp = Math.max(timestamp, timestamp(size - devices) + resolution);
        }
        Chunk chunk = chunks.get(size >> CHUNK_BITS);
        chunk.timestamp[index] = timestamp;
        chunk.published[index] = micros;
        size++;
        return timestamp;
    }

    /** The chunk of the message that was appended last. */
    Chunk lastChunk() {
        return chunks.get(chunks.size() - 1);
    }

    /** The index in its chunk of the message that was appended last. */
    int lastIndex() {
        return size - 1 & CHUNK - 1;
    }

    long timestamp(int message) {
        return chunks.get(message >> CHUNK_BITS).timestamp[message & CHUNK - 1];
    }

    /** When a message was published, in microseconds since the epoch. */
    long published(int message) {
        return chunks.get(message >> CHUNK_BITS).published[message & CHUNK - 1];
    }

    boolean acknowledged(int message) {
        return chunks.get(message >> CHUNK_BITS).acknowledged[message & CHUNK - 1] == 1;
    }

    /** Whether a reading of a message was found in the database. */
    boolean seen(int message, int reading) {
        Chunk chunk = chunks.get(message >> CHUNK_BITS);
        return (chunk.seen[(message & CHUNK - 1) * words + (reading >> 6)] & 1L << reading) != 0;
    }

    /** Notes that it was, for the first time. */
    void see(int message, int reading) {
        Chunk chunk = chunks.get(message >> CHUNK_BITS);
        chunk.seen[(message & CHUNK - 1) * words + (reading >> 6)] |= 1L << reading;
        chunk.found[message & CHUNK - 1]++;
    }

    /** Whether all readings of a message were found. */
    boolean isComplete(int message) {
        return chunks.get(message >> CHUNK_BITS).found[message & CHUNK - 1] == readings;
    }

    /** How many messages a device has published. */
    int countOf(int device) {
        return size <= device ? 0 : (size - device - 1) / devices + 1;
    }

    /**
     * The number n of the message of a device that has a timestamp, or {@code -1 - n} of the first later one where none has.
     */
    int find(int device, long timestamp) {
        int low = 0;
        int high = countOf(device) - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            long there = timestamp(message(device, middle));
            if (there < timestamp) {
                low = middle + 1;
            } else if (there > timestamp) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -1 - low;
    }

    /** The message that is number n of a device. */
    int message(int device, int n) {
        return n * devices + device;
    }
}
