package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class FollowedTest {

    private static final String KEY = "caravan.auth.master-key";

    private final Logger logger = (Logger) LoggerFactory.getLogger(Followed.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void listen() throws IOException {
        file = Files.writeString(folder.resolve("secret"), "the first secret");
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
    }

    @Test
    void aFileThatCannotBeUsedIsToldOnceAndChangesNothingUntilItIsMended() throws IOException {
        Supplier<String> secret = settings().secret(KEY, FollowedTest::long16);
        assertThat(secret.get()).isEqualTo("the first secret");

        Files.writeString(file, "short");
        await().untilAsserted(() -> {
            assertThat(secret.get()).isEqualTo("the first secret");
            assertThat(told()).contains("too short");
        });
        Files.writeString(file, " \n");
        await().untilAsserted(() -> {
            assertThat(secret.get()).isEqualTo("the first secret");
            assertThat(told()).contains(KEY, file.toString(), "is empty");
        });
        Files.delete(file);
        await().untilAsserted(() -> {
            assertThat(secret.get()).isEqualTo("the first secret");
            assertThat(told()).contains("cannot be read");
        });
        Files.writeString(file, "the second secret\n");
        await().until(() -> secret.get().equals("the second secret"));

        assertThat(log.list).hasSize(4);
        assertThat(told()).doesNotContain("first", "second");
    }

    @Test
    void oneThatIsRenamedIntoPlaceCountsWhateverItsTime() throws IOException {
        Supplier<String> secret = settings().secret(KEY);
        assertThat(secret.get()).isEqualTo("the first secret");
        Path next = Files.writeString(folder.resolve("next"), "the other secret");
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));

        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);

        await().until(() -> secret.get().equals("the other secret"));
    }

    @Test
    void theFirstHasToBeOneThatCanBeUsed() throws IOException {
        Files.writeString(file, "short");
        Settings settings = settings();

        assertThatThrownBy(() -> settings.secret(KEY, FollowedTest::long16))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("too short");
    }

    @Test
    void whatNobodyExpectedIsToldByItsKindOnly() throws IOException {
        Supplier<String> secret = settings().secret(KEY, text -> {
            if (text.startsWith("the second")) {
                throw new IllegalStateException(text);
            }
            return text;
        });

        Files.writeString(file, "the second secret");
        await().untilAsserted(() -> {
            assertThat(secret.get()).isEqualTo("the first secret");
            assertThat(told()).contains(KEY, "IllegalStateException").doesNotContain("second");
        });
        Files.writeString(file, "the third one");
        await().until(() -> secret.get().equals("the third one"));
    }

    private Settings settings() {
        return Settings.load(
                Path.of("application.properties"), Map.of("CARAVAN_AUTH_MASTER_KEY_FILE", file.toString()));
    }

    private static String long16(String text) {
        if (text.length() < 16) {
            throw new UserError("too short");
        }
        return text;
    }

    private String told() {
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList()
                .toString();
    }
}
