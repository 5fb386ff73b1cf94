package io.caravan.reload;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.settings.RouteFiles;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RouteCheckTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Stage.class)
    void everyStageHasAllThatItsRoutesName(Stage stage) throws Exception {
        RouteCheck.require(new RouteFiles(Path.of("routes"), Set.of(stage)));
    }

    @Test
    void aMistakeEndsTheStartWithFileAndLine() throws Exception {
        Files.writeString(
                folder.resolve("store.camel.yaml"),
                """
                - route:
                    id: greet
                    routeConfigurationId: nowhere
                    from:
                      uri: direct:greet
                      steps: []
                """);

        assertThatThrownBy(() -> RouteCheck.require(new RouteFiles(folder, Set.of(Stage.STORE))))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("store.camel.yaml:3: there is no route configuration nowhere");
    }
}
