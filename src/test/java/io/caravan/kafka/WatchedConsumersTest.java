package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

class WatchedConsumersTest {

    private static final String GROUP = "caravan-store";

    private final AtomicLong time = new AtomicLong(1);
    private final AtomicLong clockTime = new AtomicLong(TimeUnit.HOURS.toMillis(2));
    private final ClockWatch clock = new ClockWatch(clockTime::get, time::get);
    private final WatchedConsumers consumers = new WatchedConsumers(1_000_000, Map.of(), time::get, clock);

    @Test
    void aMemberThatComesBackForMoreWorks() {
        Poller poller = working();
        poller.polled(3);

        assertThat(consumers.fault(GROUP, 1)).isEmpty();
        assertThat(consumers.partitions(GROUP)).isEqualTo(3);
    }

    @Test
    void aMemberWithoutPartitionsIsOnStandbyAndNotAtFault() {
        working().polled(0);

        assertThat(consumers.fault(GROUP, 1)).isEmpty();
        assertThat(consumers.partitions(GROUP)).isZero();
    }

    @Test
    void oneThatWasNeverMadeIsAtFault() {
        working();

        assertThat(consumers.fault(GROUP, 2)).contains("1 of 2 Kafka consumers cannot work: not running");
    }

    @Test
    void oneThatPollsAndIsNoMemberIsAtFault() {
        consumers.group(GROUP).opened().polled(0);

        assertThat(consumers.fault(GROUP, 1))
                .contains("1 of 1 Kafka consumers cannot work: not a member of its group yet");
    }

    @Test
    void oneThatDoesNotComeBackIsAtFault() {
        Poller poller = working();
        seconds(61);

        assertThat(consumers.fault(GROUP, 1))
                .contains("1 of 1 Kafka consumers cannot work: busy with one batch for 61 s");

        poller.polled(1);
        assertThat(consumers.fault(GROUP, 1)).isEmpty();
    }

    @Test
    void aRebalanceIsNoFaultUnlessItDoesNotEnd() {
        Poller poller = working();
        poller.revoked();
        assertThat(consumers.fault(GROUP, 1)).isEmpty();

        seconds(16);
        poller.polled(0);
        assertThat(consumers.fault(GROUP, 1).orElseThrow()).contains("cannot agree");

        poller.assigned();
        assertThat(consumers.fault(GROUP, 1)).isEmpty();
    }

    @Test
    void oneThatEndedIsAtFaultForTheReasonForWhichItEnded() {
        working();
        Poller ended = working();
        consumers.group(GROUP).failed(new KafkaException("poll", new TopicAuthorizationException("no access to it")));
        consumers.group(GROUP).closed(ended);
        seconds(3_600);
        working();

        assertThat(consumers.fault(GROUP, 3).orElseThrow())
                .isEqualTo("2 of 3 Kafka consumers cannot work: no access to it");
    }

    @Test
    void oneThatIsRefusedAndMadeAnewAgainAndAgainIsAtFaultInBetweenToo() {
        consumers.group(GROUP).failed(new TopicAuthorizationException("no access to it"));
        working();
        seconds(1);
        assertThat(consumers.fault(GROUP, 1)).contains("1 of 1 Kafka consumers cannot work: no access to it");

        seconds(5);
        assertThat(consumers.fault(GROUP, 1)).isEmpty();
    }

    @Test
    void aGroupThatIsRefusedWaitsTwiceAsLongEachTimeUntilItIsLetIn() {
        ConsumerGroup group = consumers.group(GROUP);
        assertThat(group.rest()).isZero();
        for (int seconds : new int[] {1, 2, 4, 8, 15, 15}) {
            // all of its consumers
            group.failed(new SaslAuthenticationException("who are you"));
            group.failed(new SaslAuthenticationException("who are you"));
            assertThat(group.rest()).hasSeconds(seconds);
            seconds(seconds);
            assertThat(group.rest()).isZero();
        }
        group.joined();
        group.failed(new SaslAuthenticationException("who are you"));
        assertThat(group.rest()).hasSeconds(1);
    }

    @Test
    void whatOneGroupDoesIsNoFaultOfAnother() {
        working();
        consumers.group("caravan-latest").failed(new KafkaException("no"));

        assertThat(consumers.fault(GROUP, 1)).isEmpty();
    }

    @Test
    void oneThatIsBeingMadeWhileTheClockIsPutBackIsOutdatedToo() {
        Properties settings = new Properties() {
            private static final long serialVersionUID = 1;

            @Override
            public Set<Map.Entry<Object, Object>> entrySet() {
                clockTime.addAndGet(-TimeUnit.HOURS.toMillis(1));
                clock.look();
                return super.entrySet();
            }
        };
        try (Consumer<Object, Object> consumer = consumer(settings)) {
            assertThatThrownBy(() -> consumer.poll(Duration.ZERO)).hasMessage("the clock was put back");
        }
    }

    @Test
    void aBatchOfAnOutdatedConsumerIsDroppedAndDoesNotWaitForKafka() {
        Map<TopicPartition, OffsetAndMetadata> offsets =
                Map.of(new TopicPartition("topic", 0), new OffsetAndMetadata(1));
        try (Consumer<Object, Object> consumer = consumer(new Properties())) {
            clockTime.addAndGet(-TimeUnit.HOURS.toMillis(1));
            clock.look();

            assertThatThrownBy(() -> consumer.commitSync(offsets)).isInstanceOf(CommitFailedException.class);
            assertThatThrownBy(() -> consumer.committed(offsets.keySet())).isInstanceOf(CommitFailedException.class);
            assertThatThrownBy(() -> consumer.endOffsets(offsets.keySet())).isInstanceOf(CommitFailedException.class);
        }
    }

    private Consumer<Object, Object> consumer(Properties settings) {
        settings.put("bootstrap.servers", "localhost:1");
        settings.put("group.id", GROUP);
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return consumers.getConsumer(settings);
    }

    private Poller working() {
        Poller poller = consumers.group(GROUP).opened();
        poller.assigned();
        poller.polled(1);
        return poller;
    }

    private void seconds(long seconds) {
        time.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }
}
