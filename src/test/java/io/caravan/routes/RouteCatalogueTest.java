package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.caravan.settings.Stage;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a reader may expect of every file in routes/, also of those that are added later. */
class RouteCatalogueTest {

    private static JsonSchema schema;

    @BeforeAll
    static void readCamelsSchema() throws Exception {
        try (InputStream source = RouteCatalogueTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(source);
        }
    }

    static Stream<Path> files() {
        return RouteFiles.all().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileIsValidCamelYaml(Path file) {
        assertThat(schema.validate(RouteFiles.read(file))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileBelongsToAStage(Path file) {
        String name = file.getFileName().toString();
        assertThat(Stream.concat(
                        Stream.of("errors", "registry"),
                        Arrays.stream(Stage.values()).map(Stage::label)))
                .as("the stages, of which one begins the name, or nothing loads it")
                .anyMatch(stage -> name.equals(stage + ".camel.yaml") || name.startsWith(stage + "-"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileStandsInTheDocumentation(Path file) throws Exception {
        String name = file.getFileName().toString().replace(".camel.yaml", "");
        assertThat(Files.readString(Path.of("docs/routes.md"))).contains(name);
    }

    @Test
    void everyRouteHasIdAndDescriptionAndStandsInTheDocumentation() throws Exception {
        String docs = Files.readString(Path.of("docs/routes.md"));
        assertThat(RouteFiles.routes()).isNotEmpty().allSatisfy(route -> {
            String id = route.path("id").asText();
            assertThat(id).as("id").isNotBlank();
            assertThat(route.path("description").asText())
                    .as("description of " + id)
                    .isNotBlank();
            assertThat(docs).as("docs/routes.md").contains("| `" + id + "` |");
        });
    }

    /** Camel's component timer waits by the wall clock: when that is set back an hour, it waits an hour. */
    @Test
    void noRouteWaitsByTheWallClock() {
        assertThat(RouteFiles.routes())
                .extracting(route -> route.at("/from/uri").asText())
                .noneMatch(uri -> uri.startsWith("timer:"));
    }

    @Test
    void everyStepHasAnIdOfItsOwn() {
        List<JsonNode> steps = RouteFiles.all().stream()
                .flatMap(file -> RouteFiles.steps(RouteFiles.read(file)).stream())
                .toList();
        assertThat(steps)
                .isNotEmpty()
                .allSatisfy(step ->
                        assertThat(step.path("id").asText()).as(step.toString()).isNotBlank());
        assertThat(steps.stream().map(step -> step.path("id").asText())).doesNotHaveDuplicates();
    }
}
