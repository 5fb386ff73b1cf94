package io.caravan.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What stands in routes/, as it was written. */
final class RouteFiles {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RouteFiles() {}

    static List<Path> all() {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(Path file) {
        try {
            return MAPPER.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The routes of all files, and the templates of routes. */
    static List<JsonNode> routes() {
        List<JsonNode> routes = new ArrayList<>();
        for (Path file : all()) {
            for (JsonNode item : read(file)) {
                Stream.of("route", "routeTemplate")
                        .map(item::path)
                        .filter(JsonNode::isObject)
                        .forEach(routes::add);
            }
        }
        return routes;
    }

    /** All steps below a node, but for a doTry, which Camel lets nobody watch: its own steps are among them. */
    static List<JsonNode> steps(JsonNode node) {
        List<JsonNode> steps = new ArrayList<>();
        collectSteps(node, steps);
        return steps;
    }

    private static void collectSteps(JsonNode node, List<JsonNode> steps) {
        node.properties().forEach(field -> {
            if (field.getKey().equals("steps")) {
                field.getValue().forEach(step -> step.properties().forEach(eip -> {
                    if (!eip.getKey().equals("doTry")) {
                        steps.add(eip.getValue());
                    }
                }));
            }
        });
        node.forEach(child -> collectSteps(child, steps));
    }
}
