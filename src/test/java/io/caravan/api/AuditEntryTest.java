package io.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditEntryTest {

    /** What is refused is counted together; else whoever hangs up in time would have a row for each try. */
    @ParameterizedTest
    @CsvSource({"ann, 200, false", "ann, 403, true", "ann, 503, false", "ann, 0, false", ", 401, true", ", 0, true"})
    void whoHasNotSignedInAndGotNoAnswerIsRefusedToo(String subject, int status, boolean refused) {
        AuditEntry entry = new AuditEntry(
                UUID.randomUUID(), Instant.EPOCH, "/", subject, null, "POST", "/api/x", null, status, "127.0.0.1", 1);
        assertThat(entry.isRefused()).isEqualTo(refused);
    }
}
