package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedServers;
import java.util.stream.IntStream;

/** The readings of one device, each with its number as its value: none may be missing, and none there twice. */
record NumberedReadings(String device) {

    /** Publishes those from one number to another, both included. */
    void publish(String url, int first, int last) {
        try (MqttDevice publisher = MqttDevice.mqtt5(url)) {
            for (int i = first; i <= last; i++) {
                publisher.publish(
                        "iot/" + device + "/raw",
                        "{\"timestamp\":" + (1_795_000_000L + i) + ",\"measurements\":{\"voltage\":" + i + "}}");
            }
        }
    }

    /** Waits until all are stored; what Kafka has refused may wait in a producer for two minutes. */
    void awaitStored(EmbeddedServers servers, int last) {
        Rows rows = new Rows(servers);
        await().untilAsserted(() -> assertThat(
                        rows.list("SELECT value::int FROM readings WHERE device_id = '" + device + "' ORDER BY ts"))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, last)
                        .mapToObj(Integer::toString)
                        .toList()));
    }
}
