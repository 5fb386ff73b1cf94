package io.caravan;

import io.caravan.ingest.Aside;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttRoutes;
import io.caravan.ingest.MqttSettings;
import io.caravan.ingest.TooLarge;
import io.caravan.ingest.TopicShape;
import io.caravan.kafka.CallbackExecutor;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.camel.Processor;
import org.eclipse.paho.mqttv5.common.MqttException;

/** The beans that the routes of the stage ingest name. */
final class IngestBeans {

    private static final int LARGEST_IN_FLIGHT = 1_024 * 1_024 * 1_024;

    private IngestBeans() {}

    /**
     * Binds them.
     *
     * @return the clients among them, which connect when their routes start, and are to be closed
     */
    static List<MqttClients> bind(BiConsumer<String, Object> beans, Settings settings, MeterRegistry meters)
            throws MqttException {
        MqttSettings broker = MqttSettings.of(settings);
        InFlightBytes inFlight = new InFlightBytes(inFlightBytes(settings), meters);
        int clients = settings.number("caravan.mqtt.clients", 1, MqttClients.MOST);
        MqttClients iot = new MqttClients(broker, inFlight, "iot", clients, true);
        MqttClients iotStatus = new MqttClients(broker, inFlight, "iot-status", 1, false);
        MqttClients building = new MqttClients(broker, inFlight, "building", clients, true);
        beans.accept("mqttIot", iot);
        beans.accept("mqttIotStatus", iotStatus);
        beans.accept("mqttBuilding", building);
        beans.accept("mqttRoutes", new MqttRoutes());
        beans.accept("stampIot", stamp(new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id")));
        beans.accept("stampBuilding", stamp(new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id")));
        int largest = settings.number("caravan.ingest.max-payload-bytes", 1_024, KafkaSizes.LARGEST_RECORD);
        beans.accept("isTooLarge", new TooLarge(largest));
        beans.accept("oversize", Aside.tooLarge(largest, meters));
        beans.accept("aside", Aside.failed(meters));
        beans.accept("kafkaCallbacks", new CallbackExecutor());
        return List.of(iot, iotStatus, building);
    }

    /** How many bytes the stage holds until Kafka has them. */
    static int inFlightBytes(Settings settings) {
        return settings.number("caravan.mqtt.in-flight-bytes", 65_536, LARGEST_IN_FLIGHT);
    }

    private static Processor stamp(Dialect dialect) {
        return dialect::stamp;
    }
}
