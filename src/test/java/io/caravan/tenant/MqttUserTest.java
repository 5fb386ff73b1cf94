package io.caravan.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MqttUserTest {

    @Test
    void whoSpeaksForMoreOrInAnotherOrderHasNotLess() {
        MqttUser before = user(List.of("a", "b"), List.of("x/", "y/"));

        assertThat(user(List.of("a", "b"), List.of("x/", "y/")).hasLess(before)).isFalse();
        assertThat(user(List.of("b", "c", "a"), List.of("y/", "x/")).hasLess(before))
                .isFalse();
        assertThat(user(List.of("a", "c"), List.of("x/", "y/")).hasLess(before)).isTrue();
        assertThat(user(List.of("a", "b"), List.of("x/")).hasLess(before)).isTrue();
        assertThat(user(List.of(), List.of("x/", "y/")).hasLess(before)).isTrue();
    }

    @Test
    @Timeout(30)
    void manyDevicesAreComparedInLinearTime() {
        List<String> devices = IntStream.range(0, 300_000)
                .mapToObj(number -> "device-" + number)
                .toList();
        List<String> reversed = new ArrayList<>(devices);
        Collections.reverse(reversed);

        assertThat(user(reversed, List.of()).hasLess(user(devices, List.of()))).isFalse();
    }

    private static MqttUser user(List<String> devices, List<String> prefixes) {
        return new MqttUser("gateway", "acme", new byte[32], null, true, devices, prefixes);
    }
}
