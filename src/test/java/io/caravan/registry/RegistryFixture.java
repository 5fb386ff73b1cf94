package io.caravan.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The registry that Caravan ships, and copies of it to be edited. */
final class RegistryFixture {

    static final Path SHIPPED = Path.of("config", "device-registry.json");

    private RegistryFixture() {}

    static DeviceTypes shipped() {
        return new DeviceRegistry(SHIPPED).types();
    }

    static DeviceType shipped(String type) {
        return shipped().find(type);
    }

    /** A folder's device-registry.json with the shipped schema beside it. */
    static Path write(Path folder, String registry) throws IOException {
        Path schema = folder.resolve(RegistrySchema.FILE);
        if (Files.notExists(schema)) {
            Files.copy(SHIPPED.resolveSibling(RegistrySchema.FILE), schema);
        }
        return Files.writeString(folder.resolve("device-registry.json"), registry);
    }

    /** A registry of one type, lift, of which some keys are given. */
    static String lift(String keys) {
        return "{\"device_types\": {\"lift\": {\"name\": \"Lift\", \"update_frequency\": \"10_seconds\", " + keys
                + "}}}";
    }
}
