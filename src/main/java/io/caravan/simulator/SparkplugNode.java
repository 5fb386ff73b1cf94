package io.caravan.simulator;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/**
 * A Sparkplug B edge node with pumps: births with names, data by alias, a will that is its death, and a birth again whenever it
 * is asked for. Pumps report temperature, pressure and whether they run. Its counters wrap as Sparkplug 3.0 says.
 */
public final class SparkplugNode implements Attended {

    private static final String GROUP = "plant-1";
    private static final String NODE = "edge-1";
    private static final int INT64 = 4;
    private static final int FLOAT = 9;
    private static final int BOOLEAN = 11;
    private static final int STRING = 12;
    private static final int ALIASES = 10;
    private static final byte[] REBIRTH = "Node Control/Rebirth".getBytes(StandardCharsets.UTF_8);

    private final RandomGenerator random;
    private final Deque<Message> births = new ArrayDeque<>();
    private volatile long bdSeq = -1;
    private volatile boolean birthIsDue = true;
    private int devices;
    private int seq;

    public SparkplugNode(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return NODE + "/pump-" + (device + 1);
    }

    @Override
    public Message will() {
        bdSeq = (bdSeq + 1) % 256;
        return new Message(
                topic("NDEATH", ""), payload(Instant.now(), false, out -> metric(out, "bdSeq", -1, 0, INT64, bdSeq)));
    }

    @Override
    public String commands() {
        return topic("NCMD", "");
    }

    @Override
    public void connected() {
        birthIsDue = true;
    }

    @Override
    public void command(byte[] payload) {
        for (int at = 0; at + REBIRTH.length <= payload.length; at++) {
            if (java.util.Arrays.equals(payload, at, at + REBIRTH.length, REBIRTH, 0, REBIRTH.length)) {
                birthIsDue = true;
                return;
            }
        }
    }

    /** Births go before anything else, one with each turn; a pump is born with its first. */
    @Override
    public Message next(int device, Instant time) {
        if (birthIsDue) {
            birthIsDue = false;
            bear(time);
        }
        while (device >= devices) {
            births.add(birth(devices++, time));
        }
        Message birth = births.poll();
        return birth != null ? birth : data(device, time);
    }

    private void bear(Instant time) {
        births.clear();
        seq = 0;
        births.add(new Message(
                topic("NBIRTH", ""),
                payload(time, true, out -> {
                    metric(out, "bdSeq", -1, millis(time), INT64, Math.max(0, bdSeq));
                    metric(out, new String(REBIRTH, StandardCharsets.UTF_8), -1, millis(time), BOOLEAN, false);
                }),
                Duration.ZERO));
        for (int device = 0; device < devices; device++) {
            births.add(birth(device, time));
        }
    }

    private Message birth(int device, Instant time) {
        int alias = device * ALIASES;
        return new Message(
                topic("DBIRTH", "/pump-" + (device + 1)),
                payload(time, true, out -> {
                    metric(out, "Inlet/Temperature", alias + 1, millis(time), FLOAT, value(18, 26));
                    metric(out, "Outlet/Pressure", alias + 2, millis(time), FLOAT, value(2, 6));
                    metric(out, "Running", alias + 3, millis(time), BOOLEAN, true);
                    metric(out, "Firmware", alias + 4, millis(time), STRING, "2.1.0");
                }),
                Duration.ZERO);
    }

    private Message data(int device, Instant time) {
        int alias = device * ALIASES;
        return new Message(topic("DDATA", "/pump-" + (device + 1)), payload(time, true, out -> {
            metric(out, null, alias + 1, millis(time), FLOAT, value(18, 26));
            metric(out, null, alias + 2, millis(time), FLOAT, value(2, 6));
            metric(out, null, alias + 3, millis(time), BOOLEAN, random.nextInt(50) > 0);
        }));
    }

    private float value(double min, double max) {
        return (float) Json.uniform(random, min, max, 2);
    }

    private static String topic(String type, String device) {
        return "spBv1.0/" + GROUP + '/' + type + '/' + NODE + device;
    }

    private static long millis(Instant time) {
        return time.toEpochMilli();
    }

    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    /** Field numbers are those of the published schema. */
    private byte[] payload(Instant time, boolean counted, Fields metrics) {
        int number = seq;
        if (counted) {
            seq = (seq + 1) % 256;
        }
        return message(out -> {
            out.writeUInt64(1, millis(time));
            metrics.write(out);
            if (counted) {
                out.writeUInt64(3, number);
            }
        });
    }

    /** A metric with a name in births; in data the alias stands for name and type. */
    private static void metric(CodedOutputStream out, String name, int alias, long millis, int type, Object value)
            throws IOException {
        out.writeByteArray(2, message(metric -> {
            if (name != null) {
                metric.writeString(1, name);
                metric.writeUInt32(4, type);
            }
            if (alias >= 0) {
                metric.writeUInt64(2, alias);
            }
            if (millis > 0) {
                metric.writeUInt64(3, millis);
            }
            if (value instanceof Long number) {
                metric.writeUInt64(11, number);
            } else if (value instanceof Float number) {
                metric.writeFloat(12, number);
            } else if (value instanceof Boolean bit) {
                metric.writeBool(14, bit);
            } else {
                metric.writeString(15, (String) value);
            }
        }));
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
