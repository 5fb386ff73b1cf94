package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.JsonPath;
import io.caravan.decode.OwnQuality;
import io.caravan.decode.RulesBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads where a message says what it thinks of its own values: in one place, or in several. Stateless. */
final class QualityReader {

    private QualityReader() {}

    /** @param rows where the rows are; null where there are none */
    static void read(JsonNode declared, JsonPointer place, JsonPath rows, RulesBuilder rules, List<String> problems) {
        if (declared.isObject()) {
            Problem.attempt(
                    place.appendProperty("path"),
                    () -> rules.quality(
                            JsonPath.parse(declared.path("path").asText(), rows),
                            new OwnQuality(words(declared.path("good")), words(declared.path("uncertain")))),
                    problems);
        }
        for (int i = 0; declared.isArray() && i < declared.size(); i++) {
            read(declared.path(i), place.appendIndex(i), rows, rules, problems);
        }
    }

    /** Texts, numbers and truths as words in lower case. */
    static Set<String> words(JsonNode texts) {
        Set<String> words = new HashSet<>();
        texts.forEach(text -> words.add(
                text.isNumber()
                        ? OwnQuality.word(text.asDouble())
                        : text.asText().toLowerCase(Locale.ROOT)));
        return Set.copyOf(words);
    }
}
