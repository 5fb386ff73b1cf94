package io.caravan.embedded;

import java.nio.file.Path;

/** A process of its own for {@link EmbeddedServersIT}, which kills it. Prints where its servers listen, on one line. */
final class KilledServers {

    private KilledServers() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedServers servers = EmbeddedServers.start(Path.of(arguments[0]), EmbeddedServers.Ports.ANY);
        System.out.println("ready " + servers.mqttUrl() + " " + servers.kafkaBrokers() + " " + servers.jdbcUrl());
        Thread.currentThread().join();
    }
}
