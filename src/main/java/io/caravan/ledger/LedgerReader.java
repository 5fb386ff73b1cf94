package io.caravan.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads the ledger where the stages have written it: the totals that the enrich stage commits with its offsets, those of the
 * store in the database, and the ends of the topics. Thread-safe; it waits for both servers.
 */
public final class LedgerReader {

    private static final String ENRICH_GROUP = "caravan-enrich";
    private static final long ANSWER_SECONDS = 4;

    private final Supplier<Admin> kafka;
    private final DataSource database;
    private final String statement;
    private final String rawTopic;
    private final String enrichedTopic;

    /**
     * @param kafka gives the client, or throws while no broker can be named
     * @param statement the file of the statement that selects the store's totals of a topic
     * @throws UncheckedIOException when there is no such file
     */
    public LedgerReader(
            Supplier<Admin> kafka, DataSource database, Path statement, String rawTopic, String enrichedTopic) {
        this.kafka = kafka;
        this.database = database;
        this.statement = read(statement);
        this.rawTopic = rawTopic;
        this.enrichedTopic = enrichedTopic;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads it.
     *
     * @throws KafkaUnavailable when Kafka does not answer within some seconds
     * @throws SQLException when the database does not
     */
    public Ledger read() throws SQLException, InterruptedException {
        try {
            Admin admin = kafka.get();
            List<TopicPartition> raw = partitions(admin, rawTopic);
            List<TopicPartition> enriched = partitions(admin, enrichedTopic);
            // In this order a record is seen as sent before it is seen as waiting: a stage's totals before the end of
            // its
            // topic, and the enrich stage's totals before the end of the topic that it writes.
            Map<TopicPartition, OffsetAndMetadata> committed =
                    answer(admin.listConsumerGroupOffsets(ENRICH_GROUP).partitionsToOffsetAndMetadata());
            Map<Integer, Stored> stored = stored();
            Map<TopicPartition, Long> ends = offsets(admin, raw, enriched, OffsetSpec.latest());
            Map<TopicPartition, Long> begins = offsets(admin, raw, enriched, OffsetSpec.earliest());

            Sum enrich = new Sum();
            for (TopicPartition partition : raw) {
                OffsetAndMetadata offset = committed.get(partition);
                Totals totals = offset == null ? Totals.since(begins.get(partition)) : Totals.of(offset);
                enrich.add(totals, 0, begins.get(partition), ends.get(partition));
            }
            Sum store = new Sum();
            long repeated = 0;
            for (TopicPartition partition : enriched) {
                long begin = begins.get(partition);
                Stored totals = stored.getOrDefault(partition.partition(), new Stored(Totals.since(begin), 0, 0));
                store.add(totals.totals, totals.duplicates, begin, ends.get(partition));
                repeated += totals.repeated;
            }
            return Ledger.of(enrich.account("enrich"), store.account("store"), repeated);
        } catch (ExecutionException | TimeoutException | org.apache.kafka.common.KafkaException e) {
            throw new KafkaUnavailable(e);
        }
    }

    /** The totals of the store for one partition. */
    private record Stored(Totals totals, long duplicates, long repeated) {}

    private Map<Integer, Stored> stored() throws SQLException {
        Map<Integer, Stored> stored = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(statement)) {
            select.setQueryTimeout((int) ANSWER_SECONDS);
            select.setString(1, enrichedTopic);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Totals totals = new Totals(
                            row.getLong("first"),
                            row.getLong("next"),
                            row.getLong("gaps"),
                            row.getLong("lost"),
                            row.getLong("forwarded"),
                            row.getLong("dead_lettered"));
                    stored.put(
                            row.getInt("partition"),
                            new Stored(totals, row.getLong("duplicates"), row.getLong("repeated")));
                }
            }
        }
        return stored;
    }

    /** The partitions of a topic, none while it has not been made. */
    private static List<TopicPartition> partitions(Admin admin, String topic)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            return answer(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of();
            }
            throw e;
        }
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, List<TopicPartition> some, List<TopicPartition> others, OffsetSpec which)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        some.forEach(partition -> asked.put(partition, which));
        others.forEach(partition -> asked.put(partition, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        answer(admin.listOffsets(asked).all()).forEach((partition, answer) -> offsets.put(partition, answer.offset()));
        return offsets;
    }

    private static <T> T answer(org.apache.kafka.common.KafkaFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /** Adds up the partitions of a stage. */
    private static final class Sum {
        private final List<Boolean> balanced = new ArrayList<>();
        private long received;
        private long forwarded;
        private long deadLettered;
        private long ignored;
        private long duplicates;
        private long inFlight;
        private long lost;

        /**
         * @param begin the oldest offset that the partition still has
         * @param end the offset behind its newest record
         */
        void add(Totals totals, long duplicate, long begin, long end) {
            // what was deleted since, and will turn out as a hole when reading goes on
            long deleted = Math.max(0, Math.min(begin, end) - totals.next());
            long waiting = Math.max(0, end - totals.next() - deleted);
            received += totals.received() + deleted + waiting;
            forwarded += totals.forwarded();
            deadLettered += totals.deadLettered();
            ignored += totals.ignored();
            duplicates += duplicate;
            inFlight += waiting;
            lost += totals.lost() + deleted;
            balanced.add(totals.received()
                    == totals.forwarded() + totals.deadLettered() + totals.ignored() + duplicate + totals.lost());
        }

        Ledger.Account account(String stage) {
            return new Ledger.Account(
                    stage,
                    received,
                    forwarded,
                    deadLettered,
                    duplicates,
                    ignored,
                    inFlight,
                    lost,
                    !balanced.contains(false));
        }
    }
}
