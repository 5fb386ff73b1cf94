package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFilterTest {

    private final HeaderFilter filter = new HeaderFilter();

    @ParameterizedTest
    @ValueSource(strings = {"CamelFileName", "camelx", "CAMELHttpUri", "org.apache.camel.Some", "kafka.OVERRIDE_TOPIC"})
    void headersThatSteerCamelPassNeitherWay(String name) {
        assertThat(filter.applyFilterToExternalHeaders(name, "x", null)).isTrue();
        assertThat(filter.applyFilterToCamelHeaders(name, "x", null)).isTrue();
    }

    @Test
    void allOthersPass() {
        for (String name :
                new String[] {RecordHeaders.TOPIC, RecordHeaders.ORIGIN, "traceparent", "came", "kafka", ""}) {
            assertThat(filter.applyFilterToExternalHeaders(name, "x", null)).isFalse();
            assertThat(filter.applyFilterToCamelHeaders(name, "x", null)).isFalse();
        }
    }
}
