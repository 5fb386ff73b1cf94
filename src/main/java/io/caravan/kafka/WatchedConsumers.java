package io.caravan.kafka;

import java.util.Collection;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes consumers that tell a stage with a memory which partitions its group has taken away from it. Told on the thread of
 * the consumer, before anybody else reads on. Thread-safe.
 */
public final class WatchedConsumers extends DefaultKafkaClientFactory {

    private final java.util.function.Consumer<Collection<TopicPartition>> left;

    public WatchedConsumers(java.util.function.Consumer<Collection<TopicPartition>> left) {
        this.left = left;
    }

    @Override
    public Consumer<?, ?> getConsumer(Properties properties) {
        return new Watched(properties);
    }

    private final class Watched extends KafkaConsumer<Object, Object> {

        Watched(Properties properties) {
            super(properties);
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
            super.subscribe(topics, watched(listener));
        }

        @Override
        public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
            super.subscribe(pattern, watched(listener));
        }
    }

    private ConsumerRebalanceListener watched(ConsumerRebalanceListener listener) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                left.accept(partitions);
                listener.onPartitionsRevoked(partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                left.accept(partitions);
                listener.onPartitionsLost(partitions);
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                listener.onPartitionsAssigned(partitions);
            }
        };
    }
}
