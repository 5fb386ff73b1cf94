package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * LoRaWAN sensors of temperature and humidity, whose uplinks The Things Stack has decoded and numbered; as it does, it leaves
 * out a number that is 0. Source: The Things Stack's documentation, Data Formats.
 */
public final class TtnSensors implements Family {

    private final boolean anomalies;
    private final RandomGenerator random;
    private final Map<Integer, Integer> frames = new HashMap<>();

    /** @param anomalies whether one message in fifty has a value out of its range */
    public TtnSensors(boolean anomalies, RandomGenerator random) {
        this.anomalies = anomalies;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return String.format(Locale.ROOT, "probe-%03d", device + 1);
    }

    @Override
    public Message next(int device, Instant time) {
        ObjectNode message = Json.object();
        ObjectNode ids = message.putObject("end_device_ids");
        ids.put("device_id", deviceId(device)).put("dev_eui", String.format(Locale.ROOT, "70B3D57ED00%05X", device));
        ids.putObject("application_ids").put("application_id", "fields");
        message.put(
                "received_at",
                time.truncatedTo(ChronoUnit.SECONDS)
                        .toString()
                        .replace("Z", String.format(Locale.ROOT, ".%09dZ", time.getNano())));
        ObjectNode uplink = message.putObject("uplink_message");
        int frame = frames.merge(device, 1, Integer::sum) - 1;
        if (frame > 0) {
            uplink.put("f_cnt", frame);
        }
        uplink.put("f_port", 1);
        uplink.putObject("decoded_payload")
                .put("temperature", Anomaly.in(random, anomalies) ? 200 : Json.uniform(random, 4, 24, 1))
                .put("humidity", Json.uniform(random, 40, 95, 0));
        uplink.putArray("rx_metadata")
                .addObject()
                .put("rssi", -60 - random.nextInt(50))
                .put("snr", Json.uniform(random, -5, 10, 1))
                .putObject("gateway_ids")
                .put("gateway_id", "gateway-1");
        return new Message("v3/fields@ttn/devices/" + deviceId(device) + "/up", Json.bytes(message));
    }
}
