package io.caravan.enrich;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.caravan.decode.Decoded;
import io.caravan.decode.Slice;
import io.caravan.decode.Standing;
import io.caravan.decode.Timestamps;
import io.caravan.reading.Quality;
import io.caravan.reading.Reading;
import io.caravan.reading.TrendStatistic;
import io.caravan.registry.DeviceType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes enriched messages. Field order is a promise: identity, what an event is kept as, trends, readings, the
 * measurements as they came, and last what is the same for every message of a type, and of a tenant and a type, which is rendered
 * once and copied as bytes.
 * Readers stop after the readings. Thread-safe.
 */
final class EnrichedJson {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    private static final int MOST_NAMES = 20_000;

    private static final SerializedString TENANT = new SerializedString("tenant_id");
    private static final SerializedString DEVICE = new SerializedString("device_id");
    private static final SerializedString DEVICE_TYPE = new SerializedString("device_type");
    private static final SerializedString SITE = new SerializedString("site_id");
    private static final SerializedString ZONE = new SerializedString("zone_id");
    private static final SerializedString EVENT_TYPE = new SerializedString("event_type");
    private static final SerializedString TIMESTAMP = new SerializedString("timestamp");
    private static final SerializedString SEQUENCE = new SerializedString("sequence");
    private static final SerializedString EVENT_ID = new SerializedString("event_id");
    private static final SerializedString RECEIVED_AT = new SerializedString("received_at");
    private static final SerializedString ONLINE = new SerializedString("online");
    private static final SerializedString PRESENCE_AT = new SerializedString("presence_at");
    private static final SerializedString OFFLINE_WITH = new SerializedString("offline_with");
    private static final SerializedString BODY = new SerializedString("body");
    private static final SerializedString TREND_STATISTICS = new SerializedString("trend_statistics");
    private static final SerializedString AVG = new SerializedString("avg");
    private static final SerializedString MIN = new SerializedString("min");
    private static final SerializedString MAX = new SerializedString("max");
    private static final SerializedString READINGS = new SerializedString("readings");
    private static final SerializedString METRIC = new SerializedString("metric");
    private static final SerializedString VALUE = new SerializedString("value");
    private static final SerializedString UNIT = new SerializedString("unit");
    private static final SerializedString QUALITY = new SerializedString("quality");
    private static final SerializedString NUMBER = new SerializedString("number");
    private static final SerializedString MEASUREMENTS = new SerializedString("measurements");
    private static final SerializedString DATA_QUALITY = new SerializedString("data_quality");
    private static final SerializedString TIMESTAMP_VALID = new SerializedString("timestamp_valid");
    private static final SerializedString COMPLETE = new SerializedString("measurements_complete");
    private static final SerializedString SUCCESS = new SerializedString("enrichment_success");
    private static final SerializedString PACKAGE_AVAILABLE = new SerializedString("fdi_package_available");
    private static final SerializedString ENRICHMENT_INFO = new SerializedString("enrichment_info");
    private static final SerializedString ENRICHED_AT = new SerializedString("enriched_at");
    private static final SerializedString[] QUALITIES = {
        new SerializedString(Quality.GOOD.name()),
        new SerializedString(Quality.UNCERTAIN.name()),
        new SerializedString(Quality.BAD.name())
    };

    /** Metric names and units, encoded once. Bounded: beyond it they are encoded for their message alone. */
    private final Map<String, SerializedString> encoded = new ConcurrentHashMap<>();

    private final Map<DeviceType, TypeTail> tails = new ConcurrentHashMap<>();
    private final RegisteredApplications applications;

    EnrichedJson(RegisteredApplications applications) {
        this.applications = applications;
    }

    byte[] write(Parcel parcel, DeviceType type, Normalised message, long now) {
        Decoded decoded = parcel.decoded;
        try (ByteArrayBuilder out = new ByteArrayBuilder(4_000);
                JsonGenerator json = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
            TypeTail tail = tailOf(type);
            json.writeStartObject();
            text(json, TENANT, parcel.tenant);
            text(json, DEVICE, decoded.device());
            json.writeFieldName(DEVICE_TYPE);
            json.writeString(encoded(type.name()));
            text(json, SITE, parcel.device.site() != null ? parcel.device.site() : decoded.site());
            text(json, ZONE, parcel.device.zone() != null ? parcel.device.zone() : decoded.zone());
            json.writeFieldName(EVENT_TYPE);
            json.writeString(encoded(decoded.eventType()));
            time(json, TIMESTAMP, message.timestamp());
            json.writeFieldName(SEQUENCE);
            json.writeNumber(decoded.sequence());
            if (decoded.eventId() != null) {
                text(json, EVENT_ID, decoded.eventId().toString());
            }
            time(json, RECEIVED_AT, parcel.raw.receivedAt());
            if (decoded.isStatus()) {
                json.writeFieldName(ONLINE);
                json.writeBoolean(!decoded.offline());
            }
            if (decoded.standing() != null) {
                standing(json, decoded.standing(), parcel.raw.receivedAt());
            }
            if (message.event()) {
                raw(
                        json,
                        BODY,
                        decoded.body() != null
                                ? decoded.body()
                                : Slice.of(parcel.raw.plain().payload()));
            }
            if (!message.trends().isEmpty()) {
                trends(json, message);
            }
            readings(json, message);
            if (decoded.measurements() != null && !decoded.isReport()) {
                raw(json, MEASUREMENTS, decoded.measurements());
            }
            for (Map.Entry<String, Slice> extra : decoded.extras().entrySet()) {
                raw(json, encoded(extra.getKey()), extra.getValue());
            }
            dataQuality(json, type, message, decoded);
            json.writeFieldName(ENRICHMENT_INFO);
            json.writeStartObject();
            time(json, ENRICHED_AT, now);
            json.writeRaw(tail.info());
            json.writeEndObject();
            json.writeRaw(tail.metadata());
            json.writeRaw(applications.of(parcel.tenant, type.name()));
            json.writeEndObject();
            json.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readings(JsonGenerator json, Normalised message) throws IOException {
        json.writeFieldName(READINGS);
        json.writeStartArray();
        int place = 0;
        for (Reading reading : message.readings()) {
            json.writeStartObject();
            json.writeFieldName(METRIC);
            json.writeString(encoded(reading.metric()));
            json.writeFieldName(VALUE);
            if (reading.quality() == Quality.BAD) {
                json.writeNull();
            } else {
                json.writeNumber(reading.value());
            }
            json.writeFieldName(UNIT);
            json.writeString(encoded(reading.unit()));
            json.writeFieldName(QUALITY);
            json.writeString(QUALITIES[reading.quality().ordinal()]);
            if (reading.timestamp() != message.timestamp()) {
                time(json, TIMESTAMP, reading.timestamp());
            }
            if (reading.number() != place++) {
                json.writeFieldName(NUMBER);
                json.writeNumber(reading.number());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void standing(JsonGenerator json, Standing standing, long receivedAt) throws IOException {
        json.writeFieldName(ONLINE);
        json.writeBoolean(standing.online());
        time(json, PRESENCE_AT, receivedAt);
        if (!standing.offlineWith().isEmpty()) {
            json.writeFieldName(OFFLINE_WITH);
            json.writeStartArray();
            for (String device : standing.offlineWith()) {
                json.writeString(device);
            }
            json.writeEndArray();
        }
    }

    private void trends(JsonGenerator json, Normalised message) throws IOException {
        json.writeFieldName(TREND_STATISTICS);
        json.writeStartArray();
        for (TrendStatistic trend : message.trends()) {
            json.writeStartObject();
            json.writeFieldName(METRIC);
            json.writeString(encoded(trend.metric()));
            time(json, TIMESTAMP, trend.timestamp());
            number(json, VALUE, trend.value());
            number(json, AVG, trend.avg());
            number(json, MIN, trend.min());
            number(json, MAX, trend.max());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void dataQuality(JsonGenerator json, DeviceType type, Normalised message, Decoded decoded)
            throws IOException {
        json.writeFieldName(DATA_QUALITY);
        json.writeStartObject();
        json.writeFieldName(TIMESTAMP_VALID);
        json.writeBoolean(message.ownTime());
        json.writeFieldName(COMPLETE);
        json.writeBoolean(isComplete(type, decoded));
        json.writeFieldName(SUCCESS);
        json.writeBoolean(true);
        json.writeFieldName(PACKAGE_AVAILABLE);
        json.writeBoolean(false);
        json.writeEndObject();
    }

    /** Whether 70 % of the measurements that the type requires are there; true where it requires none. */
    private static boolean isComplete(DeviceType type, Decoded decoded) {
        if (decoded.names().isEmpty() || decoded.isReport()) {
            return false;
        }
        int required = type.requiredMeasurementNames().size();
        int present = 0;
        for (String name : type.requiredMeasurementNames()) {
            if (decoded.names().contains(name)) {
                present++;
            }
        }
        return present * 10 >= required * 7;
    }

    private TypeTail tailOf(DeviceType type) {
        TypeTail tail = tails.get(type);
        if (tail == null) {
            if (tails.size() > 1_000) {
                tails.clear(); // types of registries that were replaced
            }
            tail = TypeTail.of(type);
            tails.put(type, tail);
        }
        return tail;
    }

    private SerializableString encoded(String text) {
        SerializedString known = encoded.get(text);
        if (known == null) {
            known = new SerializedString(text);
            if (encoded.size() < MOST_NAMES) {
                encoded.put(text, known);
            }
        }
        return known;
    }

    private static void text(JsonGenerator json, SerializableString name, String text) throws IOException {
        json.writeFieldName(name);
        if (text == null) {
            json.writeNull();
        } else {
            json.writeString(text);
        }
    }

    private static void time(JsonGenerator json, SerializableString name, long micros) throws IOException {
        json.writeFieldName(name);
        byte[] text = new byte[27];
        Timestamps.format(micros, text, 0);
        json.writeRawUTF8String(text, 0, text.length);
    }

    private static void number(JsonGenerator json, SerializableString name, double number) throws IOException {
        json.writeFieldName(name);
        if (Double.isNaN(number)) {
            json.writeNull();
        } else {
            json.writeNumber(number);
        }
    }

    private static void raw(JsonGenerator json, SerializableString name, Slice value) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(new RenderedJson(value));
    }
}
