package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.embedded.EmbeddedServers;
import io.caravan.kafka.WatchedConsumers;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is known of consumers of a real Kafka. */
@ExtendWith(RealServers.class)
class WatchedConsumersIT {

    private static final Duration MOMENT = Duration.ofMillis(100);

    private final WatchedConsumers consumers = new WatchedConsumers(1_000_000);

    @Test
    void aConsumerIsAtFaultUntilItIsAMemberOfItsGroupAndAgainWhenItHasEnded(EmbeddedServers servers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers.kafkaBrokers()))) {
            admin.createTopics(List.of(new NewTopic("watched", 3, (short) 1)))
                    .all()
                    .get();
        }
        Consumer<Object, Object> consumer = consumer(servers, "watched");
        consumer.subscribe(List.of("watched"), new NotListening());
        assertThat(consumers.fault("watched", 1).orElseThrow()).contains("not a member");

        await().until(() -> {
            consumer.poll(MOMENT);
            return consumers.fault("watched", 1).isEmpty() && consumers.partitions("watched") == 3;
        });

        consumer.close();
        assertThat(consumers.fault("watched", 1).orElseThrow()).contains("not running");
    }

    @Test
    void whatKafkaRefusesIsTold(EmbeddedServers servers) {
        try (Consumer<Object, Object> consumer = consumer(servers, "refused")) {
            consumer.subscribe(List.of("no such name"), new NotListening());

            assertThatThrownBy(() -> {
                        while (true) {
                            consumer.poll(MOMENT);
                        }
                    })
                    .isInstanceOf(KafkaException.class);
        }
        assertThat(consumers.fault("refused", 1).orElseThrow()).contains("no such name");
    }

    private Consumer<Object, Object> consumer(EmbeddedServers servers, String group) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", servers.kafkaBrokers());
        settings.put("group.id", group);
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return consumers.getConsumer(settings);
    }

    private static final class NotListening implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // not of interest here
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // not of interest here
        }
    }
}
