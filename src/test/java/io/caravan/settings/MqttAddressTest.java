package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttAddressTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "tcp://127.0.0.1:1884,     127.0.0.1,   1884, false, -",
                "mqtt://mqtt_broker,       mqtt_broker, 1883, false, -",
                "ssl://mqtt_broker:8884/,  mqtt_broker, 8884, true,  -",
                "mqtts://broker.example,   broker.example, 8883, true, -",
                "tcp://[::1]:1883,         ::1,         1883, false, -",
                "tcp://me:se:cret@host,    host,        1883, false, me:se:cret"
            })
    void hostPortAndSchemeAreRead(String url, String host, int port, boolean tls, String userInfo) {
        assertThat(MqttAddress.of(url)).isEqualTo(new MqttAddress(host, port, tls, userInfo));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "somewhere",
                "http://host",
                "tcp://",
                "tcp://:1883",
                "tcp://host:0",
                "tcp://host:70000",
                "tcp://a b"
            })
    void whatIsNoneIsRefused(String url) {
        assertThatThrownBy(() -> MqttAddress.of(url)).isInstanceOf(IllegalArgumentException.class);
    }
}
