package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @TempDir
    private Path folder;

    @Test
    void theEnvironmentWinsOverTheFileAndOverridesOverBoth() throws IOException {
        Settings settings = load(
                "caravan.http.port=1\ncaravan.mqtt.client-id=a\n",
                Map.of("CARAVAN_HTTP_PORT", "2", "CARAVAN_MQTT_CLIENT_ID", "b"));

        assertThat(settings.port("caravan.http.port")).isEqualTo(2);
        assertThat(settings.text("caravan.mqtt.client-id")).isEqualTo("b");
        assertThat(settings.with(Map.of("caravan.http.port", "3")).port("caravan.http.port"))
                .isEqualTo(3);
        assertThat(settings.port("caravan.http.port")).isEqualTo(2);
    }

    @Test
    void aKeyThatTheFileDoesNotHaveCanBeGivenByTheEnvironmentAlone() throws IOException {
        assertThat(load("", Map.of("CARAVAN_DB_PASSWORD", "x", "OTHER", "y")).asMap())
                .isEqualTo(Map.of("caravan.db.password", "x"));
    }

    @Test
    void everyKeyThatTheFileOnlyMentionsCanBeGivenByTheEnvironment() throws IOException {
        Path file = Path.of("application.properties");
        List<String> mentioned = Files.readAllLines(file).stream()
                .filter(line -> line.matches("#caravan[.][a-z.-]+=.*"))
                .map(line -> line.substring(1, line.indexOf('=')))
                .toList();
        assertThat(mentioned).contains("caravan.mqtt.credentials-key", "caravan.auth.master-key");
        Path secret = Files.writeString(folder.resolve("secret"), "first");

        for (String key : mentioned) {
            String variable = Settings.variableOf(key);
            assertThat(Settings.load(file, Map.of(variable, "x")).text(key))
                    .as(variable)
                    .isEqualTo("x");
            Settings fromFile = Settings.load(file, Map.of(variable + "_FILE", secret.toString()));
            assertThat(fromFile.text(key)).as(variable).isEqualTo("first");
            assertThat(fromFile.with(Map.of(key, "y")).text(key)).isEqualTo("y");
        }
        Supplier<String> follows = Settings.load(file, Map.of("CARAVAN_AUTH_MASTER_KEY_FILE", secret.toString()))
                .secret("caravan.auth.master-key");
        assertThat(follows).isInstanceOf(Followed.class);
    }

    @Test
    void aSecretCanStandInAFileOfItsOwn() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");

        assertThat(load("caravan.db.password=x", Map.of("CARAVAN_DB_PASSWORD_FILE", secret.toString()))
                        .text("caravan.db.password"))
                .isEqualTo("s3cret");
        assertThat(load("", Map.of("CARAVAN_DB_PASSWORD_FILE", secret.toString(), "CARAVAN_DB_PASSWORD", "plain"))
                        .text("caravan.db.password"))
                .isEqualTo("plain");
        assertThatThrownBy(() -> load("", Map.of("CARAVAN_DB_PASSWORD_FILE", "/nowhere/secret")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("CARAVAN_DB_PASSWORD_FILE")
                .hasMessageContaining("/nowhere/secret");
    }

    @Test
    void aKeyThatEndsInFileIsGivenAsItIs() throws IOException {
        assertThat(load("caravan.registry.file=a.json", Map.of("CARAVAN_REGISTRY_FILE", "b.json"))
                        .text("caravan.registry.file"))
                .isEqualTo("b.json");
    }

    @Test
    void aMissingValueNamesItsKeyAndVariable() throws IOException {
        assertThatThrownBy(() -> load("caravan.mqtt.client-id= ", Map.of()).text("caravan.mqtt.client-id"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("caravan.mqtt.client-id")
                .hasMessageContaining("CARAVAN_MQTT_CLIENT_ID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "-1", "65536", "1.5", "99999999999", "0x10"})
    void aBadNumberNamesItsKeyAndRange(String value) throws IOException {
        Settings settings = load("caravan.http.port=" + value, Map.of());

        assertThatThrownBy(() -> settings.port("caravan.http.port"))
                .isInstanceOf(UserError.class)
                .hasMessage("caravan.http.port must be a whole number from 0 to 65535, not '" + value + "'");
    }

    @Test
    void flagsAreTrueOrFalseInAnyCase() throws IOException {
        Settings settings = load("a=TRUE\nb=false\nc=yes", Map.of());

        assertThat(settings.flag("a")).isTrue();
        assertThat(settings.flag("b")).isFalse();
        assertThatThrownBy(() -> settings.flag("c"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("c must be");
    }

    @Test
    void durationsHaveAUnit() throws IOException {
        Settings settings = load("a=500ms\nb=30s\nc=5m\nd=2h\ne=7d\nf=5\ng=-1s\nh=1y", Map.of());

        assertThat(settings.duration("a")).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.duration("b")).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.duration("c")).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.duration("d")).isEqualTo(Duration.ofHours(2));
        assertThat(settings.duration("e")).isEqualTo(Duration.ofDays(7));
        for (String key : new String[] {"f", "g", "h"}) {
            assertThatThrownBy(() -> settings.duration(key))
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith(key);
        }
    }

    @Test
    void aFileThatCannotBeReadIsTheUsersError() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken"), "a=\\uXYZ");

        assertThatThrownBy(() -> Settings.load(folder.resolve("none"), Map.of()))
                .isInstanceOf(UserError.class);
        assertThatThrownBy(() -> Settings.load(broken, Map.of())).isInstanceOf(UserError.class);
    }

    private Settings load(String properties, Map<String, String> environment) throws IOException {
        return Settings.load(Files.writeString(folder.resolve("application.properties"), properties), environment);
    }
}
