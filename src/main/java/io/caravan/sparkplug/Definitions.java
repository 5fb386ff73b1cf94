package io.caravan.sparkplug;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a birth certificate declares of the metrics of its node or device. Immutable. */
final class Definitions {

    static final Definitions NONE = new Definitions(Map.of());

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * A metric as its birth declares it.
     *
     * @param alias what data messages may call it, or null
     * @param type one of {@link DataTypes}
     * @param unit the unit, or null
     */
    record Definition(String name, Long alias, int type, String unit) {}

    private final Map<String, Definition> byName;
    private final Map<Long, Definition> byAlias = new HashMap<>();

    private Definitions(Map<String, Definition> byName) {
        this.byName = byName;
        byName.values().forEach(definition -> {
            if (definition.alias() != null) {
                byAlias.put(definition.alias(), definition);
            }
        });
    }

    /** @throws Undecodable {@link Reason#INVALID_METRIC} when a metric has no name */
    static Definitions of(Payload birth) throws Undecodable {
        Map<String, Definition> byName = new LinkedHashMap<>();
        for (Metric metric : birth.metrics()) {
            if (metric.name() == null) {
                throw new Undecodable(Reason.INVALID_METRIC, metric.shown() + " has no name in its birth");
            }
            byName.put(metric.name(), new Definition(metric.name(), metric.alias(), metric.type(), metric.unit()));
        }
        return new Definitions(byName);
    }

    int size() {
        return byName.size();
    }

    /** The definition of a metric by its name, else by its alias; null where there is none. */
    Definition find(Metric metric) {
        return metric.name() != null ? byName.get(metric.name()) : byAlias.get(metric.alias());
    }

    /** An array of arrays of name, alias, type and unit. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Definition definition : byName.values()) {
                json.writeStartArray();
                json.writeString(definition.name());
                if (definition.alias() == null) {
                    json.writeNull();
                } else {
                    json.writeNumber(definition.alias());
                }
                json.writeNumber(definition.type());
                json.writeString(definition.unit());
                json.writeEndArray();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Reads what {@link #json} wrote. */
    static Definitions parse(String text) {
        Map<String, Definition> byName = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_ARRAY) {
                String name = json.nextTextValue();
                Long alias = json.nextToken() == JsonToken.VALUE_NULL ? null : (Long) json.getLongValue();
                int type = json.nextIntValue(DataTypes.UNKNOWN);
                byName.put(name, new Definition(name, alias, type, json.nextTextValue()));
                json.nextToken();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("sparkplug_births.metrics is not what Caravan wrote", e);
        }
        return new Definitions(byName);
    }
}
