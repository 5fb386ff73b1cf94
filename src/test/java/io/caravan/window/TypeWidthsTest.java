package io.caravan.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.registry.DeviceRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypeWidthsTest {

    private static final Widths COMMON = Widths.parse("15m,1m,5m");

    @TempDir
    private Path folder;

    @BeforeEach
    void schema() throws IOException {
        Path schema = Path.of("config", "device-registry.schema.json");
        Files.copy(schema, folder.resolve(schema.getFileName()));
    }

    @Test
    void aTypeHasTheWidthsThatItDeclaresAndTheSmallestOfAll() throws IOException {
        TypeWidths.InUse widths = new TypeWidths(COMMON, declare("[\"1h\", \"120s\"]")).inUse();

        assertThat(widths.own()).isEqualTo(Map.of("meter", List.of(width(60), width(120), width(3_600))));
        assertThat(widths.common()).containsExactly(width(60), width(300), width(900));
        assertThat(widths.all()).containsExactly(width(60), width(120), width(300), width(900), width(3_600));
        assertThat(widths.named("60m")).contains(width(3_600));
        assertThat(widths.named("30m")).isEmpty();
        assertThat(widths).hasToString("1m,5m,15m (of types {meter=[1m, 2m, 1h]})");
    }

    @Test
    void theyFollowTheRegistry() throws IOException {
        DeviceRegistry registry = declare("[\"1h\"]");
        TypeWidths widths = new TypeWidths(COMMON, registry);
        TypeWidths.InUse before = widths.inUse();
        assertThat(widths.inUse()).isSameAs(before);

        declare("[\"1d\"]");
        assertThat(registry.reloadIfChanged()).isTrue();

        assertThat(widths.inUse().named("1h")).isEmpty();
        assertThat(widths.inUse().own()).isEqualTo(Map.of("meter", List.of(width(60), width(86_400))));
    }

    @Test
    void withoutARegistryAllHaveTheSame() {
        TypeWidths.InUse widths = TypeWidths.forAll(COMMON).inUse();

        assertThat(widths.own()).isEmpty();
        assertThat(widths.all()).isEqualTo(widths.common());
        assertThat(widths).hasToString("1m,5m,15m");
    }

    private DeviceRegistry declare(String windows) throws IOException {
        Path file = Files.writeString(
                folder.resolve("device-registry.json"),
                """
                {"device_types": {
                  "meter": {"name": "Meter", "update_frequency": "1_minute", "measurements": {}, "windows": %s},
                  "other": {"name": "Other", "update_frequency": "1_minute", "measurements": {}}}}"""
                        .formatted(windows));
        return new DeviceRegistry(file, Duration.ofSeconds(60));
    }

    private static Width width(int seconds) {
        return new Width(seconds);
    }
}
