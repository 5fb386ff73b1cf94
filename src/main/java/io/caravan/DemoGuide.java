package io.caravan;

import io.caravan.embedded.EmbeddedServers;

/** What the demo prints when it runs: where everything is, and what to try. Stateless. */
final class DemoGuide {

    private DemoGuide() {}

    static String text(Settings settings, EmbeddedServers servers, String devices) {
        String api = address(settings, "caravan.http");
        int mqtt = servers.mqtt().port();
        return """

                Caravan runs. Ctrl-C ends it; the next start goes on with the same data.

                  REST API      %1$s/api/devices    described in %1$s/api/openapi.json
                  Health        %1$s/health
                  Metrics       %2$s/metrics
                  Routes        %2$s/hawtio
                  MQTT          %3$s
                  Kafka         %4$s
                  PostgreSQL    psql -h 127.0.0.1 -p %5$d -U caravan caravan
                  Devices       %6$s

                Try next
                  1. What a device measured last:
                       curl '%1$s/api/devices/breaker-001/latest'
                  2. A device of your own (mosquitto_pub is in the package mosquitto-clients):
                       mosquitto_pub -p %7$d -q 1 -t iot/my-device/raw -m '{"measurements":{"temperature":"27.93 °C"}}'
                       curl '%1$s/api/readings?device=my-device'
                  3. A message that nobody can read, and where it went:
                       mosquitto_pub -p %7$d -q 1 -t iot/my-device/raw -m '{"broken'
                       curl '%1$s/api/dead-letters'
                """
                .formatted(
                        api,
                        address(settings, "caravan.management"),
                        servers.mqttUrl(),
                        servers.kafkaBrokers(),
                        servers.postgres().port(),
                        devices,
                        mqtt);
    }

    private static String address(Settings settings, String key) {
        return "http://" + settings.text(key + ".host") + ":" + settings.text(key + ".port");
    }
}
