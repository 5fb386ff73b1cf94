package io.caravan;

import io.caravan.embedded.EmbeddedServers;
import io.caravan.embedded.PostgresPasswords;
import io.caravan.settings.Settings;
import io.caravan.signin.DemoSecrets;
import io.caravan.signin.SignInSettings;
import java.nio.file.Path;

/** What the demo prints when it runs: where everything is, and what to try. Stateless. */
final class DemoGuide {

    private DemoGuide() {}

    /**
     * @param device the MQTT user of the device to try things with; null where nobody has to log in
     * @param simulated which devices are simulated; null for none
     */
    static String text(Settings settings, EmbeddedServers servers, Path data, String device, String simulated) {
        boolean signIn = SignInSettings.isOn(settings);
        String api = address(settings, "caravan.http");
        int mqtt = servers.mqtt().port();
        return """

                Caravan runs. Ctrl-C ends it; the next start goes on with the same data.

                  REST API      %1$s/api/devices    described in %1$s/api/openapi.json
                  Health        %13$s
                  Metrics       %2$s/metrics
                  Routes        %2$s/hawtio
                  MQTT          %3$s
                  Kafka         %4$s
                  PostgreSQL    PGPASSWORD="$(cat %12$s)" psql -h 127.0.0.1 -p %5$d -U caravan caravan
                  Devices       %6$s
                  Sign-in       %8$s

                Try next
                  1. %14$s:
                       %9$scurl %10$s'%1$s/api/devices%15$s'
                  2. A device of your own (mosquitto_pub is in the package mosquitto-clients):
                       mosquitto_pub -p %7$d %11$s-q 1 -t iot/my-device/raw -m '{"measurements":{"temperature":"27.93 °C"}}'
                       curl %10$s'%1$s/api/readings?device=my-device'
                  3. A message that nobody can read, and where it went:
                       mosquitto_pub -p %7$d %11$s-q 1 -t iot/my-device/raw -m '{"broken'
                       curl %10$s'%1$s/api/dead-letters'
                """
                .formatted(
                        api,
                        address(settings, "caravan.management"),
                        servers.mqttUrl(),
                        servers.kafkaBrokers(),
                        servers.postgres().port(),
                        simulated == null ? "none (--no-simulator)" : simulated,
                        mqtt,
                        signIn ? howTo(data) : "nobody has to (--open)",
                        signIn ? "TOKEN=$(./caravan token" + where(data) + ")\n       " : "",
                        signIn ? "-H \"Authorization: Bearer $TOKEN\" " : "",
                        device == null ? "" : "-u " + device + " -P \"$(cat " + DemoUsers.passwordFile(data) + ")\" ",
                        PostgresPasswords.file(data),
                        health(settings),
                        simulated == null ? "The devices that there are" : "What a device measured last",
                        simulated == null ? "" : "/breaker-001/latest");
    }

    /** Where it says what answers and what does not. */
    static String health(Settings settings) {
        return address(settings, "caravan.http") + "/health";
    }

    private static String howTo(Path data) {
        return "./caravan token" + where(data) + " prints a token of an operator of the tenant default (--help);"
                + " POST /api/generate-token takes the key in " + DemoSecrets.masterKey(data);
    }

    private static String where(Path data) {
        return data.equals(DemoSecrets.DATA) ? "" : " --data " + data;
    }

    private static String scheme(Settings settings, String key) {
        return key.equals("caravan.http")
                ? HttpCertificate.scheme(settings)
                : HttpCertificate.managementScheme(settings);
    }

    private static String address(Settings settings, String key) {
        return scheme(settings, key) + "://" + settings.text(key + ".host") + ":" + settings.text(key + ".port");
    }
}
