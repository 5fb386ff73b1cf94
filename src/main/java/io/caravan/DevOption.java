package io.caravan;

import io.caravan.settings.Settings;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option of the commands that run routes. */
final class DevOption {

    @Option(names = "--dev", description = "Edits of route files count at once, and a bad one changes nothing.")
    private boolean dev;

    Settings applyTo(Settings settings) {
        return dev ? settings.with(Map.of("caravan.routes.reload", "true")) : settings;
    }
}
