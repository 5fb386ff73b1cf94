package io.caravan.signin;

import io.caravan.settings.MqttAddress;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** With what the commands that play devices log in to the MQTT broker of a demo on this machine. Stateless. */
public final class OwnMqttLogin {

    private static final Set<String> HERE = Set.of("127.0.0.1", "localhost", "::1");

    private OwnMqttLogin() {}

    /**
     * A broker's address, with Caravan's own user of the demo where it names no user and is on this machine.
     *
     * @param data the folder of that demo
     * @throws UserError when the file with its password cannot be read
     */
    public static String in(String url, Path data) {
        Path file = DemoSecrets.mqttPassword(data);
        try {
            MqttAddress broker = MqttAddress.of(url);
            return broker.userInfo() != null || !HERE.contains(broker.host()) || !Files.isReadable(file)
                    ? url
                    : url.replace(
                            "://",
                            "://" + DemoSecrets.MQTT_USER + ':'
                                    + Files.readString(file).strip() + '@');
        } catch (IllegalArgumentException e) {
            return url; // who connects says so
        } catch (IOException e) {
            throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
