package io.caravan.sparkplug;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.eclipse.tahu.SparkplugInvalidTypeException;
import org.eclipse.tahu.message.SparkplugBPayloadEncoder;
import org.eclipse.tahu.message.model.Metric.MetricBuilder;
import org.eclipse.tahu.message.model.MetricDataType;
import org.eclipse.tahu.message.model.PropertyDataType;
import org.eclipse.tahu.message.model.PropertySet.PropertySetBuilder;
import org.eclipse.tahu.message.model.PropertyValue;
import org.eclipse.tahu.message.model.SparkplugBPayload;

/** Payloads as Eclipse Tahu, the reference implementation, encodes them. */
public final class Tahu {

    private final List<org.eclipse.tahu.message.model.Metric> metrics = new ArrayList<>();
    private final long millis;
    private final Long seq;

    private Tahu(long millis, Long seq) {
        this.millis = millis;
        this.seq = seq;
    }

    /** @param millis the time of the payload and of its metrics */
    public static Tahu payload(long millis, long seq) {
        return new Tahu(millis, seq);
    }

    /** The birth of a node, with what each has. */
    public static Tahu nodeBirth(long millis, long seq, long bdSeq) {
        return payload(millis, seq)
                .with("bdSeq", null, MetricDataType.Int64, bdSeq)
                .with("Node Control/Rebirth", null, MetricDataType.Boolean, false);
    }

    /** The death of a node, which has no sequence number. */
    public static byte[] nodeDeath(long millis, long bdSeq) {
        return new Tahu(millis, null)
                .with("bdSeq", null, MetricDataType.Int64, bdSeq)
                .bytes();
    }

    /** A metric with name or alias or both. */
    public Tahu with(String name, Long alias, MetricDataType type, Object value) {
        return add(builder(name, alias, type, value));
    }

    /** A metric with the properties of Sparkplug. */
    Tahu with(String name, Long alias, MetricDataType type, Object value, String unit, Integer quality) {
        try {
            PropertySetBuilder properties = new PropertySetBuilder();
            if (unit != null) {
                properties.addProperty("engUnit", new PropertyValue<>(PropertyDataType.String, unit));
            }
            properties.addProperty("engHigh", new PropertyValue<>(PropertyDataType.Double, 100.0));
            if (quality != null) {
                properties.addProperty("Quality", new PropertyValue<>(PropertyDataType.Int32, quality));
            }
            return add(builder(name, alias, type, value).properties(properties.createPropertySet()));
        } catch (SparkplugInvalidTypeException e) {
            throw new AssertionError(e);
        }
    }

    /** A metric that is not to be stored. */
    Tahu withTransient(String name, MetricDataType type, Object value) {
        return add(builder(name, null, type, value).isTransient(true));
    }

    /** A metric that was measured at another time, later sent. */
    public Tahu withHistorical(String name, Long alias, MetricDataType type, Object value, long at) {
        return add(builder(name, alias, type, value).isHistorical(true).timestamp(new Date(at)));
    }

    private MetricBuilder builder(String name, Long alias, MetricDataType type, Object value) {
        MetricBuilder builder =
                name != null ? new MetricBuilder(name, type, value) : new MetricBuilder(alias, type, value);
        return (alias != null ? builder.alias(alias) : builder).timestamp(new Date(millis));
    }

    private Tahu add(MetricBuilder builder) {
        try {
            metrics.add(builder.createMetric());
            return this;
        } catch (SparkplugInvalidTypeException e) {
            throw new AssertionError(e);
        }
    }

    /** As a birth is sent, with data types. */
    public byte[] bytes() {
        return bytes(false);
    }

    /** As data is sent: without data types. */
    public byte[] data() {
        return bytes(true);
    }

    private byte[] bytes(boolean stripDataTypes) {
        SparkplugBPayload payload =
                new SparkplugBPayload(new Date(millis), metrics, seq == null ? -1 : seq, null, null);
        if (seq == null) {
            payload.setSeq(null);
        }
        try {
            return new SparkplugBPayloadEncoder().getBytes(payload, stripDataTypes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
