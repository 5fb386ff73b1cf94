package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.JsonPath;
import io.caravan.decode.Missing;
import io.caravan.decode.Quantity;
import io.caravan.decode.RulesBuilder;
import io.caravan.decode.Scale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes the rules by which the values of a topic are found, and their units, or says what is wrong with them. Used once, by one thread. */
final class ValuesReader {

    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]{1,15}");

    private final JsonNode declared;
    private final JsonPointer place;
    private final RulesBuilder rules;
    private final JsonPath rows;
    private final List<String> problems;

    /**
     * @param place where the topic is declared
     * @param rows where its rows are; null where there are none
     * @param problems where to add what is wrong
     */
    ValuesReader(JsonNode declared, JsonPointer place, RulesBuilder rules, JsonPath rows, List<String> problems) {
        this.declared = declared;
        this.place = place;
        this.rules = rules;
        this.rows = rows;
        this.problems = problems;
    }

    void values() {
        rules.missing(missing(declared.path("missing")));
        JsonNode values = declared.path("values");
        JsonPointer here = place.appendProperty("values");
        if (values.isTextual()) {
            attempt(here, () -> rules.values(parse(values.asText()), Scale.NONE, Missing.NONE));
        }
        values.properties()
                .forEach(value -> metric(value.getKey(), value.getValue(), here.appendProperty(value.getKey())));
    }

    /** A path, or a path and what the numbers there stand for. */
    private void metric(String name, JsonNode value, JsonPointer here) {
        boolean scaled = value.isObject();
        attempt(scaled ? here.appendProperty("path") : here, () -> {
            JsonPath path = parse(scaled ? value.path("path").asText() : value.asText());
            Scale scale = scaled ? ScaleReader.read(value, here, problems) : Scale.NONE;
            Missing missing = missing(value.path("missing"));
            if (name.equals("*")) {
                rules.values(path, scale, missing);
            } else {
                rules.metric(name, path, scale, missing);
            }
        });
    }

    void units() {
        for (Map.Entry<String, JsonNode> unit : declared.path("units").properties()) {
            JsonPointer here = place.appendProperty("units").appendProperty(unit.getKey());
            attempt(here, () -> {
                List<JsonPath> of = new ArrayList<>();
                int index = 0;
                for (JsonNode path : unit.getValue().path("of")) {
                    attempt(here.appendProperty("of").appendIndex(index++), () -> of.add(parse(path.asText())));
                }
                Map<String, String> names = new HashMap<>();
                unit.getValue()
                        .path("names")
                        .properties()
                        .forEach(
                                name -> names.put(name.getKey(), name.getValue().asText()));
                rules.unit(JsonPath.singular(unit.getKey(), rows), of, names);
            });
        }
    }

    private static Missing missing(JsonNode declared) {
        Set<Double> numbers = new HashSet<>();
        Set<String> words = new HashSet<>();
        for (JsonNode one : declared) {
            if (one.isNumber()) {
                numbers.add(one.asDouble() + 0.0);
            } else {
                String text = one.asText().strip();
                words.add(text.toLowerCase(Locale.ROOT));
                number(text).ifPresent(numbers::add);
            }
        }
        return declared.isEmpty() ? Missing.NONE : new Missing(Set.copyOf(numbers), Set.copyOf(words));
    }

    /** What a number is that is written as a text, in decimal or, behind 0x, in hexadecimal digits. */
    private static OptionalDouble number(String text) {
        if (HEXADECIMAL.matcher(text).matches()) {
            return OptionalDouble.of(Long.parseLong(text.substring(2), 16));
        }
        Quantity quantity = Quantity.parse(text);
        return quantity == null || quantity.unit() != null
                ? OptionalDouble.empty()
                : OptionalDouble.of(quantity.value() + 0.0);
    }

    private JsonPath parse(String text) {
        return JsonPath.parse(text, rows);
    }

    private void attempt(JsonPointer at, Runnable step) {
        Problem.attempt(at, step, problems);
    }
}
