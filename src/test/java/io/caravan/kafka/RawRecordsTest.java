package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RawRecordsTest {

    private final AtomicLong clockTime = new AtomicLong(TimeUnit.DAYS.toMillis(1));
    private final ClockWatch clock = new ClockWatch(clockTime::get, () -> 1);

    /** Nobody answers there. */
    private final RawRecords records = new RawRecords(KafkaAccess.open("localhost:1"), "iot.raw", clock);

    @Test
    void whoWaitsForKafkaWhileTheClockIsPutBackIsToldToAskAgain() {
        try (records) {
            CompletableFuture<?> answer = CompletableFuture.supplyAsync(() -> records.find("iot.raw/0/0"));
            Awaitility.await().until(() -> {
                clockTime.addAndGet(-TimeUnit.MINUTES.toMillis(1));
                clock.look();
                return answer.isDone();
            });
            assertThatThrownBy(answer::join)
                    .hasCauseInstanceOf(TimeoutException.class)
                    .hasMessageContaining("the clock was put back");
        }
    }

    @Test
    void aPlaceThatIsNoneOfItsTopicHasNoRecord() {
        try (records) {
            assertThat(records.find(null)).isEmpty();
            assertThat(records.find("iot.dlq/0/0")).isEmpty();
            assertThat(records.find("iot.raw/0/-1")).isEmpty();
        }
    }
}
