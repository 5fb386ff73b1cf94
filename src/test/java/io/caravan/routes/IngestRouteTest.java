package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.Dialects;
import io.caravan.ingest.Aside;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.DialectRoutes;
import io.caravan.ingest.MappedTopics;
import io.caravan.ingest.Stamp;
import io.caravan.ingest.TooLarge;
import io.caravan.ingest.TopicShape;
import io.caravan.kafka.CallbackExecutor;
import io.caravan.registry.DeviceRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** routes/ingest.camel.yaml and routes/ingest-mapped.camel.yaml. The MQTT consumer acknowledges a message when its exchange ends well. */
class IngestRouteTest {

    private static final int LARGEST = 100_000;

    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        MappedTopics topics = new MappedTopics(new DeviceRegistry(Path.of("config", "device-registry.json")));
        Map<String, Object> beans = new HashMap<>();
        beans.put("stampIot", (Processor) new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id")::stamp);
        beans.put("stampBuilding", (Processor)
                new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id")::stamp);
        beans.put("mappedTopics", topics);
        beans.put("stamp", new Stamp(Dialects.all(), topics));
        beans.put("dialectRoutes", new Followed());
        beans.put("oversize", Aside.tooLarge(LARGEST, new SimpleMeterRegistry()));
        beans.put("aside", Aside.failed(new SimpleMeterRegistry()));
        beans.put("isTooLarge", new TooLarge(LARGEST));
        beans.put("kafkaCallbacks", new CallbackExecutor());
        routes = new StageRoutes(beans, "ingest", "ingest-mapped");
    }

    /** Stands for what makes routes, which needs a broker. */
    public static final class Followed {
        static final AtomicInteger TIMES = new AtomicInteger();

        public void follow() {
            TIMES.incrementAndGet();
        }
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ingest-iot        | iot/b1/raw       | {\"device_id\":\"other\"}                 | iot      | default/b1",
                "ingest-iot        | iot/acme/b1/raw  | no JSON at all                            | iot      | acme/b1",
                "ingest-iot-status | iot/b1/status    | {\"status\":{}}                           | iot      | default/b1",
                "ingest-building   | building/room1   | {\"deviceId\":\"s1\",\"tenant_id\":\"t1\"} | building | t1/s1",
                "ingest-building   | building/room1   | {\"deviceId\":\"s1\"}                     | building | default/s1",
                "ingest-building   | building/room1   | {broken                                   | building | building/room1"
            })
    void aMessageGoesToRawAsItIsWithTopicDialectAndReceiptUnderItsDevicesKey(
            String route, String topic, String payload, String dialect, String key) {
        Exchange exchange = routes.run(route, arrived(topic, payload));

        assertThat(exchange.getException()).isNull();
        Message record = only(routes.kafka("iot.raw"));
        assertThat((byte[]) record.getBody()).asString().isEqualTo(payload);
        assertThat(record.getHeader(KafkaConstants.KEY)).isEqualTo(key);
        assertThat(record.getHeader("mqtt-topic")).isEqualTo(topic);
        assertThat(record.getHeader("dialect")).isEqualTo(dialect);
        assertThat(Long.parseLong(record.getHeader("received-at", String.class)))
                .isGreaterThan(1_700_000_000_000_000L);
    }

    @Test
    void aMessageOfADialectOfTheRegistryGoesToRawUnlessItsRouteIsForOthers() throws Exception {
        DialectRoutes.make(routes.context(), "ingest-tasmota", "tasmota", "tasmota", "tele/#", "isMeasured");
        routes.take("ingest-tasmota");

        routes.run("ingest-tasmota", arrived("tele/kettle/LWT", "Online"));
        routes.run("ingest-tasmota", arrived("tele/kettle/UPTIME", "{}"));
        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        routes.run("ingest-tasmota", arrived("tele/kettle/SENSOR", "{\"Time\":"));

        Route route = routes.context().getRoute("ingest-tasmota");
        assertThat(route.getConfigurationId()).isEqualTo("ingest-errors");
        Message record = only(routes.kafka("iot.raw"));
        assertThat(record.getHeader(KafkaConstants.KEY)).isEqualTo("default/kettle");
        assertThat(record.getHeader("dialect")).isEqualTo("tasmota");
        assertThat(record.getHeader("device")).isEqualTo("kettle");
        assertThat(record.getHeader("mqtt-topic")).isEqualTo("tele/kettle/SENSOR");
    }

    @Test
    void theRegistryIsFollowed() {
        int before = Followed.TIMES.get();
        routes.run("follow-dialects", arrived("", ""));
        assertThat(Followed.TIMES.get()).isGreaterThan(before);
    }

    @Test
    void aMessageThatIsTooLargeLeavesItsBeginningAndItsHashWithTheDeadLetters() {
        routes.run("ingest-iot", arrived("iot/b1/raw", "x".repeat(LARGEST + 1)));

        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("stage")).isEqualTo("ingest");
        assertThat(letter.getHeader("payload-length")).isEqualTo("100001");
        assertThat(letter.getHeader("payload-sha256", String.class)).hasSize(64);
        assertThat(letter.getHeader("device")).isEqualTo("b1");
    }

    @ParameterizedTest
    @CsvSource({"iot.raw, 10", "iot.dlq, 200000"})
    void aMessageIsNotDoneBeforeKafkaHasIt(String topic, int length) {
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka(topic).whenAnyExchangeReceived(exchange -> {
            if (attempts.incrementAndGet() < 4) {
                throw new TimeoutException("no answer");
            }
        });

        Exchange exchange = routes.run("ingest-iot", arrived("iot/b1/raw", "x".repeat(length)));

        assertThat(attempts).hasValue(4);
        assertThat(exchange.getException()).isNull();
        MockEndpoint kafka = routes.kafka(topic);
        assertThat(kafka.getExchanges())
                .extracting(attempt -> attempt.getMessage().getHeader("received-at"))
                .as("stamped once")
                .containsOnly(kafka.getExchanges().get(0).getMessage().getHeader("received-at"));
        assertThat(kafka.getExchanges())
                .extracting(attempt -> attempt.getMessage().getHeader("payload-length"))
                .containsOnly(length > LARGEST ? Integer.toString(length) : null);
    }

    @Test
    void whatATopicOfOthersDoesNotTakeIsCutAndPutAside() {
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            throw new ExecutionException(new RecordTooLargeException("too large"));
        });

        Exchange exchange = routes.run("ingest-building", arrived("building/a", "x".repeat(90_000)));

        assertThat(exchange.getException()).isNull();
        assertThat(routes.kafka("iot.raw").getExchanges()).as("not tried again").hasSize(1);
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("payload-length")).isEqualTo("90000");
    }

    @Test
    void aMessageThatAFaultOfOursStopsIsADeadLetterAndNotTriedForEver() {
        Exchange broken = arrived("iot/b1/raw", "{}");
        broken.getMessage().removeHeader(PahoMqtt5Constants.MQTT_TOPIC);

        Exchange exchange = routes.run("ingest-iot", broken);

        assertThat(exchange.getException()).isNull();
        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("internal-error");
        assertThat((byte[]) letter.getBody()).asString().isEqualTo("{}");
    }

    private Exchange arrived(String topic, String payload) {
        Exchange exchange = new DefaultExchange(routes.context());
        exchange.getMessage().setBody(payload.getBytes(StandardCharsets.UTF_8));
        exchange.getMessage().setHeader(PahoMqtt5Constants.MQTT_TOPIC, topic);
        return exchange;
    }

    private static Message only(MockEndpoint endpoint) {
        assertThat(endpoint.getExchanges()).hasSize(1);
        return endpoint.getExchanges().get(0).getMessage();
    }
}
