package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caravan.decode.TopicTemplate.Variable;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicTemplateTest {

    @ParameterizedTest
    @CsvSource({
        "tele/{device}/SENSOR, tele/+/SENSOR",
        "{device:shelly*}/status/{metric}, +/status/+",
        "z/{device...}, z/#",
        "z/{device...}/availability, z/#",
        "a/+/#, a/+/#",
        "{tenant}, +"
    })
    void itsFilterIsTheNarrowestThatHasAllOfItsTopics(String template, String filter) {
        assertThat(TopicTemplate.parse(template).filter()).isEqualTo(filter);
    }

    @Test
    void aTopicNamesWhatItsLevelsAre() {
        TopicTemplate shelly = TopicTemplate.parse("{device:shelly*}/status/{metric}");
        assertThat(shelly.match("shelly1/status/switch:0"))
                .isEqualTo(Map.of(Variable.DEVICE, "shelly1", Variable.METRIC, "switch:0"));
        assertThat(shelly.match("other/status/switch:0")).isNull();
        assertThat(shelly.match("shelly1/status")).isNull();
        assertThat(shelly.match("shelly1/status/a/b")).isNull();

        TopicTemplate zigbee = TopicTemplate.parse("z/{device...}/availability");
        assertThat(zigbee.match("z/a/b/c/availability")).isEqualTo(Map.of(Variable.DEVICE, "a/b/c"));
        assertThat(zigbee.match("z/availability")).isNull();
        assertThat(TopicTemplate.parse("a/#").match("a")).isEmpty();
        assertThat(TopicTemplate.parse("a/{device}").match("a/")).containsEntry(Variable.DEVICE, "");
    }

    @ParameterizedTest
    @CsvSource({
        "tele/{device}/SENSOR, tele/+/STATE, false",
        "tele/{device}/SENSOR, tele/#, true",
        "{device:shelly*}/status/+, weather/status/+, false",
        "{device:shelly*}/status/+, +/status/x, true",
        "{device:shelly*}/a, {device:shellyplus*}/a, true",
        "{device:shelly*}/a, {device:x*}/a, false",
        "z/{device...}/get, z/{device...}/set, false",
        "z/{device...}/get, z/+, false",
        "z/{device...}/get, z/+/+, true",
        "z/{device...}, z/a/b/c, true",
        "z/#, z, true",
        "a/b, a/b, true"
    })
    void templatesOverlapWhereATopicIsOfBoth(String one, String other, boolean overlap) {
        TopicTemplate first = TopicTemplate.parse(one);
        TopicTemplate second = TopicTemplate.parse(other);
        assertThat(first.overlaps(second)).isEqualTo(overlap);
        assertThat(second.overlaps(first)).isEqualTo(overlap);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$SYS/a             | the broker's own",
                "a/#/b              | '#' is neither",
                "a/b+               | 'b+' is neither",
                "a/{devcie}         | only {tenant}, {device}",
                "{device}/{device}  | a variable stands twice",
                "{tenant...}/{device...} | only one level",
                "{device...}/#      | only one level",
                "{device:a}         | after the colon"
            })
    void aTemplateThatIsNoneSaysWhatIsWrong(String template, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TopicTemplate.parse(template))
                .withMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource({
        "+/{device}, a/{device}, true",
        "a/{device}, +/{device}, false",
        "a/{device}, a/{device}, true",
        "a/#, a/{device}/x, true",
        "a/{device}, a/#, false",
        "a/{device...}, a/#, false",
        "a/{device...}, a/b/#, true",
        "a/{device...}/x, a/b/#, false",
        "a/{device...}, a/{device}/{metric}, true",
        "a/{device...}/x, a/{device...}/x, true",
        "a/{device...}, a/{device...}/x, true",
        "a/{device...}/x, a/{device...}, false",
        "a/{device}, a/{device...}, false",
        "{device:ab*}, {device:abc*}, true",
        "{device:abc*}, {device:ab*}, false",
        "{device:ab*}, abx, true",
        "{device:ab*}, +, false"
    })
    void aTemplateCoversAnotherWhoseTopicsAreAllItsOwn(String one, String other, boolean covers) {
        assertThat(TopicTemplate.parse(one).covers(TopicTemplate.parse(other))).isEqualTo(covers);
    }
}
