package io.caravan.ingest;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the answers of the broker. */
final class Answers {

    private static final long ANSWER_SECONDS = 10;

    private Answers() {}

    /** The answer, within ten seconds. */
    static <T> T await(CompletableFuture<T> future) throws MqttUnavailable {
        return await(future, ANSWER_SECONDS);
    }

    /** @throws MqttUnavailable when it is a failure, or does not come in time */
    static <T> T await(CompletableFuture<T> future, long seconds) throws MqttUnavailable {
        try {
            return future.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new MqttUnavailable(reason(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new MqttUnavailable("no answer within " + seconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttUnavailable("interrupted", e);
        }
    }

    /** What is at the bottom of a failure, in a few words. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
