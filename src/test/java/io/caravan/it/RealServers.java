package io.caravan.it;

import io.caravan.embedded.EmbeddedServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the MQTT broker, the Kafka and the PostgreSQL that all of them share: started for the first that asks, on free
 * ports, closed and removed after the last test. Tests keep apart by devices of their own.
 */
final class RealServers implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedServers.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(RealServers.class))
                .getOrComputeIfAbsent(Shared.class, key -> Shared.start(), Shared.class)
                .servers;
    }

    private record Shared(Folder folder, EmbeddedServers servers) implements AutoCloseable {

        static Shared start() {
            try {
                Folder folder = Folder.create();
                return new Shared(folder, EmbeddedServers.start(folder.path(), EmbeddedServers.Ports.ANY));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            servers.close();
            folder.close();
        }
    }
}
