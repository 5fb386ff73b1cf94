package io.caravan.sparkplug;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.caravan.decode.Decoded;
import io.caravan.decode.Slice;
import io.caravan.decode.Timestamps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a message is kept as beside its readings: its head, and the metrics that are no numbers. Texts are texts; bytes, arrays,
 * data sets and templates are in Base64, as they came. Stateless.
 */
final class EventBody {

    private static final JsonFactory JSON = new JsonFactory();

    private EventBody() {}

    /**
     * @param others the metrics that are no readings
     * @param readings how many are
     */
    static Slice of(Payload payload, List<Metric> others, int readings) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            time(json, payload.timestamp());
            if (payload.seq() != Payload.NO_SEQ) {
                json.writeNumberField("seq", payload.seq());
            }
            if (payload.bdSeq() != null) {
                json.writeNumberField("bdSeq", payload.bdSeq());
            }
            json.writeNumberField("readings", readings);
            json.writeArrayFieldStart("metrics");
            for (Metric metric : others) {
                metric(json, metric);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Slice.of(bytes.toByteArray());
    }

    private static void metric(JsonGenerator json, Metric metric) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", metric.name());
        time(json, metric.timestamp());
        json.writeStringField("datatype", DataTypes.name(metric.type()));
        Slice raw = metric.raw();
        if (metric.field() == Metric.Field.STRING) {
            json.writeStringField(
                    "value", printable(new String(raw.bytes(), raw.start(), raw.length(), StandardCharsets.UTF_8)));
        } else {
            json.writeFieldName("base64");
            json.writeBinary(raw.bytes(), raw.start(), raw.length());
        }
        json.writeEndObject();
    }

    /** PostgreSQL keeps the escape of a NUL in json, but fails whoever reads the text. */
    private static String printable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\ufffd');
    }

    private static void time(JsonGenerator json, long micros) throws IOException {
        if (micros != Decoded.NO_TIME) {
            json.writeStringField("timestamp", Timestamps.format(micros));
        }
    }
}
