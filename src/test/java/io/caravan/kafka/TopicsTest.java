package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caravan.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsTest {

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static Admin admin;

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start(folder, 0);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        kafka.close();
    }

    @Test
    void missingTopicsAreCreatedAndThoseThatExistStay() throws Exception {
        assertThat(new Topics(admin, 2, 1, 1_000_000).ensure(List.of("a", "b"))).containsExactlyInAnyOrder("a", "b");
        assertThat(new Topics(admin, 9, 1, 2_000_000).ensure(List.of("b", "c"))).containsExactly("c");

        var topics = await().ignoreExceptions() // a broker hears of a new topic a moment later
                .until(
                        () -> admin.describeTopics(List.of("a", "b", "c"))
                                .allTopicNames()
                                .get(),
                        described -> true);
        assertThat(topics.get("b").partitions()).hasSize(2);
        assertThat(topics.get("c").partitions()).hasSize(9);
        assertThat(configured("c", "max.message.bytes")).isEqualTo("2065536");
    }

    @Test
    void aNewTopicAcknowledgesWhatTwoReplicasHaveAndNoNewerRecordTakesThePlaceOfAnother() throws Exception {
        new Topics(admin, 1, 1, 1_000_000).create(List.of("alone"));
        assertThat(configured("alone", "min.insync.replicas")).isEqualTo("1");
        assertThat(configured("alone", "cleanup.policy")).isEqualTo("delete");
        assertThat(configured("alone", "message.timestamp.type")).isEqualTo("CreateTime");
        for (int replication : List.of(2, 3)) {
            assertThat(new Topics(admin, 1, replication, 1_000_000).configuration())
                    .containsEntry("min.insync.replicas", "2");
        }
    }

    /** What a topic was created with, as soon as the broker has heard of it. */
    private static String configured(String topic, String key) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return await().ignoreExceptions()
                .until(
                        () -> admin.describeConfigs(List.of(resource))
                                .all()
                                .get()
                                .get(resource),
                        config -> config.get("max.message.bytes").source()
                                == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .get(key)
                .value();
    }

    @Test
    void whatIsRefusedIsNamedWithItsReasonAndTheOthersAreThere() throws Exception {
        Topics topics = new Topics(admin, 1, 1, 1_000_000);
        assertThatThrownBy(() -> topics.create(List.of("before", "no/name", "zz-behind")))
                .isInstanceOfSatisfying(TopicsRefused.class, refused -> assertThat(refused.reasons())
                        .hasEntrySatisfying(
                                "no/name", reason -> assertThat(reason).contains("invalid"))
                        .hasSize(1));
        await().until(() -> topics.missing(List.of("before", "zz-behind")).isEmpty());
    }
}
