package io.caravan.window;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class StretchesTest {

    private static final TopicPartition ENRICHED = new TopicPartition("iot.enriched", 0);

    private final Stretches stretches = new Stretches();

    @Test
    void aRecordThatComesAgainIsNotTakenAgainWhoeverLeads() {
        Stretch stretch = stretches.take(ENRICHED, 5, 0, 100);

        assertThat(stretches.take(ENRICHED, 5, 0, 100)).isNull();
        assertThat(stretches.take(ENRICHED, 6, 1, 200)).as("the next one").isSameAs(stretch);
        assertThat(stretches.take(ENRICHED, 5, 0, 100)).isNull();
        assertThat(stretches.take(ENRICHED, 6, 1, 200)).isNull();
    }

    @Test
    void aRecordInThePlaceOfAnotherThatWasReadBeginsAStretch() {
        Stretch before = stretches.take(ENRICHED, 5, 0, 100);
        stretches.take(ENRICHED, 6, 0, 200);
        Stretch after = stretches.take(ENRICHED, 5, 1, 300);

        assertThat(before.isBroken()).isTrue();
        assertThat(after).isNotNull().isNotSameAs(before);
        assertThat(stretches.take(ENRICHED, 6, 1, 400)).isSameAs(after);
    }
}
