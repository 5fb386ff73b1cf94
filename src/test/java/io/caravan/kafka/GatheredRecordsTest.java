package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class GatheredRecordsTest {

    private static final TopicPartition ONE = new TopicPartition("iot.raw", 1);
    private static final TopicPartition TWO = new TopicPartition("iot.raw", 2);

    private final GatheredRecords gathered = new GatheredRecords();

    @Test
    void theRecordsOfAPartitionStandInTheirOrder() {
        gathered.add(records(ONE, 4, 5));
        gathered.add(records(TWO, 9));
        gathered.add(records(ONE, 6));

        assertThat(offsets(ONE)).containsExactly(4L, 5L, 6L);
        assertThat(offsets(TWO)).containsExactly(9L);
        assertThat(gathered.count()).isEqualTo(4);
    }

    /** A batch that ended behind them would commit what was to be read again from 2 on. */
    @Test
    void ofAPartitionThatLeftNothingFromBeforeIsHandedOut() {
        gathered.add(records(ONE, 4, 5));
        gathered.add(records(TWO, 9));
        gathered.forget(Set.of(ONE));
        assertThat(gathered.all().partitions()).containsExactly(TWO);

        gathered.add(records(ONE, 2, 3));
        assertThat(offsets(ONE)).containsExactly(2L, 3L);
    }

    private List<Long> offsets(TopicPartition partition) {
        return gathered.all().records(partition).stream()
                .map(ConsumerRecord::offset)
                .toList();
    }

    private static ConsumerRecords<Object, Object> records(TopicPartition partition, long... offsets) {
        return new ConsumerRecords<>(Map.of(
                partition,
                LongStream.of(offsets)
                        .mapToObj(offset -> new ConsumerRecord<Object, Object>(
                                partition.topic(), partition.partition(), offset, null, null))
                        .toList()));
    }
}
