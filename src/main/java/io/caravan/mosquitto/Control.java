package io.caravan.mosquitto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.settings.MqttAddress;
import io.caravan.settings.TlsFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Asks Mosquitto's dynamic security plugin over MQTT, and waits for its answers. Connects when it is asked first, and again when the
 * connection was lost. Thread-safe. Source: Mosquitto 2.0, plugins/dynamic-security/README.md.
 */
public final class Control implements AutoCloseable {

    private static final String TOPIC = "$CONTROL/dynamic-security/v1";
    private static final long ANSWER_SECONDS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MqttAddress broker;
    private final Supplier<TlsFiles> tls;
    private final String username;
    private final Supplier<String> password;
    private final String clientId;
    private final Map<String, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private Mqtt5AsyncClient client;

    /**
     * @param tls asked for with every connection, as the password is
     * @param clientId the start of the client's id
     */
    public Control(String url, Supplier<TlsFiles> tls, String username, Supplier<String> password, String clientId) {
        this.tls = tls;
        this.broker = MqttAddress.of(url);
        this.username = username;
        this.password = password;
        this.clientId = clientId + "-users-" + UUID.randomUUID();
    }

    /**
     * Sends commands, in one message.
     *
     * @return the answers, one for each, in any order; {@code error} in one says that it failed
     * @throws IOException when the broker does not answer
     */
    public synchronized List<JsonNode> ask(List<ObjectNode> commands) throws IOException {
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        List<String> names = new ArrayList<>();
        try {
            connect();
            ArrayNode list = JSON.createArrayNode();
            for (ObjectNode command : commands) {
                String name = UUID.randomUUID().toString();
                names.add(name);
                answers.add(waiting.computeIfAbsent(name, any -> new CompletableFuture<>()));
                list.add(command.deepCopy().put("correlationData", name));
            }
            client.publishWith()
                    .topic(TOPIC)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(JSON.writeValueAsBytes(JSON.createObjectNode().set("commands", list)))
                    .send();
            List<JsonNode> received = new ArrayList<>();
            for (CompletableFuture<JsonNode> answer : answers) {
                received.add(answer.get(ANSWER_SECONDS, TimeUnit.SECONDS));
            }
            return received;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            leave();
            throw new IOException(
                    "the broker's dynamic security plugin does not answer: "
                            + (e.getCause() == null
                                    ? "no answer in time"
                                    : e.getCause().getMessage()),
                    e);
        } finally {
            names.forEach(waiting::remove);
        }
    }

    private void connect() throws InterruptedException, ExecutionException, TimeoutException {
        if (client != null && client.getState().isConnected()) {
            return;
        }
        var builder = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost(broker.host())
                .serverPort(broker.port());
        if (broker.tls()) {
            TlsFiles files = tls.get();
            builder = builder.sslConfig(MqttClientSslConfig.builder()
                    .trustManagerFactory(files.trusted())
                    .keyManagerFactory(files.own())
                    .build());
        }
        client = builder.simpleAuth()
                .username(username)
                .password(password.get().getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .buildAsync();
        client.connectWith().send().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        client.subscribeWith()
                .topicFilter(TOPIC + "/response")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(this::answered)
                .send()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private void answered(Mqtt5Publish message) {
        try {
            for (JsonNode response : JSON.readTree(message.getPayloadAsBytes()).path("responses")) {
                CompletableFuture<JsonNode> answer =
                        waiting.get(response.path("correlationData").asText());
                if (answer != null) {
                    answer.complete(response);
                }
            }
        } catch (IOException e) {
            // not for us: who waits is told that nothing came
        }
    }

    private void leave() {
        if (client != null && client.getState().isConnected()) {
            client.disconnect();
        }
        client = null;
    }

    @Override
    public synchronized void close() {
        leave();
    }
}
