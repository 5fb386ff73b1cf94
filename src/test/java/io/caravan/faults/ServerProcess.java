package io.caravan.faults;

import io.caravan.embedded.EmbeddedMqtt;
import io.caravan.embedded.EmbeddedPostgres;
import io.caravan.embedded.WiredKafka;
import java.nio.file.Path;

/** The process of a {@link Server}. Says when it serves. */
final class ServerProcess {

    static final String READY = "ready";

    private ServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int port = Integer.parseInt(arguments[2]);
        AutoCloseable server =
                switch (Server.Kind.valueOf(arguments[0])) {
                    case MQTT -> EmbeddedMqtt.start(folder, port);
                    case KAFKA ->
                        WiredKafka.start(folder, port, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
                    case POSTGRES -> EmbeddedPostgres.start(folder, port);
                };
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
