package io.caravan.ingest;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import io.caravan.settings.MqttAddress;
import io.caravan.settings.Settings;
import io.caravan.settings.TlsFiles;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How to reach the MQTT broker.
 *
 * @param url such as {@code tcp://127.0.0.1:1883}
 * @param username null where the broker asks for none
 * @param password asked for with every connection; null where the broker asks for none
 * @param clientId the start of every client's id; the same after a restart, different for each instance of Caravan
 * @param shareGroup the name of the shared subscription
 * @param sessionExpiry how long the broker keeps the messages of a client that is away
 * @param resubscribe whether the subscriptions of a resumed session are asked for again
 * @param tls what it trusts and shows, where the broker is to be reached with TLS; asked for with every connection
 * @param receiveMaximum how many messages a client may hold that are not acknowledged yet
 */
public record MqttSettings(
        String url,
        String username,
        Supplier<String> password,
        Supplier<TlsFiles> tls,
        String clientId,
        String shareGroup,
        Duration sessionExpiry,
        boolean resubscribe,
        int receiveMaximum) {

    private static final String PASSWORD = "caravan.mqtt.password";

    /** @throws io.caravan.settings.UserError when a file cannot be used */
    public static MqttSettings of(Settings settings) {
        return new MqttSettings(
                settings.text("caravan.mqtt.url"),
                settings.text("caravan.mqtt.username", null),
                settings.text(PASSWORD, null) == null ? null : settings.secret(PASSWORD),
                TlsFiles.followed(settings, "caravan.mqtt"),
                settings.text("caravan.mqtt.client-id"),
                settings.text("caravan.mqtt.share-group"),
                settings.duration("caravan.mqtt.session-expiry"),
                settings.flag("caravan.mqtt.resubscribe"),
                settings.number("caravan.mqtt.receive-maximum", 1, 65_535));
    }

    /** A client that reaches the broker and logs in, yet to be completed. */
    Mqtt5ClientBuilder client(String id) {
        MqttAddress broker = MqttAddress.of(url);
        Mqtt5ClientBuilder client =
                Mqtt5Client.builder().identifier(id).serverHost(broker.host()).serverPort(broker.port());
        if (broker.tls()) {
            TlsFiles files = tls.get();
            client = client.sslConfig(MqttClientSslConfig.builder()
                    .trustManagerFactory(files.trusted())
                    .keyManagerFactory(files.own())
                    .build());
        }
        if (username == null) {
            return client;
        }
        var login = client.simpleAuth().username(username);
        return password == null
                ? login.applySimpleAuth()
                : login.password(password.get().getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth();
    }

    /** The same for clients that want nothing kept while they are away. */
    public MqttSettings withoutSession() {
        return new MqttSettings(
                url, username, password, tls, clientId, shareGroup, Duration.ZERO, true, receiveMaximum);
    }
}
