package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.caravan.decode.Promises;
import io.caravan.simulator.FamilyName;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever devices of the shipped dialects publish is read, or refused with a reason, by each of them. */
class MappedFuzz {

    private static final DeviceTypes REGISTRY = RegistryFixture.shipped();

    static Stream<byte[]> messages() {
        return Stream.concat(
                Stream.of(
                                FamilyName.TASMOTA,
                                FamilyName.SHELLY,
                                FamilyName.ZIGBEE2MQTT,
                                FamilyName.TTN,
                                FamilyName.THINGSBOARD)
                        .flatMap(Promises::simulated),
                Stream.of(
                                "tele/a/SENSOR\n{\"Time\":\"2026-11-20T10:15:30\",\"TempUnit\":\"F\",\"A\":{\"Temperature\":[1,null]}}",
                                "tele/a/LWT\nOffline",
                                "shelly1/status/switch:0\n{\"id\":0,\"output\":true,\"aenergy\":{\"total\":6.5,\"by_minute\":[1]}}",
                                "shelly1/events/rpc\n{\"params\":{\"ts\":1795256130.25,\"events\":[{\"id\":0,\"ts\":1,\"event\":\"x\"}]}}",
                                "shelly1/online\ntrue",
                                "zigbee2mqtt/kitchen/lamp\n{\"state\":\"ON\",\"last_seen\":1772364605123,\"update\":{}}",
                                "zigbee2mqtt/a/availability\n{\"state\":\"offline\"}",
                                "v3/a/devices/d/up\n{\"received_at\":\"2026-03-01T11:30:05Z\",\"uplink_message\":{\"f_cnt\":1,"
                                        + "\"decoded_payload\":{\"t\":{\"value\":1,\"unit\":\"x\"}},\"rx_metadata\":[{\"rssi\":-3}]}}")
                        .map(text -> text.getBytes(UTF_8)));
    }

    @MethodSource("messages")
    @FuzzTest(maxDuration = "10s")
    void aMessageIsReadOrRefusedWithAReason(byte[] input) {
        REGISTRY.dialects()
                .forEach((name, dialect) -> Promises.require(dialect.decoder(), name, input, 1_795_262_400_000_000L));
    }
}
