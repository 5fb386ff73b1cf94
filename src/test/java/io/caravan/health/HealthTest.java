package io.caravan.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HealthTest {

    private static final Duration PERIOD = Duration.ofMillis(20);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT_LIMIT = Duration.ofMillis(100);

    private static Dependency dependency(String name, Supplier<Status> check) {
        return new Dependency() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Status check() {
                return check.get();
            }
        };
    }

    @Test
    void isNotReadyBeforeTheFirstCheck() {
        CountDownLatch release = new CountDownLatch(1);
        try (Health health = new Health(List.of(dependency("kafka", () -> {
            awaitQuietly(release);
            return new Status(true, "");
        })))) {
            assertThat(health.ready()).isFalse();
            assertThat(health.report().checks().get(0).detail()).isEqualTo("not checked yet");
            assertThat(health.live().httpStatus()).isEqualTo(200);
            release.countDown();
            await().until(health::ready);
        }
    }

    @Test
    void oneThatIsDownMakesTheWholeDownAndIsNamed() {
        AtomicBoolean up = new AtomicBoolean(true);
        Dependency kafka = dependency("kafka", () -> new Status(true, "3 brokers"));
        Dependency database = dependency("database", () -> new Status(up.get(), up.get() ? "" : "refused"));
        try (Health health = new Health(List.of(kafka, database), PERIOD, LIMIT)) {
            await().until(health::ready);
            up.set(false);
            await().until(() -> !health.ready());

            Report report = health.report();
            assertThat(report.status()).isEqualTo("DOWN");
            assertThat(report.httpStatus()).isEqualTo(503);
            assertThat(report.checks()).extracting(Report.Check::name).containsExactly("kafka", "database");
            assertThat(report.checks()).extracting(Report.Check::status).containsExactly("UP", "DOWN");
            up.set(true);
            await().until(health::ready);
        }
    }

    @Test
    void sinceChangesOnlyWithTheStatus() {
        AtomicInteger checks = new AtomicInteger();
        Dependency kafka = dependency("kafka", () -> new Status(true, "check " + checks.incrementAndGet()));
        try (Health health = new Health(List.of(kafka), PERIOD, LIMIT)) {
            await().until(health::ready);
            Report.Check first = health.report().checks().get(0);
            await().until(() -> !health.report().checks().get(0).detail().equals(first.detail()));

            assertThat(health.report().checks().get(0).since()).isEqualTo(first.since());
        }
    }

    @Test
    void oneThatHangsIsDownAndKeepsNoOtherFromBeingChecked() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger hanging = new AtomicInteger();
        AtomicInteger checks = new AtomicInteger();
        Dependency hangs = dependency("hangs", () -> {
            hanging.incrementAndGet();
            awaitQuietly(release);
            return new Status(true, "back");
        });
        Dependency answers = dependency("answers", () -> new Status(true, "check " + checks.incrementAndGet()));
        try (Health health = new Health(List.of(hangs, answers), PERIOD, SHORT_LIMIT)) {
            await().until(() -> checks.get() > 10);
            await().until(() -> health.report().checks().get(0).detail().equals("no answer within 100 ms"));
            assertThat(hanging).hasValue(1);
            await().until(() -> health.report().checks().get(1).status().equals("UP"));
            release.countDown();
            await().until(health::ready);
        }
    }

    @Test
    void aFailedCheckTellsNoMoreThanItsKind() {
        Dependency fails = dependency("mqtt", () -> {
            throw new IllegalStateException("tcp://user:secret@broker");
        });
        try (Health health = new Health(List.of(fails), PERIOD, LIMIT)) {
            await().until(() ->
                    health.report().checks().get(0).detail().equals("the check failed with IllegalStateException"));
            assertThat(health.ready()).isFalse();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
