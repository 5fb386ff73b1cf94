package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShutdownTest {

    @Test
    void theLastThatStartedIsClosedFirstAndAFailureKeepsNobodyOpen() {
        List<String> closed = new ArrayList<>();
        Shutdown shutdown = new Shutdown();
        shutdown.closes(() -> closed.add("first"));
        shutdown.closes(() -> {
            throw new IllegalStateException("does not close");
        });
        shutdown.closes(() -> closed.add("last"));

        shutdown.close();
        shutdown.close();

        assertThat(closed).containsExactly("last", "first");
    }
}
