package io.caravan.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;

/** Reads the body of a request, which the server hands in unread, so that its size is bounded while it arrives. Stateless. */
final class RequestBody {

    private static final long PATIENCE_SECONDS = 30;

    private RequestBody() {}

    /**
     * The whole body; called once for a request, on a thread that may wait.
     *
     * @param key the setting that says how many bytes it may have, null where none does
     * @throws ApiProblem 413 when it has more than so many bytes, 408 when it does not arrive
     */
    static byte[] read(Exchange exchange, int most, String key) {
        if (!(exchange.getMessage().getBody() instanceof HttpServerRequest request)) {
            byte[] body = exchange.getMessage().getBody(byte[].class);
            return body == null ? new byte[0] : body;
        }
        CompletableFuture<byte[]> whole = new CompletableFuture<>();
        Buffer arrived = Buffer.buffer();
        request.handler(part -> {
            if (arrived.length() + part.length() > most) {
                whole.completeExceptionally(tooLarge(most, key)); // what still comes is dropped
            } else if (!whole.isDone()) {
                arrived.appendBuffer(part);
            }
        });
        request.endHandler(end -> whole.complete(arrived.getBytes()));
        request.exceptionHandler(whole::completeExceptionally);
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.resume();
        try {
            return whole.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ApiProblem problem ? problem : incomplete();
        } catch (TimeoutException e) {
            throw incomplete();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw incomplete();
        }
    }

    private static ApiProblem tooLarge(int most, String key) {
        return ApiProblem.of(413, "The body may have " + most + " bytes" + (key == null ? "" : " (" + key + ")"));
    }

    private static ApiProblem incomplete() {
        return ApiProblem.of(408, "The body did not arrive whole within " + PATIENCE_SECONDS + " seconds");
    }
}
