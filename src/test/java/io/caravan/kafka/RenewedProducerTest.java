package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class RenewedProducerTest {

    private static final ProducerRecord<Object, Object> RECORD = new ProducerRecord<>("topic", "value");

    private final List<Integer> sizes = new ArrayList<>();
    private boolean acknowledging = true;
    private Runnable whileClosing = () -> {};
    private final AtomicLong time = new AtomicLong(1);
    private final List<MockProducer<Object, Object>> made = new ArrayList<>();
    private final RenewedProducer producer = new RenewedProducer(
            bytes -> {
                sizes.add(bytes);
                made.add(new Mock(acknowledging));
                return made.get(made.size() - 1);
            },
            1_000,
            10_000,
            time::get);

    @Test
    void oneThatHasFailedForGoodIsMadeAnewOnceASecond() {
        last().sendException = new KafkaException("no more", new ClusterAuthorizationException("not you"));
        assertThatThrownBy(() -> producer.send(RECORD)).hasMessage("no more");
        assertThatThrownBy(() -> producer.send(RECORD)).hasMessage("no more");
        assertThat(made).hasSize(1);

        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        producer.send(RECORD);

        assertThat(made).hasSize(2);
        assertThat(made.get(0).closed()).isTrue();
        assertThat(last().history()).containsExactly(RECORD);
    }

    @Test
    void oneThatWasRefusedBeforeItSentAnythingIsMadeAnew() {
        refused(last());
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        producer.send(RECORD);

        assertThat(made).hasSize(2);
        assertThat(made.get(0).closed()).isTrue();
    }

    @Test
    void oneThatWorksStaysWhateverItsConnectionsWereRefused() {
        producer.send(RECORD);
        refused(last());
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        producer.send(RECORD);

        assertThat(made).hasSize(1);
    }

    @Test
    void whatIsNotTakenInTimeTakesWithItWhatWasHandedInAfterIt() throws Exception {
        acknowledge(false);
        Future<?> late = producer.send(RECORD);
        Future<?> behind = producer.send(RECORD);
        Thread network = new Thread(() -> last().errorNext(new TimeoutException("ten minutes have passed")));
        network.start();
        network.join();

        assertThat(last().closed()).isTrue();
        assertThatThrownBy(late::get).hasRootCauseMessage("ten minutes have passed");
        assertThatThrownBy(() -> producer.send(RECORD))
                .as("the rest of a list that is being handed in")
                .isInstanceOf(IllegalStateException.class);
        assertThat(made).hasSize(1);
        assertThat(behind).isNotNull();

        time.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        producer.send(RECORD);
        assertThat(made).hasSize(2);
    }

    @Test
    void whatACallbackAsksForFailsAlone() throws Exception {
        acknowledge(false);
        List<Exception> failures = new ArrayList<>();
        producer.send(RECORD, (metadata, failure) -> failures.add(failure));
        producer.send(RECORD, (metadata, failure) -> failures.add(failure));
        Thread network = new Thread(() -> {
            last().errorNext(new TimeoutException("two minutes have passed"));
            last().completeNext();
        });
        network.start();
        network.join();

        assertThat(failures).hasSize(2).element(1).isNull();
        assertThat(last().closed()).isFalse();
    }

    @Test
    void onlyOneWhoseBatchesAreTooLargeIsMadeAnew() {
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        producer.limit(1_000);
        producer.send(RECORD);
        assertThat(sizes).containsExactly(1_000);

        producer.limit(500);
        awaitClosed();
        time.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        producer.send(RECORD);
        assertThat(sizes).containsExactly(1_000, 500);

        producer.limit(600);
        producer.send(RECORD);
        assertThat(made).hasSize(2);
    }

    @Test
    void alsoOneThatTakesNothingAnyMoreIsClosedWhenAllAreMadeAnew() {
        last().sendException = new KafkaException("no more", new ClusterAuthorizationException("not you"));
        assertThatThrownBy(() -> producer.send(RECORD)).hasMessage("no more");
        assertThat(last().closed()).isFalse();

        producer.renew();

        awaitClosed();
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        producer.send(RECORD);
        assertThat(made).hasSize(2);
    }

    @Test
    void aCallbackOfOneThatIsGivenUpMaySend() {
        whileClosing = () -> {
            Thread callback = new Thread(() -> producer.send(RECORD));
            callback.start();
            try {
                callback.join(10_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };

        producer.renew();

        awaitClosed();
        assertThat(last().history()).containsExactly(RECORD);
    }

    private void awaitClosed() {
        await().until(() -> last().closed());
    }

    private void acknowledge(boolean at) {
        acknowledging = at;
        last().sendException = new KafkaException("made anew");
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThatThrownBy(() -> producer.send(RECORD)).hasMessage("made anew");
        made.clear();
        producer.send(RECORD);
        last().clear();
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }

    private static void refused(MockProducer<Object, Object> producer) {
        MetricName name = new MetricName("failed-authentication-total", "producer-metrics", "", Map.of());
        producer.setMockMetrics(name, new Metric() {
            @Override
            public MetricName metricName() {
                return name;
            }

            @Override
            public Object metricValue() {
                return 1.0;
            }
        });
    }

    @Test
    void oneThatMaySucceedNextTimeStays() {
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        last().sendException = new TimeoutException("not now");

        assertThatThrownBy(() -> producer.send(RECORD)).hasMessage("not now");

        assertThat(made).hasSize(1);
    }

    @Test
    void noneIsMadeAfterTheEnd() {
        time.addAndGet(TimeUnit.SECONDS.toNanos(1));
        producer.close();

        assertThat(last().closed()).isTrue();
        assertThatThrownBy(() -> producer.send(RECORD)).isInstanceOf(IllegalStateException.class);
        assertThat(made).hasSize(1);
    }

    private final class Mock extends MockProducer<Object, Object> {
        Mock(boolean acknowledging) {
            super(acknowledging, null, new Plain(), new Plain());
        }

        @Override
        public void close(Duration timeout) {
            whileClosing.run();
            super.close(timeout);
        }
    }

    private static final class Plain implements Serializer<Object> {
        @Override
        public byte[] serialize(String topic, Object value) {
            return new byte[0];
        }
    }

    private MockProducer<Object, Object> last() {
        return made.get(made.size() - 1);
    }
}
