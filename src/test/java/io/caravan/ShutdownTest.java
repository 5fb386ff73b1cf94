package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.settings.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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

    @Test
    void whatDoesNotEndKeepsNobodyElseOpen() {
        List<String> closed = new ArrayList<>();
        CountDownLatch never = new CountDownLatch(1);
        Shutdown shutdown = new Shutdown();
        shutdown.closes(() -> closed.add("first"));
        AutoCloseable stuck = never::await;
        assertThat(shutdown.closesWithin(Duration.ofMillis(10), stuck)).isSameAs(stuck);
        shutdown.closesWithin(Duration.ofMinutes(1), () -> closed.add("last"));

        shutdown.close();

        assertThat(closed).containsExactly("last", "first");
    }

    @Test
    void anEndDuringAStartWaitsForItAndClosesWhatItStarted() throws Exception {
        List<String> closed = new CopyOnWriteArrayList<>();
        Shutdown shutdown = new Shutdown();
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Void> start = CompletableFuture.runAsync(() -> {
            try {
                shutdown.starts(() -> {
                    starting.countDown();
                    go.await();
                    return () -> closed.add("server");
                });
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        starting.await();
        CompletableFuture<Void> end = CompletableFuture.runAsync(shutdown::close);
        go.countDown();
        start.join();
        end.join();

        assertThat(closed).containsExactly("server");
    }

    @Test
    void afterTheEndNothingStaysOpenAndNothingStarts() {
        List<String> closed = new ArrayList<>();
        Shutdown shutdown = new Shutdown();
        shutdown.close();

        assertThatThrownBy(() -> shutdown.closes(() -> closed.add("late"))).isInstanceOf(UserError.class);
        assertThatThrownBy(() -> shutdown.starts(() -> {
                    throw new IllegalStateException("started");
                }))
                .isInstanceOf(UserError.class);
        assertThat(closed).containsExactly("late");
    }
}
