package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {

    @TempDir
    Path folder;

    @Test
    void aFolderThatIsASymbolicLinkIsTheOneThatItLeadsTo() throws Exception {
        Path real = Files.createDirectory(folder.resolve("real")).toRealPath();
        Files.writeString(real.resolve("store-a.camel.yaml"), "[]");
        RouteFiles files = new RouteFiles(Files.createSymbolicLink(folder.resolve("link"), real), Set.of(Stage.STORE));

        assertThat(files.read()).containsOnlyKeys("file:" + real + "/store-a.camel.yaml");
        assertThat(files.pattern()).contains("file:" + real + "/store*.camel.yaml");
    }

    @Test
    void aFileThatAnEditorReplacesHidesNoOther() throws Exception {
        RouteFiles files = new RouteFiles(folder, Set.of(Stage.STORE));
        for (int i = 0; i < 20; i++) {
            Files.writeString(folder.resolve("store-" + i + ".camel.yaml"), "[]");
        }
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> editor = CompletableFuture.runAsync(() -> {
            try {
                while (!done.get()) {
                    Files.deleteIfExists(folder.resolve("store-edited.camel.yaml"));
                    Files.writeString(folder.resolve("store-edited.camel.yaml"), "[]");
                }
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });

        for (int i = 0; i < 2_000; i++) {
            assertThat(files.read()).hasSizeGreaterThanOrEqualTo(20);
        }

        done.set(true);
        editor.get();
        assertThat(new RouteFiles(folder.resolve("none"), Set.of(Stage.STORE)).read())
                .isEmpty();
    }
}
