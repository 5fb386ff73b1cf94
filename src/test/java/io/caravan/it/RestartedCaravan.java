package io.caravan.it;

import io.caravan.embedded.EmbeddedServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The application as a process that ends and is started again, at the same HTTP port. One that was killed gives its
 * partitions up sooner than by the project's own settings.
 */
final class RestartedCaravan implements AutoCloseable {

    private final Map<String, String> settings;
    private final String config;
    private final Api api;
    private ChildCaravan process;

    /**
     * Starts it.
     *
     * @param folder takes its settings
     */
    RestartedCaravan(EmbeddedServers servers, Path folder, Map<String, String> overrides) throws IOException {
        int http = FreePort.next();
        settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.http.port", Integer.toString(http));
        settings.put("caravan.devices.auto-provision", "true");
        settings.put("caravan.auth.enabled", "false");
        settings.putAll(overrides);
        config = withShortSessions(folder).toString();
        api = new Api(http);
        start();
    }

    private static Path withShortSessions(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("application.properties"),
                Files.readString(Path.of("application.properties"))
                        .replace(
                                "camel.component.kafka.sessionTimeoutMs=10000",
                                "camel.component.kafka.sessionTimeoutMs=6000")
                        .replace(
                                "camel.component.kafka.heartbeatIntervalMs=3000",
                                "camel.component.kafka.heartbeatIntervalMs=1000"));
    }

    /** Starts it again. */
    void start() throws IOException {
        settings.put("caravan.management.port", Integer.toString(FreePort.next()));
        process = ChildCaravan.start(settings, "run", "--config", config);
    }

    /** Ends it as {@code kill -9} does. */
    void kill() throws IOException, InterruptedException {
        process.close();
    }

    /** Ends it as {@code kill} does; its exit code. */
    int terminate() throws IOException, InterruptedException {
        process.terminate();
        int code = process.exitCode();
        process.close();
        return code;
    }

    Api api() {
        return api;
    }

    /** What it has said since its last start. */
    String output() throws IOException {
        return process.output();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.close();
    }
}
