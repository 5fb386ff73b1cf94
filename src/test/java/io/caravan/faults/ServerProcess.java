package io.caravan.faults;

import io.caravan.embedded.EmbeddedKafka;
import io.caravan.embedded.EmbeddedMqtt;
import io.caravan.embedded.EmbeddedPostgres;
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
                    case KAFKA -> EmbeddedKafka.start(folder, port);
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
