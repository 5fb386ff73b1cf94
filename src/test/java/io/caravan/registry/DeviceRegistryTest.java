package io.caravan.registry;

import static io.caravan.registry.RegistryFixture.lift;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.caravan.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class DeviceRegistryTest {

    private static final String KILOGRAMS = lift("\"measurements\": {\"load\": {\"unit\": \"kg\"}}");
    private static final String POUNDS = KILOGRAMS.replace("kg", "lb");
    private static final String BAD = KILOGRAMS.replace("\"kg\"", "123");

    @TempDir
    Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(DeviceRegistry.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private DeviceRegistry registry;

    @BeforeEach
    void readARegistry() throws IOException {
        logger.setAdditive(false);
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        registry = new DeviceRegistry(RegistryFixture.write(folder, KILOGRAMS));
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setAdditive(true);
    }

    @Test
    void aFileThatStaysTheSameStaysInUse() {
        DeviceTypes before = registry.types();

        assertThat(registry.reloadIfChanged()).isFalse();

        assertThat(registry.types()).isSameAs(before);
        assertThat(registry.version()).isEqualTo(1);
        assertThat(registry.lastError()).isEmpty();
        assertThat(log.list).isEmpty();
    }

    @Test
    void aGoodEditComesIntoUseAndIsToldOnce() throws IOException {
        RegistryFixture.write(folder, POUNDS);

        assertThat(registry.reloadIfChanged()).isTrue();
        assertThat(registry.reloadIfChanged()).isFalse();

        assertThat(unit()).isEqualTo("lb");
        assertThat(registry.version()).isEqualTo(2);
        assertThat(messages(Level.INFO)).singleElement().asString().contains("device-registry.json", "lift");
    }

    @Test
    void anEditOfTheSameSizeWithinTheSameTickOfTheClockIsSeen() throws IOException {
        Path file = folder.resolve("device-registry.json");
        FileTime changed = Files.getLastModifiedTime(file);
        RegistryFixture.write(folder, POUNDS);
        Files.setLastModifiedTime(file, changed);

        assertThat(registry.reloadIfChanged()).isTrue();
    }

    @Test
    void anEditIsSeenWhenTheFileIsReplacedByAnOlderOne() throws IOException {
        Path old = Files.writeString(folder.resolve("old.json"), POUNDS);
        Files.setLastModifiedTime(old, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        Files.move(old, folder.resolve("device-registry.json"), StandardCopyOption.REPLACE_EXISTING);

        assertThat(registry.reloadIfChanged()).isTrue();
        assertThat(unit()).isEqualTo("lb");
        assertThat(registry.reloadIfChanged()).isFalse();
    }

    @Test
    void aTouchChangesNothing() throws IOException {
        Files.setLastModifiedTime(
                folder.resolve("device-registry.json"), FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));

        assertThat(registry.reloadIfChanged()).isFalse();

        assertThat(registry.version()).isEqualTo(1);
        assertThat(log.list).isEmpty();
    }

    @Test
    void aBadEditLeavesInUseWhatWasAndIsToldOnce() throws IOException {
        RegistryFixture.write(folder, BAD);

        for (int i = 0; i < 5; i++) {
            assertThat(registry.reloadIfChanged()).isFalse();
        }

        assertThat(unit()).isEqualTo("kg");
        assertThat(registry.version()).isEqualTo(1);
        assertThat(registry.lastError())
                .contains(folder.resolve("device-registry.json")
                        + ": /device_types/lift/measurements/load/unit: must be a string");
        assertThat(messages(Level.ERROR))
                .singleElement()
                .asString()
                .contains("/device_types/lift/measurements/load/unit", "stays in use");
    }

    @Test
    void threeMistakesAreToldOnTheOneLine() throws IOException {
        String misspelt = POUNDS.replace("\"measurements\"", "\"mesurements\"");
        writeAndSettle(misspelt);
        assertThat(registry.lastError()).hasValueSatisfying(error -> assertThat(error)
                .contains(
                        "/device_types/lift/measurements: is missing",
                        "/device_types/lift/mesurements: is no known key: did you mean measurements?")
                .doesNotContain("more)"));

        writeAndSettle(misspelt.replace("\"name\"", "\"nmae\"").replace("\"update_frequency\"", "\"freq\""));
        assertThat(registry.lastError())
                .hasValueSatisfying(
                        error -> assertThat(error).endsWith(" (and 3 more)").hasLineCount(1));
    }

    @Test
    void savingTheSameBadEditAgainIsNotToldAgainButAnotherIs() throws IOException {
        writeAndSettle(BAD);
        Files.setLastModifiedTime(
                folder.resolve("device-registry.json"), FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        registry.reloadIfChanged();
        registry.reloadIfChanged();
        assertThat(messages(Level.ERROR)).hasSize(1);

        writeAndSettle(BAD.replace("123", "124"));
        assertThat(messages(Level.ERROR)).hasSize(2);
    }

    @Test
    void aGoodEditAfterABadOneClearsTheError() throws IOException {
        writeAndSettle(BAD);
        RegistryFixture.write(folder, POUNDS);

        assertThat(registry.reloadIfChanged()).isTrue();

        assertThat(registry.lastError()).isEmpty();
        assertThat(registry.version()).isEqualTo(2);
    }

    @Test
    void takingABadEditBackClearsTheErrorWithoutANewVersion() throws IOException {
        writeAndSettle(BAD);
        RegistryFixture.write(folder, KILOGRAMS);

        assertThat(registry.reloadIfChanged()).isFalse();

        assertThat(registry.lastError()).isEmpty();
        assertThat(registry.version()).isEqualTo(1);
        assertThat(messages(Level.INFO)).hasSize(1);
    }

    @Test
    void aFileThatIsStillBeingWrittenIsWaitedForInSilence() throws IOException {
        for (int length : new int[] {0, 10, POUNDS.length() / 2, POUNDS.length() - 1}) {
            RegistryFixture.write(folder, POUNDS.substring(0, length));
            assertThat(registry.reloadIfChanged()).isFalse();
            assertThat(unit()).isEqualTo("kg");
        }
        RegistryFixture.write(folder, POUNDS);

        assertThat(registry.reloadIfChanged()).isTrue();

        assertThat(unit()).isEqualTo("lb");
        assertThat(messages(Level.ERROR)).isEmpty();
        assertThat(registry.lastError()).isEmpty();
    }

    @Test
    void aFileThatVanishedIsToldOnceAndItsReturnToo() throws IOException {
        Path file = folder.resolve("device-registry.json");
        Files.delete(file);
        for (int i = 0; i < 5; i++) {
            assertThat(registry.reloadIfChanged()).isFalse();
        }
        assertThat(messages(Level.ERROR)).singleElement().asString().contains("is missing");
        assertThat(registry.lastError()).contains(file + ": is missing");
        assertThat(unit()).isEqualTo("kg");

        RegistryFixture.write(folder, KILOGRAMS);
        registry.reloadIfChanged();

        assertThat(registry.lastError()).isEmpty();
    }

    @Test
    void readersSeeOneWholeVersionWhileItChanges() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(3);
        List<Future<Long>> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            seen.add(readers.submit(() -> {
                long lookups = 0;
                do {
                    DeviceTypes types = registry.types();
                    DeviceType lift = types.find("lift");
                    assertThat(lift.measurement("load").unit()).isIn("kg", "lb");
                    assertThat(types.detect(List.of("load"))).isSameAs(types.unknown());
                    lookups++;
                } while (!done.get());
                return lookups;
            }));
        }
        for (int i = 0; i < 50; i++) {
            RegistryFixture.write(folder, i % 2 == 0 ? POUNDS : KILOGRAMS);
            assertThat(registry.reloadIfChanged()).isTrue();
        }
        done.set(true);
        readers.shutdown();

        for (Future<Long> reader : seen) {
            assertThat(reader.get(Patience.LONGEST.toSeconds(), TimeUnit.SECONDS))
                    .isPositive();
        }
        assertThat(registry.version()).isEqualTo(51);
    }

    private String unit() {
        return registry.types().find("lift").measurement("load").unit();
    }

    /** Long enough for a bad version to be believed. */
    private void writeAndSettle(String content) throws IOException {
        RegistryFixture.write(folder, content);
        registry.reloadIfChanged();
        registry.reloadIfChanged();
    }

    private List<String> messages(Level level) {
        return log.list.stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
