package io.caravan.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/** A Kafka with two doors: one that is open, and one with TLS at which clients sign in by SCRAM-SHA-256. */
public final class GuardedKafka implements AutoCloseable {

    private static final int ITERATIONS = 4_096;

    private final EmbeddedKafka kafka;
    private final String guarded;

    private GuardedKafka(EmbeddedKafka kafka, String guarded) {
        this.kafka = kafka;
        this.guarded = guarded;
    }

    public static GuardedKafka start(Path folder, TestCertificate certificate) throws IOException {
        Claim claim = EmbeddedKafka.claim(folder, 0);
        String controller = Claim.HOST + ":" + Claim.freePort();
        String guarded = Claim.HOST + ":" + Claim.freePort();
        String doors = "PLAINTEXT://" + claim.address() + ",GUARDED://" + guarded;
        return new GuardedKafka(
                EmbeddedKafka.start(
                        claim,
                        Map.of(
                                "listeners",
                                doors + ",CONTROLLER://" + controller,
                                "advertised.listeners",
                                doors,
                                "controller.quorum.voters",
                                "1@" + controller,
                                "listener.security.protocol.map",
                                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_SSL",
                                "sasl.enabled.mechanisms",
                                "SCRAM-SHA-256",
                                "listener.name.guarded.scram-sha-256.sasl.jaas.config",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                                "listener.name.guarded.ssl.keystore.type",
                                "PEM",
                                "listener.name.guarded.ssl.keystore.certificate.chain",
                                Files.readString(certificate.certificate()),
                                "listener.name.guarded.ssl.keystore.key",
                                Files.readString(certificate.key()))),
                guarded);
    }

    public String openDoor() {
        return kafka.kafkaBrokers();
    }

    public String guardedDoor() {
        return guarded;
    }

    /** Lets a user in from now on. */
    public void add(String user, String password) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", openDoor()))) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, ITERATIONS), password)))
                    .all()
                    .get();
        }
    }

    @Override
    public void close() {
        kafka.close();
    }
}
