package io.caravan.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicRightsTest {

    @ParameterizedTest
    @CsvSource({
        "iot/acme/d/raw, iot/acme/d/raw, true",
        "iot/acme/d/raw, iot/acme/d/raws, false",
        "iot/acme/d/raw, iot/acme/d, false",
        "iot/acme/d/raw, iot/acme/d/raw/x, false",
        "iot/acme/d/raw, /iot/acme/d/raw, false",
        "iot/acme/d/raw, iot/acme/d/raw/, false",
        "iot/acme/d/raw, iot//acme/d/raw, false",
        "iot/acme/d/raw, IOT/acme/d/raw, false",
        "iot/acme/d/raw, iot.acme.d.raw, false",
        "iot/acme/+/raw, iot/acme/d/raw, true",
        "iot/acme/+/raw, iot/acme//raw, true",
        "iot/acme/+/raw, iot/acme/d/e/raw, false",
        "stat/f2-a/#, stat/f2-a, true",
        "stat/f2-a/#, stat/f2-a/, true",
        "stat/f2-a/#, stat/f2-a/x/y/z, true",
        "stat/f2-a/#, stat/f2-ab/x, false",
        "stat/f2-a/#, stat/f2-, false",
    })
    void aTopicIsMatchedAsMqttDoes(String filter, String topic, boolean allowed) {
        assertThat(TopicRights.of(List.of(filter), List.of()).mayPublish(topic)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "cmnd/f2-a/#, cmnd/f2-a/#, true",
        "cmnd/f2-a/#, cmnd/f2-a/+/1/strike-1, true",
        "cmnd/f2-a/#, cmnd/f2-a/+/#, true",
        "cmnd/f2-a/#, cmnd/f2-a, true",
        "cmnd/f2-a/#, cmnd/+/#, false",
        "cmnd/f2-a/#, cmnd/#, false",
        "cmnd/f2-a/#, #, false",
        "cmnd/f2-a/#, +/f2-a/x, false",
        "cmnd/f2-a/#, +/#, false",
        "x/+/y, x/+/y, true",
        "x/+/y, x/1/y, true",
        "x/+/y, x/#, false",
        "x/+/y, x/+/+, false",
        "x/+/y, x/1/#, false",
        "iot/t/d/commands, iot/t/d/commands, true",
        "iot/t/d/commands, iot/t/+/commands, false",
        "iot/t/d/commands, iot/t/d/commands/#, false",
        "iot/t/d/commands, iot/t/d/#, false",
    })
    void aSubscriptionHasToBeCoveredWhole(String filter, String wanted, boolean allowed) {
        assertThat(TopicRights.of(List.of(), List.of(filter)).maySubscribe(wanted))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "+",
                "a/+",
                "a/#",
                "a/b+",
                "a/#/b",
                "$SYS/broker/version",
                "$SYS",
                "$CONTROL/dynamic-security/v1",
                "$share/g/a",
                "$share/g/a/b",
                "$queue/a",
                "$sys/mqtt/retain/a",
                "a/\0"
            })
    void whatIsNoTopicOfSomebodyIsNeverPublished(String topic) {
        TopicRights rights = TopicRights.of(List.of("a/#", "b/+/#"), List.of("a/#"));

        assertThat(rights.mayPublish(topic)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#",
                "+",
                "+/#",
                "+/a",
                "$SYS/#",
                "$SYS/broker/version",
                "$share/g/a/b",
                "$share/g/a/#",
                "$share/g/#",
                "$queue/a/#",
                "$CONTROL/#",
                "a/#/b",
                "a/b#",
                "a/b+/c",
                "a/\0"
            })
    void whatIsNoFilterOfSomebodyIsNeverSubscribed(String filter) {
        TopicRights rights = TopicRights.of(List.of("a/#"), List.of("a/#", "b/+/#"));

        assertThat(rights.maySubscribe(filter)).isFalse();
    }

    @Test
    void publishingAndSubscribingAreDifferentRights() {
        TopicRights rights = TopicRights.of(List.of("iot/t/d/raw"), List.of("iot/t/d/commands"));

        assertThat(rights.mayPublish("iot/t/d/commands")).isFalse();
        assertThat(rights.maySubscribe("iot/t/d/raw")).isFalse();
    }

    @Test
    void oneFilterDoesNotHideAnother() {
        TopicRights rights = TopicRights.of(List.of("a/b/c", "a/+/d", "a/b/e/#"), List.of());

        assertThat(rights.mayPublish("a/b/c")).isTrue();
        assertThat(rights.mayPublish("a/b/d")).isTrue();
        assertThat(rights.mayPublish("a/x/d")).isTrue();
        assertThat(rights.mayPublish("a/b/e/f/g")).isTrue();
        assertThat(rights.mayPublish("a/x/c")).isFalse();
    }

    @Test
    void withoutFiltersNothingIsAllowed() {
        assertThat(TopicRights.NONE.mayPublish("a")).isFalse();
        assertThat(TopicRights.NONE.maySubscribe("a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "+/a", "$SYS/#", "a/b+", "a/#/b", ""})
    void filtersThatWouldGiveAwayTooMuchAreRefused(String filter) {
        assertThatThrownBy(() -> TopicRights.of(List.of(filter), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicRights.of(List.of(), List.of(filter)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLongTopicCostsNoMoreThanItsLength() {
        TopicRights rights = TopicRights.of(List.of("+a".replace("+a", "x") + "/+".repeat(200) + "/end"), List.of());

        assertThat(rights.mayPublish("x" + "/y".repeat(20_000))).isFalse();
        assertThat(rights.mayPublish("x" + "/y".repeat(200) + "/end")).isTrue();
    }
}
