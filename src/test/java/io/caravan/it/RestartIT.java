package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedServers;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The application may die at any moment: what the broker has acknowledged is stored, each message once, as it was. */
@ExtendWith(RealServers.class)
class RestartIT {

    private static final int KILLS = 3;
    private static final long FIRST_TIME = 1_795_000_000_000L;

    @Test
    void killingTheApplicationLosesNothingAndStoresNothingTwice(EmbeddedServers servers) throws Exception {
        Rows rows = new Rows(servers.jdbcUrl());
        try (Folder folder = Folder.create();
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl());
                Publishing publishing = new Publishing();
                RestartedCaravan caravan = new RestartedCaravan(servers, folder.path(), Map.of())) {
            // a broker keeps messages for those who have subscribed once
            await().until(caravan.api()::isReady);
            publishing.start(device);
            for (int kill = 0; kill < KILLS; kill++) {
                long before = stored(rows);
                await().until(() -> stored(rows) > before + 200);
                caravan.kill();
                caravan.start();
            }
            long before = stored(rows);
            await().until(() -> stored(rows) > before);
            assertThat(caravan.terminate()).isIn(0, 143);

            caravan.start();
            publishing.stop();
            await().until(() -> stored(rows) >= publishing.acknowledged.size());

            // "time/value" of every row, so that a duplicate would be one too many and a change another text
            List<String> readings = rows.list("SELECT (extract(epoch FROM ts) * 1000)::bigint || '/' || value::int"
                    + " FROM readings WHERE device_id = 'restart' AND metric = 'temperature'");
            assertThat(readings).doesNotHaveDuplicates();
            assertThat(new HashSet<>(readings)).isEqualTo(publishing.acknowledged);
            assertThat(rows.count("SELECT count(*) FROM dead_letters WHERE device_id = 'restart'"))
                    .isZero();
        }
    }

    private static long stored(Rows rows) throws SQLException {
        return rows.count("SELECT count(*) FROM readings WHERE device_id = 'restart' AND metric = 'temperature'");
    }

    /** A sensor that measures 500 times a second, never the same, and remembers what the broker has acknowledged. */
    private static final class Publishing implements AutoCloseable {

        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final AtomicInteger sent = new AtomicInteger();

        void start(MqttDevice device) {
            clock.scheduleAtFixedRate(() -> publish(device), 0, 20, TimeUnit.MILLISECONDS);
        }

        private void publish(MqttDevice device) {
            for (int i = 0; i < 10; i++) {
                int number = sent.incrementAndGet();
                long time = FIRST_TIME + number;
                device.publish(
                        "building/room1/data",
                        "{\"deviceId\":\"restart\",\"tenant_id\":\"default\",\"timestamp\":" + time
                                + ",\"temperature\":" + number + ",\"humidity\":50}");
                acknowledged.add(time + "/" + number);
            }
        }

        /** Returns when all that was sent is acknowledged. */
        void stop() throws InterruptedException {
            clock.shutdown();
            assertThat(clock.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() {
            clock.shutdownNow();
        }
    }
}
