package io.caravan.bench;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import io.caravan.settings.UserError;
import io.caravan.simulator.FamilyName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a run publishes: the devices, their topics and the template of their messages. Device ids carry the id of the run,
 * {@code bench-<run>-00001}, so that a run finds its own rows in a database that holds others. Immutable.
 */
final class Workload {

    /** The families whose devices a run can play; those of Sparkplug would need births before their data. */
    static final Set<FamilyName> FAMILIES = EnumSet.complementOf(EnumSet.of(FamilyName.SPARKPLUG));

    /** The tenant of what a run publishes, where the topic or the payload can name one. */
    static final String TENANT = "bench";

    private static final String BUILDING = "{\"deviceId\":\"<device>\",\"tenant_id\":\"" + TENANT
            + "\",\"timestamp\":<millis>,\"temperature\":<temperature 20.0 29.9 ->,\"humidity\":<humidity 40.0 59.9 ->}";

    private static final String SMART_BREAKER = "{\"device_id\":\"<device>\",\"device_type\":\"smart_breaker\","
            + "\"timestamp\":\"<rfc3339>\",\"event_type\":\"telemetry\",\"measurements\":{"
            + "\"voltage\":{\"phase_a\":<voltage.phase_a 110.00 129.99 V>,\"phase_b\":<voltage.phase_b 110.00 129.99 V>,"
            + "\"phase_c\":<voltage.phase_c 110.00 129.99 V>,\"unit\":\"V\"},"
            + "\"current\":{\"phase_a\":<current.phase_a 10.00 99.99 A>,\"phase_b\":<current.phase_b 10.00 99.99 A>,"
            + "\"phase_c\":<current.phase_c 10.00 99.99 A>,\"unit\":\"A\"},"
            + "\"power\":{\"active\":<power.active 5000.00 9999.99 W>,\"reactive\":<power.reactive 1000.00 2999.99 ->,"
            + "\"apparent\":<power.apparent 5000.00 9999.99 ->,\"factor\":<power.factor 0.850 0.980 ->,\"unit\":\"W\"},"
            + "\"frequency\":{\"value\":<frequency 59.50 60.50 Hz>,\"unit\":\"Hz\"},"
            + "\"temperature\":{\"value\":<temperature 20.00 79.99 °C>,\"unit\":\"°C\"},"
            + "\"status\":{\"breaker\":<status.breaker 0 1 ->,\"position\":<status.position 0 1 ->,"
            + "\"communication\":<status.communication 1 1 ->},"
            + "\"protection\":{\"trip_count\":<protection.trip_count 0 9 ->,"
            + "\"ground_fault_current\":<protection.ground_fault_current 0.00 4.99 ->,"
            + "\"arc_fault_detected\":<protection.arc_fault_detected bool>},"
            + "\"operational\":{\"load_percentage\":<operational.load_percentage 20.0 89.9 ->,"
            + "\"operating_hours\":<operational.operating_hours 100 999 ->,"
            + "\"maintenance_due\":<operational.maintenance_due bool>}}}";

    private static final String ENVIRONMENT = "{\"device_id\":\"<device>\",\"device_type\":\"environmental_sensor\","
            + "\"site_id\":\"site-01\",\"zone_id\":\"zone-01\",\"timestamp\":\"<rfc3339>\",\"event_type\":\"telemetry\","
            + "\"measurements\":{\"co2\":{\"value\":<co2 400.00 799.99 ppm>,\"unit\":\"ppm\"},"
            + "\"temperature\":{\"value\":<temperature 18.0 26.0 °C>,\"unit\":\"°C\"},"
            + "\"humidity\":{\"value\":<humidity 30.0 60.0 %RH>,\"unit\":\"%RH\"},"
            + "\"occupancy\":{\"value\":<occupancy 0 9 persons>,\"unit\":\"persons\"}}}";

    private static final String F2 = "{\"timestamp\":\"<rfc3339>\",\"data\":\"<1.1.temperature hex -20.00 49.99 °C> "
            + "<1.1.humidity hex 00.00 99.99 %> <1.1.co2 hex 0400 5000 ppm> 01 02 03 04 05 06 07 08 09 0A\"}";

    private static final String EVENTS = "{\"event_id\":\"<uuid>\",\"tenant_id\":\"" + TENANT
            + "\",\"device_id\":\"<device>\",\"site_id\":\"site-01\",\"zone_id\":\"zone-01\",\"sensor_type\":\"co2\","
            + "\"value\":<co2 400.00 799.99 ->,\"ts_event\":\"<rfc3339>\"}";

    private static final String TASMOTA =
            "{\"Time\":\"<rfc3339>\",\"ENERGY\":{\"TotalStartTime\":\"2026-01-01T00:00:00\","
                    + "\"Total\":<ENERGY.Total 100.000 999.999 kWh>,\"Power\":<ENERGY.Power 100 999 W>,"
                    + "\"Factor\":<ENERGY.Factor 0.50 0.99 ->,\"Voltage\":<ENERGY.Voltage 225 237 V>,"
                    + "\"Current\":<ENERGY.Current 1.000 9.999 A>}}";

    private static final String SHELLY =
            "{\"src\":\"<device>\",\"dst\":\"<device>/events\",\"method\":\"NotifyStatus\","
                    + "\"params\":{\"ts\":<millis>,\"switch:0\":{\"id\":0,\"apower\":<switch:0.apower 100.0 999.9 W>,"
                    + "\"voltage\":<switch:0.voltage 225.0 237.0 V>,\"current\":<switch:0.current 1.000 9.999 A>}}}";

    private static final String ZIGBEE2MQTT =
            "{\"last_seen\":\"<rfc3339>\",\"temperature\":<temperature 18.00 25.99 °C>,"
                    + "\"humidity\":<humidity 35.00 64.99 %RH>,\"battery\":<battery 10 99 %>,\"linkquality\":<linkquality 100 254 ->}";

    private static final String TTN =
            "{\"end_device_ids\":{\"device_id\":\"<device>\",\"application_ids\":{\"application_id\":\"bench\"}},"
                    + "\"received_at\":\"<rfc3339>\",\"uplink_message\":{\"f_port\":1,\"decoded_payload\":{"
                    + "\"temperature\":<temperature 10.00 29.99 °C>,\"humidity\":<humidity 35.00 64.99 %RH>},"
                    + "\"rx_metadata\":[{\"gateway_ids\":{\"gateway_id\":\"gateway-1\"},\"snr\":<snr 1.0 9.9 dB>}]}}";

    /** A message of a second: 10 rows 100 ms apart, the first of them at the time of the message, with 2 values each. */
    private static final int ROWS = 10;

    private static final int ROW_STEP_MICROS = 100_000;

    private static final int BUILDING_BYTES = 300;

    /** Packs of a second: 250 instants 4 ms apart, the last of them at the time of the message, with 4 values each. */
    private static final String[] SENML_METRICS = {"vibration.x", "vibration.y", "vibration.z", "current"};

    private static final int SENML_INSTANTS = 250;
    private static final int SENML_STEP_MICROS = 4_000;

    private final FamilyName family;
    private final int devices;
    private final String prefix;
    private final byte[] prefixBytes;
    private final int digits;
    private final Template template;
    private final boolean forKafka;
    private final MqttTopic[] topics;
    private final int instants;
    /** From one of them to the next, backwards where it is less than 0. */
    private final int stepMicros;

    private final byte[][] metrics;
    private final byte[][] units;

    /**
     * @param run the id of the run, of lower-case letters and digits
     * @param devices 1 or more
     */
    Workload(FamilyName family, String run, int devices) {
        this.devices = devices;
        String kind =
                switch (family) {
                    case F2 -> F2Setup.DEVICE;
                    case SHELLY -> "shelly"; // by which its topics are told from others
                    default -> "";
                };
        this.prefix = kind + "bench-" + run + "-";
        this.prefixBytes = prefix.getBytes(StandardCharsets.US_ASCII);
        this.digits = Math.max(4, String.valueOf(devices - 1).length());
        String text =
                switch (family) {
                    case BUILDING -> BUILDING;
                    case SMART_BREAKER -> SMART_BREAKER;
                    case ENVIRONMENT -> ENVIRONMENT;
                    case EVENTS -> EVENTS;
                    case F2 -> F2;
                    case SENML -> senml();
                    case TASMOTA -> TASMOTA;
                    case SHELLY -> SHELLY;
                    case ZIGBEE2MQTT -> ZIGBEE2MQTT;
                    case TTN -> TTN;
                    case THINGSBOARD -> rows();
                    default -> throw new UserError("--family: there is no load of " + family + " devices");
                };
        this.forKafka = family == FamilyName.EVENTS;
        int length = family == FamilyName.BUILDING ? BUILDING_BYTES : 0;
        this.template = new Template(text, length, prefix, digits, run.hashCode() * 0x9E3779B97F4A7C15L);
        this.topics = new MqttTopic[devices];
        MqttTopic shared = MqttTopic.of("building/bench-room/data");
        MqttTopic gateway = MqttTopic.of("v1/gateway/telemetry");
        for (int device = 0; device < devices; device++) {
            topics[device] = switch (family) {
                case BUILDING -> shared;
                case F2 -> MqttTopic.of("tele/" + deviceId(device) + "/sensor-mode/1/sensor-1");
                case TASMOTA -> MqttTopic.of("tele/" + deviceId(device) + "/SENSOR");
                case SHELLY -> MqttTopic.of(deviceId(device) + "/events/rpc");
                case ZIGBEE2MQTT -> MqttTopic.of("zigbee2mqtt/" + deviceId(device));
                case TTN -> MqttTopic.of("v3/bench@ttn/devices/" + deviceId(device) + "/up");
                case THINGSBOARD -> gateway;
                default -> MqttTopic.of("iot/" + TENANT + "/" + deviceId(device) + "/raw");
            };
        }
        this.family = family;
        this.instants = switch (family) {
            case SENML -> SENML_INSTANTS;
            case THINGSBOARD -> ROWS;
            default -> 1;
        };
        this.stepMicros = family == FamilyName.SENML ? -SENML_STEP_MICROS : ROW_STEP_MICROS;
        int each = template.fields().size() / instants;
        this.metrics = template.fields().stream()
                .limit(each)
                .map(field -> field.metric().getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        this.units = template.fields().stream()
                .limit(each)
                .map(field -> field.unit() == null ? null : field.unit().getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    FamilyName family() {
        return family;
    }

    private static String rows() {
        StringBuilder message = new StringBuilder("{\"<device>\":[");
        for (int row = 0; row < ROWS; row++) {
            message.append(row == 0 ? "" : ",").append("{\"ts\":<seconds>");
            message.append(String.format(java.util.Locale.ROOT, "%03d", row * ROW_STEP_MICROS / 1_000));
            message.append(
                    ",\"values\":{\"temperature\":<temperature 20.0 29.9 ->,\"humidity\":<humidity 40.0 59.9 ->}}");
        }
        return message.append("]}").toString();
    }

    private static String senml() {
        StringBuilder pack =
                new StringBuilder("[{\"bn\":\"urn:dev:x-bench:<device>:\",\"bt\":<seconds>,\"bu\":\"m/s2\"}");
        for (int instant = 0; instant < SENML_INSTANTS; instant++) {
            long back = (long) instant * SENML_STEP_MICROS / 1_000;
            for (String metric : SENML_METRICS) {
                pack.append(",{\"n\":\"").append(metric).append('"');
                pack.append(metric.equals("current") ? ",\"u\":\"A\"" : "");
                pack.append(instant == 0 ? "" : String.format(java.util.Locale.ROOT, ",\"t\":-0.%03d", back));
                pack.append(",\"v\":<")
                        .append(metric)
                        .append(metric.equals("current") ? " 10.00 99.99 A" : " 1.000 9.999 m/s2");
                pack.append(">}");
            }
        }
        return pack.append(']').toString();
    }

    int devices() {
        return devices;
    }

    /** What the ids of all devices of this run begin with. */
    String prefix() {
        return prefix;
    }

    String deviceId(int device) {
        String number = String.valueOf(device);
        return prefix + "0".repeat(digits - number.length()) + number;
    }

    /** Whether its devices send to Kafka, and not to the MQTT broker. */
    boolean isForKafka() {
        return forKafka;
    }

    MqttTopic topic(int device) {
        return topics[device];
    }

    Template template() {
        return template;
    }

    /** Readings of each message. */
    int readings() {
        return metrics.length * instants;
    }

    /** How far the readings of a message reach back from its time, in microseconds. */
    long span() {
        return Math.max(0, (1L - instants) * stepMicros);
    }

    /** The time of the message that has a reading of a time. */
    long messageTime(long timestamp) {
        long step = template.resolution();
        return instants == 1 ? timestamp : (timestamp + (stepMicros < 0 ? step - 1 : 0)) / step * step;
    }

    /** The index in its message of the reading of a metric so many microseconds behind its time, or -1 where it has none. */
    int readingNumber(int metric, long behind) {
        if (instants == 1) {
            return metric;
        }
        long instant = behind / stepMicros;
        return behind % stepMicros != 0 || instant < 0 || instant >= instants
                ? -1
                : (int) instant * metrics.length + metric;
    }

    /** The number of the device whose id these bytes are, or -1. */
    int deviceNumber(byte[] bytes, int offset, int length) {
        if (length != prefixBytes.length + digits
                || !Arrays.equals(bytes, offset, offset + prefixBytes.length, prefixBytes, 0, prefixBytes.length)) {
            return -1;
        }
        long number = Digits.read(bytes, offset + prefixBytes.length, digits);
        return number < devices ? (int) number : -1;
    }

    /** The index of the metric whose name these bytes are, or -1. */
    int metricNumber(byte[] bytes, int offset, int length) {
        for (int i = 0; i < metrics.length; i++) {
            if (metrics[i].length == length && Arrays.equals(bytes, offset, offset + length, metrics[i], 0, length)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether these bytes are the unit of a metric, as far as its message names one. */
    boolean unitIs(int metric, byte[] bytes, int offset, int length) {
        byte[] unit = units[metric];
        return unit == null || Arrays.equals(bytes, offset, offset + length, unit, 0, unit.length);
    }
}
