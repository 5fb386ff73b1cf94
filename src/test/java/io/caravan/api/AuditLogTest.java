package io.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.LoggerFactory;

class AuditLogTest {

    @Test
    @Timeout(60)
    void anEndDoesNotWaitForADatabaseThatAcceptsAndSaysNothingAndTellsWhatIsLost() throws Exception {
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.class);
        logger.addAppender(told);
        try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setUrl("jdbc:postgresql://127.0.0.1:" + blackHole.getLocalPort() + "/caravan");
            AuditLog log = new AuditLog(database, new SimpleMeterRegistry());
            log.add(new AuditEntry(
                    UUID.randomUUID(),
                    Instant.now(),
                    "acme",
                    "ann",
                    "admin",
                    "PUT",
                    "/api/limits",
                    null,
                    200,
                    "127.0.0.1",
                    1));
            blackHole.accept(); // the writer has it in hand
            log.close();
        } finally {
            logger.detachAppender(told);
        }

        assertThat(told.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("The database does not answer: rows of the audit log are lost, at least 1");
    }
}
