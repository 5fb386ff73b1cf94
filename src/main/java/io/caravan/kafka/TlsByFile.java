package io.caravan.kafka;

import java.security.KeyStore;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.security.auth.SslEngineFactory;

/**
 * Gives each connection of a client of Kafka what is to be trusted and shown at that moment. Kafka itself reads the files once,
 * when the client is made.
 */
public final class TlsByFile implements SslEngineFactory {

    /** The setting of a client that has the supplier of a factory of Kafka's. */
    public static final String FACTORY = "caravan.tls";

    private Supplier<SslEngineFactory> factory;

    @Override
    @SuppressWarnings("unchecked")
    public void configure(Map<String, ?> configs) {
        factory = (Supplier<SslEngineFactory>) configs.get(FACTORY);
    }

    @Override
    public SSLEngine createClientSslEngine(String peerHost, int peerPort, String endpointIdentification) {
        return factory.get().createClientSslEngine(peerHost, peerPort, endpointIdentification);
    }

    @Override
    public SSLEngine createServerSslEngine(String peerHost, int peerPort) {
        return factory.get().createServerSslEngine(peerHost, peerPort);
    }

    @Override
    public boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
        return false;
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return Set.of();
    }

    @Override
    public KeyStore keystore() {
        return factory.get().keystore();
    }

    @Override
    public KeyStore truststore() {
        return factory.get().truststore();
    }

    /** Others use the same. */
    @Override
    public void close() {}
}
