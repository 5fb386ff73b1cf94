package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dialects of config/device-registry.json, with payloads as the makers' documentation describes them. */
class ShippedDialectsTest {

    private static final DeviceTypes REGISTRY = RegistryFixture.shipped();

    @Test
    void tasmotaPlugsMeterInTheTimeOfTheMachine() throws Exception {
        Decoded decoded = decode(
                "tasmota",
                "tele/kettle/SENSOR",
                "{\"Time\":\"2026-03-01T12:30:05\",\"ENERGY\":{\"TotalStartTime\":\"2025-12-24T18:00:00\",\"Total\":52.811,"
                        + "\"Yesterday\":0.402,\"Today\":0.117,\"Period\":3,\"Power\":1987,\"ApparentPower\":1992,"
                        + "\"ReactivePower\":141,\"Factor\":1.00,\"Voltage\":231,\"Current\":8.624}}");

        assertThat(decoded.device()).isEqualTo("kettle");
        assertThat(decoded.deviceType()).isEqualTo("tasmota_plug");
        assertThat(decoded.timestamp())
                .isEqualTo(LocalDateTime.of(2026, 3, 1, 12, 30, 5)
                                .atZone(ZoneId.systemDefault())
                                .toEpochSecond()
                        * 1_000_000);
        assertThat(values(decoded))
                .containsEntry("ENERGY.Power", 1987.0)
                .containsEntry("ENERGY.Total", 52.811)
                .hasSize(10);
        DeviceType type = REGISTRY.find("tasmota_plug");
        assertThat(decoded.measured()).allSatisfy(value -> assertThat(type.measurement(value.metric()))
                .as(value.metric())
                .isNotNull());
        assertThat(type.measurement("ENERGY.Power").unitOf(null)).isEqualTo("W");
        assertThat(decoded.measurements().text())
                .startsWith("{\"ENERGY\":{\"TotalStartTime\"")
                .endsWith("8.624}}");
    }

    @Test
    void tasmotaSensorsTellTheUnitOfTheirTemperatures() throws Exception {
        Decoded decoded = decode(
                "tasmota",
                "tele/greenhouse/SENSOR",
                "{\"Time\":\"2026-03-01T12:30:05\",\"Switch1\":\"ON\",\"DS18B20\":{\"Id\":\"01131B505F84\",\"Temperature\":70.5},"
                        + "\"AM2301\":{\"Temperature\":68.9,\"Humidity\":57.4,\"DewPoint\":53.1},\"TempUnit\":\"F\"}");

        assertThat(decoded.deviceType()).isEqualTo("tasmota_sensor");
        assertThat(decoded.measured())
                .extracting(Measured::metric, Measured::value, Measured::unit)
                .containsExactly(
                        tuple("Switch1", 1.0, null),
                        tuple("DS18B20.Temperature", 70.5, "°F"),
                        tuple("AM2301.Temperature", 68.9, "°F"),
                        tuple("AM2301.Humidity", 57.4, null),
                        tuple("AM2301.DewPoint", 53.1, "°F"));
    }

    @Test
    void tasmotaTellsItsState() throws Exception {
        Decoded decoded = decode(
                "tasmota",
                "tele/kettle/STATE",
                "{\"Time\":\"2026-03-01T12:30:05\",\"Uptime\":\"1T23:46:58\",\"UptimeSec\":172018,\"Heap\":27,\"SleepMode\":"
                        + "\"Dynamic\",\"Sleep\":50,\"LoadAvg\":19,\"MqttCount\":1,\"POWER\":\"OFF\",\"Wifi\":{\"AP\":1,\"SSId\":"
                        + "\"home\",\"BSSId\":\"A0:B1:C2:D3:E4:F5\",\"Channel\":11,\"Mode\":\"11n\",\"RSSI\":78,\"Signal\":-61,"
                        + "\"LinkCount\":1,\"Downtime\":\"0T00:00:03\"}}");

        assertThat(values(decoded))
                .isEqualTo(Map.of(
                        "UptimeSec", 172018.0, "LoadAvg", 19.0, "POWER", 0.0, "Wifi.RSSI", 78.0, "Wifi.Signal", -61.0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tasmota     | tele/kettle/LWT                       | Online               | kettle         | false",
                "tasmota     | tele/kettle/LWT                       | Offline              | kettle         | true",
                "shelly      | shellyplus1pm-a8032ab12345/online     | true                 | shellyplus1pm-a8032ab12345 | false",
                "shelly      | shellyplus1pm-a8032ab12345/online     | false                | shellyplus1pm-a8032ab12345 | true",
                "zigbee2mqtt | zigbee2mqtt/kitchen/lamp/availability | {\"state\":\"online\"}  | kitchen/lamp   | false",
                "zigbee2mqtt | zigbee2mqtt/kitchen/lamp/availability | {\"state\":\"offline\"} | kitchen/lamp   | true",
                "zigbee2mqtt | zigbee2mqtt/lamp/availability         | offline              | lamp           | true"
            })
    void whatTellsWhetherADeviceIsThereDoes(String dialect, String topic, String payload, String device, boolean gone)
            throws Exception {
        Decoded decoded = decode(dialect, topic, payload);

        assertThat(decoded.isStatus()).isTrue();
        assertThat(decoded.device()).isEqualTo(device);
        assertThat(decoded.offline()).isEqualTo(gone);
        String body = decoded.body() == null ? payload : decoded.body().text();
        assertThat(body).isEqualTo(payload.startsWith("{") ? payload : "{\"status\":\"" + payload + "\"}");
    }

    @Test
    void shellyComponentsAreTheStartOfTheirMetrics() throws Exception {
        Decoded decoded = decode(
                "shelly",
                "shellyplus1pm-a8032ab12345/status/switch:0",
                "{\"id\":0,\"source\":\"timer\",\"output\":true,\"apower\":8.9,\"voltage\":237.5,\"current\":0.07,"
                        + "\"aenergy\":{\"total\":6.532,\"by_minute\":[45.199,47.141,88.397],\"minute_ts\":1626935779},"
                        + "\"temperature\":{\"tC\":23.5,\"tF\":74.4}}");

        assertThat(decoded.device()).isEqualTo("shellyplus1pm-a8032ab12345");
        assertThat(decoded.deviceType()).isEqualTo("shelly_switch");
        assertThat(decoded.timestamp()).isEqualTo(Decoded.NO_TIME);
        assertThat(values(decoded))
                .isEqualTo(Map.of(
                        "switch:0.output", 1.0,
                        "switch:0.apower", 8.9,
                        "switch:0.voltage", 237.5,
                        "switch:0.current", 0.07,
                        "switch:0.aenergy.total", 6.532,
                        "switch:0.temperature.tC", 23.5));
        assertThat(REGISTRY.find("shelly_switch")
                        .measurement("switch:0.aenergy.total")
                        .unitOf(null))
                .isEqualTo("Wh");
        assertThat(values(decode(
                        "shelly",
                        "shellyplusht-b8d61a8b17cc/status/temperature:0",
                        "{\"id\":0,\"tC\":19.8,\"tF\":67.6}")))
                .isEqualTo(Map.of("temperature:0.tC", 19.8));
        assertThat(values(decode(
                        "shelly",
                        "shellyplusht-b8d61a8b17cc/status/wifi",
                        "{\"sta_ip\":\"192.168.3.183\",\"status\":\"got ip\",\"ssid\":\"home\",\"rssi\":-54}")))
                .isEqualTo(Map.of("wifi.rssi", -54.0));
    }

    @Test
    void shellyNotificationsHaveATimeAndTheSameMetrics() throws Exception {
        String notified =
                "{\"src\":\"shellyplus1pm-a8032ab12345\",\"dst\":\"shellyplus1pm-a8032ab12345/events\",\"method\":";
        String topic = "shellyplus1pm-a8032ab12345/events/rpc";
        Decoded status = decode(
                "shelly",
                topic,
                notified + "\"NotifyStatus\",\"params\":{\"ts\":1631186545.04,\"switch:0\":{\"id\":0,\"output\":false,"
                        + "\"source\":\"timer\",\"apower\":8.9,\"aenergy\":{\"by_minute\":[0.000,47.141],\"minute_ts\":1631186520,"
                        + "\"total\":6.532},\"temperature\":{\"tC\":23.5,\"tF\":74.4}}}}");
        assertThat(status.device()).isEqualTo("shellyplus1pm-a8032ab12345");
        assertThat(status.deviceType()).isEqualTo("shelly_switch");
        assertThat(status.timestamp()).isEqualTo(1_631_186_545_040_000L);
        assertThat(values(status))
                .isEqualTo(Map.of(
                        "switch:0.output", 0.0,
                        "switch:0.apower", 8.9,
                        "switch:0.aenergy.total", 6.532,
                        "switch:0.temperature.tC", 23.5));

        Decoded pushed = decode(
                "shelly",
                topic,
                notified
                        + "\"NotifyEvent\",\"params\":{\"ts\":1631266595.44,\"events\":[{\"component\":\"input:0\",\"id\":0,"
                        + "\"event\":\"single_push\",\"ts\":1631266595.44}]}}");
        assertThat(pushed.measured())
                .as("texts, so that the message is kept as an event")
                .extracting(Measured::metric, Measured::form)
                .containsExactly(
                        tuple("events.0.component", Measured.Form.TEXT), tuple("events.0.event", Measured.Form.TEXT));
        assertThat(values(decode(
                        "shelly",
                        topic,
                        notified
                                + "\"NotifyStatus\",\"params\":{\"ts\":1631186545.04,\"mqtt\":{\"connected\":true}}}")))
                .as("what no type declares is no dead letter")
                .isEqualTo(Map.of("mqtt.connected", 1.0));
    }

    @ParameterizedTest
    @CsvSource({"DS18B20-2", "ANALOG", "SHT4X"})
    void tasmotaBoardsWithSensorsThatNobodyDeclaredAreSensors(String sensor) throws Exception {
        Decoded decoded = decode(
                "tasmota",
                "tele/cellar/SENSOR",
                "{\"Time\":\"2026-03-01T12:30:05\",\"" + sensor + "\":{\"Temperature\":-0.6},\"TempUnit\":\"C\"}");

        assertThat(decoded.deviceType()).isEqualTo("tasmota_sensor");
        assertThat(decoded.measured())
                .extracting(Measured::metric, Measured::value, Measured::unit)
                .containsExactly(tuple(sensor + ".Temperature", -0.6, "°C"));
    }

    @Test
    void zigbeeDevicesAreToldByWhatTheyMeasure() throws Exception {
        Decoded climate = decode(
                "zigbee2mqtt",
                "zigbee2mqtt/0x00158d0001a2b3c4",
                "{\"battery\":100,\"humidity\":44.72,\"linkquality\":76,\"temperature\":27.34,\"voltage\":3005,"
                        + "\"last_seen\":\"2026-03-01T12:30:05+01:00\"}");
        assertThat(climate.deviceType()).isEqualTo("zigbee_climate");
        assertThat(Timestamps.format(climate.timestamp())).isEqualTo("2026-03-01T11:30:05.000000Z");
        assertThat(values(climate)).hasSize(5).containsEntry("temperature", 27.34);

        Decoded door = decode(
                "zigbee2mqtt", "zigbee2mqtt/hall/front door", "{\"contact\":false,\"battery\":97,\"voltage\":2995}");
        assertThat(door.device()).isEqualTo("hall/front door");
        assertThat(door.deviceType()).isEqualTo("zigbee_contact");
        assertThat(values(door)).containsEntry("contact", 0.0);

        Decoded plug = decode(
                "zigbee2mqtt",
                "zigbee2mqtt/plug",
                "{\"state\":\"ON\",\"power\":11.4,\"voltage\":229,\"current\":0.05,\"energy\":12.3,\"linkquality\":120,"
                        + "\"update\":{\"state\":\"idle\",\"installed_version\":1},\"last_seen\":1772364605123}");
        assertThat(plug.deviceType()).isEqualTo("zigbee_plug");
        assertThat(values(plug)).hasSize(6).containsEntry("state", 1.0);

        Decoded button = decode("zigbee2mqtt", "zigbee2mqtt/button", "{\"action\":\"single\",\"battery\":90}");
        assertThat(button.deviceType()).isEqualTo("zigbee_device");
        assertThat(button.measured()).extracting(Measured::form).contains(Measured.Form.TEXT);
    }

    @Test
    void uplinksOfTheThingsNetworkHaveTheirNumberAndTheirRadio() throws Exception {
        Decoded decoded = decode(
                "ttn",
                "v3/my-app@ttn/devices/dev1/up",
                "{\"end_device_ids\":{\"device_id\":\"dev1\",\"application_ids\":{\"application_id\":\"my-app\"},\"dev_eui\":"
                        + "\"0004A30B001C0530\"},\"received_at\":\"2026-03-01T11:30:05.123456789Z\",\"uplink_message\":{"
                        + "\"f_port\":1,\"f_cnt\":42,\"frm_payload\":\"AWcBEAJoUA==\",\"decoded_payload\":{\"temperature\":21.5,"
                        + "\"humidity\":48,\"door\":{\"open\":false}},\"rx_metadata\":[{\"gateway_ids\":{\"gateway_id\":\"gtw1\"},"
                        + "\"rssi\":-35,\"channel_rssi\":-35,\"snr\":5.2},{\"gateway_ids\":{\"gateway_id\":\"gtw2\"},\"rssi\":-99}],"
                        + "\"received_at\":\"2026-03-01T11:30:04.9Z\"}}");

        assertThat(decoded.device()).isEqualTo("dev1");
        assertThat(decoded.deviceType()).isEqualTo("lora_sensor");
        assertThat(decoded.sequence()).isEqualTo(42);
        assertThat(Timestamps.format(decoded.timestamp())).isEqualTo("2026-03-01T11:30:05.123456Z");
        assertThat(values(decoded))
                .isEqualTo(Map.of("temperature", 21.5, "humidity", 48.0, "door.open", 0.0, "rssi", -35.0, "snr", 5.2));
        assertThat(decoded.measurements().text())
                .isEqualTo("{\"temperature\":21.5,\"humidity\":48,\"door\":{\"open\":false},\"rssi\":-35,\"snr\":5.2}");
    }

    @ParameterizedTest
    @CsvSource({
        "zigbee2mqtt, zigbee2mqtt/bridge/state",
        "zigbee2mqtt, zigbee2mqtt/kitchen/lamp/set",
        "shelly, shellyplus1pm-a8032ab12345/status/sys",
        "shelly, somebody-else/status/switch:0",
        "tasmota, tele/a/b/SENSOR"
    })
    void otherTopicsAreNotRead(String dialect, String topic) {
        Undecodable reason = catchThrowableOfType(Undecodable.class, () -> decode(dialect, topic, "{\"a\":1}"));
        assertThat(reason.reason()).isEqualTo(Reason.UNKNOWN_DIALECT);
    }

    private static Decoded decode(String dialect, String topic, String payload) throws Undecodable {
        return REGISTRY.dialects()
                .get(dialect)
                .decoder()
                .decode(new RawMessage(dialect, topic, null, null, 1_800_000_000_000_000L, payload.getBytes(UTF_8)));
    }

    private static Map<String, Double> values(Decoded decoded) {
        Map<String, Double> values = new LinkedHashMap<>();
        decoded.measured().forEach(value -> values.put(value.metric(), value.value()));
        return values;
    }
}
