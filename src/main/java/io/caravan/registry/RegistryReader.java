package io.caravan.registry;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.decode.JsonMistake;
import io.caravan.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns the bytes of a registry file into device types, or says everything that is wrong with them. Thread-safe. */
final class RegistryReader {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Duration DAY = Duration.ofDays(1);

    private final RegistrySchema schema;
    private final Duration smallestWindow;

    /** @param smallestWindow of which all windows are made */
    RegistryReader(RegistrySchema schema, Duration smallestWindow) {
        this.schema = schema;
        this.smallestWindow = smallestWindow;
    }

    DeviceTypes read(byte[] content) throws InvalidRegistryException {
        JsonNode registry = parse(content);
        List<String> problems = schema.problems(registry);
        if (!problems.isEmpty()) {
            throw new InvalidRegistryException(problems);
        }
        DialectReader dialects = new DialectReader(registry);
        problems = problemsBeyondSchema(registry);
        problems.addAll(dialects.problems());
        if (!problems.isEmpty()) {
            throw new InvalidRegistryException(problems);
        }
        return new DeviceTypes(registry, dialects.dialects());
    }

    private static JsonNode parse(byte[] content) throws InvalidRegistryException {
        try {
            JsonNode registry = MAPPER.readTree(content);
            if (registry.isMissingNode()) {
                throw new InvalidRegistryException(List.of("is empty"));
            }
            return registry;
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            String where = place == null ? "" : "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": ";
            throw new InvalidRegistryException(List.of(Problem.oneLine(where + JsonMistake.of(e))));
        } catch (IOException e) {
            throw new InvalidRegistryException(List.of(Problem.oneLine("is no JSON in UTF-8: " + e.getMessage())));
        }
    }

    /** What JSON Schema cannot say; the names once more, because the schema is the user's to edit and topics are not. */
    private List<String> problemsBeyondSchema(JsonNode registry) {
        List<String> problems = new ArrayList<>();
        JsonPointer types = JsonPointer.empty().appendProperty("device_types");
        for (Map.Entry<String, JsonNode> type : registry.path("device_types").properties()) {
            JsonPointer place = types.appendProperty(type.getKey());
            if (type.getKey().equals(DeviceType.UNKNOWN)) {
                problems.add(Problem.at(place, "is the name of devices that no type fits: choose another"));
            } else if (!DeviceType.isName(type.getKey())) {
                problems.add(Problem.at(place, "is no valid name of a device type"));
            } else if (!type.getValue().isObject()) {
                problems.add(Problem.at(place, "must be an object"));
            }
            checkRanges(type.getValue().path("measurements"), "", place.appendProperty("measurements"), problems);
            checkWindows(type.getValue().path("windows"), place.appendProperty("windows"), problems);
        }
        return problems;
    }

    private void checkWindows(JsonNode windows, JsonPointer place, List<String> problems) {
        for (int i = 0; i < windows.size(); i++) {
            JsonPointer here = place.appendIndex(i);
            long millis = millis(windows.path(i).asText());
            if (millis <= 0 || millis % 1_000 != 0 || DAY.toMillis() % millis != 0) {
                problems.add(Problem.at(here, "must be a divisor of a day in whole seconds, such as 1m, 15m or 1h"));
            } else if (millis % smallestWindow.toMillis() != 0) {
                problems.add(Problem.at(
                        here,
                        "must be a multiple of " + smallestWindow.toSeconds()
                                + " s, the smallest of caravan.window.widths: all windows are made of that"));
            }
        }
    }

    private static long millis(String text) {
        try {
            return Settings.parseDuration(text).toMillis();
        } catch (IllegalArgumentException | ArithmeticException e) {
            return -1;
        }
    }

    /** @param type the data type of those that name none */
    private static void checkRanges(JsonNode measurements, String type, JsonPointer place, List<String> problems) {
        for (Map.Entry<String, JsonNode> entry : measurements.properties()) {
            JsonPointer here = place.appendProperty(entry.getKey());
            double min = bound(entry.getValue(), "min_value", Double.NEGATIVE_INFINITY, here, problems);
            double max = bound(entry.getValue(), "max_value", Double.POSITIVE_INFINITY, here, problems);
            if (min > max) {
                problems.add(Problem.at(
                        here.appendProperty("min_value"), "must not be above max_value: " + min + " > " + max));
            }
            String own = entry.getValue().path("data_type").asText(type);
            checkKinds(entry.getValue(), own, here, problems);
            checkRanges(entry.getValue().path("components"), own, here.appendProperty("components"), problems);
        }
    }

    /** Readings are numbers: a text among the values that there are could be none of them, unless all are texts. */
    private static void checkKinds(JsonNode measurement, String type, JsonPointer place, List<String> problems) {
        JsonNode values = measurement.path("valid_values");
        int texts = 0;
        for (JsonNode value : values) {
            texts += value.isTextual() ? 1 : 0;
        }
        if (!type.equals("string") && texts > 0 && texts < values.size()) {
            problems.add(Problem.at(
                    place.appendProperty("valid_values"),
                    "has both texts and numbers: say \"data_type\": \"string\" where all are texts, or let \"numbers\" of"
                            + " the dialect make numbers of the texts"));
        }
    }

    private static double bound(
            JsonNode measurement, String key, double absent, JsonPointer place, List<String> problems) {
        JsonNode value = measurement.path(key);
        if (value.isMissingNode()) {
            return absent;
        }
        if (!Double.isFinite(value.doubleValue())) {
            problems.add(Problem.at(place.appendProperty(key), "is too large for a number"));
            return absent;
        }
        return value.doubleValue();
    }
}
