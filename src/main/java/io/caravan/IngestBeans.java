package io.caravan;

import io.caravan.ingest.Aside;
import io.caravan.ingest.BrokerCounters;
import io.caravan.ingest.Commands;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.KafkaSource;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttRoutes;
import io.caravan.ingest.MqttSettings;
import io.caravan.ingest.PassedOver;
import io.caravan.ingest.SecondLevel;
import io.caravan.ingest.ThirdLevel;
import io.caravan.ingest.TooLarge;
import io.caravan.kafka.CallbackExecutor;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.eclipse.paho.mqttv5.common.MqttException;

/** The beans that the routes of the stage ingest name. Closing it closes the MQTT clients among them. */
final class IngestBeans implements AutoCloseable {

    private static final int LARGEST_IN_FLIGHT = 1_024 * 1_024 * 1_024;

    private final List<MqttClients> messages;
    private final MqttClients counters;

    private IngestBeans(List<MqttClients> messages, MqttClients counters) {
        this.messages = messages;
        this.counters = counters;
    }

    /** Binds them. The clients among them connect when their routes start. */
    static IngestBeans bind(BiConsumer<String, Object> beans, Settings settings, MeterRegistry meters)
            throws MqttException {
        MqttSettings broker = MqttSettings.of(settings);
        InFlightBytes inFlight = new InFlightBytes(inFlightBytes(settings), meters);
        int clients = settings.number("caravan.mqtt.clients", 1, MqttClients.MOST);
        MqttClients iot = new MqttClients(broker, inFlight, "iot", clients, true);
        MqttClients iotStatus = new MqttClients(broker, inFlight, "iot-status", 1, false);
        MqttClients building = new MqttClients(broker, inFlight, "building", clients, true);
        MqttClients f2 = new MqttClients(broker, inFlight, "f2", clients, true);
        MqttClients sparkplug =
                MqttClients.ordered(broker, inFlight, "sparkplug", settings.text("caravan.sparkplug.host-id", null));
        beans.accept("mqttSparkplug", sparkplug);
        beans.accept("isOfEdgeNode", new ThirdLevel(Set.of("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH")));
        beans.accept("commands", new Commands(sparkplug::publish, meters));
        beans.accept("mqttIot", iot);
        beans.accept("mqttIotStatus", iotStatus);
        beans.accept("mqttBuilding", building);
        beans.accept("mqttF2", f2);
        beans.accept("mqttRoutes", new MqttRoutes());
        Dialects.all().forEach(dialect -> beans.accept(stampOf(dialect), stamp(dialect.takenInBy(broker.clientId()))));
        beans.accept("isF2", new SecondLevel("f2-"));
        beans.accept("passOver", new PassedOver(meters));
        int largest = settings.number("caravan.ingest.max-payload-bytes", 1_024, KafkaSizes.LARGEST_RECORD);
        beans.accept("isTooLarge", new TooLarge(largest));
        Aside oversize = Aside.tooLarge(largest, meters);
        Aside failed = Aside.failed(meters);
        beans.accept("oversize", oversize);
        beans.accept("aside", failed);
        beans.accept(
                "kafkaEvents",
                new KafkaSource(
                        Dialects.named("events"),
                        settings.text("caravan.topic.raw"),
                        settings.text("caravan.topic.dead-letters"),
                        largest,
                        oversize,
                        failed));
        beans.accept("kafkaCallbacks", new CallbackExecutor());
        beans.accept("brokerCounters", BrokerCounters.of(settings, meters));
        MqttClients counters = new MqttClients(broker.withoutSession(), inFlight, "broker-counters", 1, false);
        beans.accept("mqttBrokerCounters", counters);
        return new IngestBeans(List.of(iot, iotStatus, building, f2, sparkplug), counters);
    }

    /** The clients that bring messages. A broker without counters, or one that shows them to nobody, is as good for those. */
    List<MqttClients> messages() {
        return messages;
    }

    @Override
    public void close() {
        // side by side: each may have to wait some seconds for messages that Kafka does not take
        Stream.concat(messages.stream(), Stream.of(counters)).parallel().forEach(MqttClients::close);
    }

    /** How many bytes the stage holds until Kafka has them. */
    static int inFlightBytes(Settings settings) {
        return settings.number("caravan.mqtt.in-flight-bytes", 65_536, LARGEST_IN_FLIGHT);
    }

    /** {@code stampIot} for the dialect {@code iot}. */
    private static String stampOf(Dialect dialect) {
        String name = dialect.name();
        return "stamp" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static Processor stamp(Dialect dialect) {
        return dialect::stamp;
    }
}
