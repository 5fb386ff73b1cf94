package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeeperTest {

    private final Keeper keeper = new Keeper("test", 1);
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger attempts = new AtomicInteger();

    @AfterEach
    void close() {
        keeper.close();
    }

    @Test
    void whatFailsIsTriedAgainUntilItSucceedsAndThenNoMore() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        keeper.once(
                        () -> {
                            if (attempts.incrementAndGet() < 3) {
                                throw new IOException("attempt " + attempts.get());
                            }
                            done.countDown();
                        },
                        e -> failures.add(e.getMessage()))
                .get();

        assertThat(failures).as("the first attempt is over").isNotEmpty();
        assertThat(done.await(Patience.LONGEST.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(failures).containsExactly("attempt 1", "attempt 2");
    }

    @Test
    void workThatIsNeverDoneGoesOnAfterSuccessAndAfterFailure() {
        keeper.every(
                Duration.ofMillis(1),
                () -> {
                    if (attempts.incrementAndGet() == 2) {
                        throw new IOException("once");
                    }
                },
                e -> failures.add(e.getMessage()));

        await().until(() -> attempts.get() > 5);
        assertThat(failures).containsExactly("once");
    }

    @Test
    void workThatHangsIsNotWaitedForBeyondTheLimit() {
        CountDownLatch never = new CountDownLatch(1);

        Keeper.await(keeper.once(never::await, e -> failures.add(e.getMessage())), Duration.ofMillis(50));

        keeper.close();
        assertThat(failures).isEmpty();
    }
}
