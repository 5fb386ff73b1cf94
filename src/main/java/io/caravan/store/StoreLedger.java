package io.caravan.store;

import io.caravan.decode.Text;
import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.caravan.ledger.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Says where the messages of a batch lie, so that the statement which stores them can count them; the totals themselves are
 * in the database. Thread-safe, as long as each partition is used by the thread that reads it.
 */
public final class StoreLedger {

    private static final String DEFAULT_TENANT = "default";
    private static final int NOWHERE = -1;
    private static final int MOST_PARTITIONS = 10_000;

    /** Where the next batch of each partition begins, unless the partition was away or something is missing. */
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

    private final String rawTopic;

    /** @param rawTopic the topic whose offsets are the origins of messages */
    public StoreLedger(String rawTopic) {
        this.rawTopic = rawTopic;
    }

    /**
     * Adds the places of messages to the parameters of a statement.
     *
     * @param owners the tenant of each
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer; the step may be tried again
     */
    void collect(List<Message> batch, String[] owners, Map<String, Object> parameters) {
        int size = batch.size();
        int[] partitions = new int[size];
        long[] offsets = new long[size];
        long[] losses = new long[size];
        int[] originPartitions = new int[size];
        long[] originOffsets = new long[size];
        for (int i = 0; i < size; i++) {
            Message message = batch.get(i);
            RecordPosition position = Batch.positionOf(message);
            partitions[i] = position.partition().partition();
            offsets[i] = position.offset();
            originPartitions[i] = NOWHERE;
            origin(RecordHeaders.text(message, RecordHeaders.ORIGIN), i, originPartitions, originOffsets);
        }
        Collection<Span> spans = Span.of(batch);
        int[] parts = new int[spans.size()];
        long[] starts = new long[parts.length];
        Long[] ends = new Long[parts.length];
        List<Integer> turnPartitions = new ArrayList<>();
        List<Integer> turnEpochs = new ArrayList<>();
        List<Long> turnOffsets = new ArrayList<>();
        int part = 0;
        for (Span span : spans) {
            parts[part] = span.partition().partition();
            Long known = next.put(span.partition(), span.next());
            starts[part] = span.first();
            if (known == null || known != span.first()) {
                OffsetAndMetadata committed = span.committed();
                if (committed == null) {
                    ends[part] = span.end();
                } else {
                    starts[part] = Math.min(committed.offset(), span.first());
                }
            }
            span.epochs().forEach((epoch, offset) -> {
                turnPartitions.add(span.partition().partition());
                turnEpochs.add(epoch);
                turnOffsets.add(offset);
            });
            Map<Long, Long> lost = span.lostSince(starts[part]);
            for (int i = 0; !lost.isEmpty() && i < size; i++) {
                losses[i] += partitions[i] == parts[part] ? lost.getOrDefault(offsets[i], 0L) : 0;
            }
            part++;
        }
        parameters.put(
                "topic",
                spans.isEmpty() ? "" : spans.iterator().next().partition().topic());
        parameters.put("parts", parts);
        parameters.put("starts", starts);
        parameters.put("ends", ends);
        parameters.put("turnPartitions", turnPartitions.toArray(Integer[]::new));
        parameters.put("turnEpochs", turnEpochs.toArray(Integer[]::new));
        parameters.put("turnOffsets", turnOffsets.toArray(Long[]::new));
        parameters.put("partitions", partitions);
        parameters.put("offsets", offsets);
        parameters.put("losses", losses);
        parameters.put("owners", owners);
        parameters.put("originPartitions", originPartitions);
        parameters.put("originOffsets", originOffsets);
    }

    /** Has the statement that follows count the message that has just become a dead letter. */
    public void refused(Exchange exchange) {
        Message message = exchange.getMessage();
        String tenant = RecordHeaders.text(message, RecordHeaders.OWNER_TENANT);
        Map<String, Object> parameters = new HashMap<>();
        String owner = tenant != null && Text.isId(tenant) ? tenant : DEFAULT_TENANT;
        collect(List.of(message), new String[] {owner}, parameters);
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }

    /** Reads {@code topic/partition/offset}; what is none, or of another topic, is left out. */
    private void origin(String text, int i, int[] partitions, long[] offsets) {
        if (text == null || !text.startsWith(rawTopic + "/")) {
            return;
        }
        int slash = text.lastIndexOf('/');
        try {
            int partition = Integer.parseInt(text, rawTopic.length() + 1, slash, 10);
            long offset = Long.parseLong(text, slash + 1, text.length(), 10);
            if (partition >= 0 && partition < MOST_PARTITIONS) {
                partitions[i] = partition;
                offsets[i] = offset;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return; // written by somebody else
        }
    }
}
