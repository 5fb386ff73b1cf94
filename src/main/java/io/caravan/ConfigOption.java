package io.caravan;

import io.caravan.settings.Settings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that every command with settings has. */
final class ConfigOption {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "application.properties",
            description = "The settings. Default: ${DEFAULT-VALUE}.")
    private Path file;

    Settings settings() {
        return Settings.load(file, System.getenv());
    }
}
