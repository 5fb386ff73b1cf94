package io.caravan.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A Kafka with two doors: one that is open, and one with TLS at which clients sign in by SCRAM-SHA-256 or PLAIN, and again every
 * three seconds.
 */
public final class GuardedKafka implements AutoCloseable {

    private static final int ITERATIONS = 4_096;

    private final Path folder;
    private final int openPort = Claim.freePort();
    private final String guarded = Claim.HOST + ":" + Claim.freePort();
    private final Map<String, String> doors = new HashMap<>();
    private EmbeddedKafka kafka;

    private GuardedKafka(Path folder) {
        this.folder = folder;
    }

    public static GuardedKafka start(Path folder, TestCertificate certificate) throws IOException {
        GuardedKafka kafka = new GuardedKafka(folder);
        kafka.restart(certificate, Map.of());
        return kafka;
    }

    /** Closes it and starts it again, with what the guarded door has besides. */
    public void restart(TestCertificate certificate, Map<String, String> besides) throws IOException {
        close();
        Claim claim = EmbeddedKafka.claim(folder, openPort);
        String controller = Claim.HOST + ":" + Claim.freePort();
        String listeners = "PLAINTEXT://" + claim.address() + ",GUARDED://" + guarded;
        doors.put("listeners", listeners + ",CONTROLLER://" + controller);
        doors.put("advertised.listeners", listeners);
        doors.put("controller.quorum.voters", "1@" + controller);
        doors.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_SSL");
        guard("sasl.enabled.mechanisms", "SCRAM-SHA-256,PLAIN");
        guard("connections.max.reauth.ms", "3000");
        guard("scram-sha-256.sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        guard("plain.sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required;");
        guard("ssl.keystore.type", "PEM");
        guard("ssl.keystore.certificate.chain", Files.readString(certificate.certificate()));
        guard("ssl.keystore.key", Files.readString(certificate.key()));
        besides.forEach(this::guard);
        kafka = EmbeddedKafka.start(claim, doors);
    }

    private void guard(String setting, String value) {
        doors.put("listener.name.guarded." + setting, value);
    }

    public String openDoor() {
        return kafka.kafkaBrokers();
    }

    public String guardedDoor() {
        return guarded;
    }

    /** Lets a user in from now on, by SCRAM; one that was let in before, by this password only. */
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
        if (kafka != null) {
            kafka.close();
        }
    }
}
