package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs after all tests, by an execution of its own in pom.xml: no step of any route is one that no route test has run. */
class RouteCoverageCheck {

    @Test
    void everyStepOfEveryRouteWasRun() throws Exception {
        Set<String> run = new TreeSet<>();
        try (Stream<Path> files = Files.list(StepCoverage.FOLDER)) {
            for (Path file : files.toList()) {
                run.addAll(Files.readAllLines(file));
            }
        }
        Set<String> neverRun = RouteFiles.all().stream()
                .flatMap(file -> RouteFiles.steps(RouteFiles.read(file)).stream())
                .map((JsonNode step) -> step.path("id").asText())
                .filter(step -> !run.contains(step))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(neverRun).as("steps that no test has run").isEmpty();
    }
}
