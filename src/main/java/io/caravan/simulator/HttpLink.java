package io.caravan.simulator;

import io.caravan.settings.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Posts messages as lines of JSON, as many at once as have come since the last post. A post that fails for the server's
 * sake is sent again under the same Idempotency-Key, with back-off, until the link is closed. Thread-safe.
 */
public final class HttpLink implements Link {

    private static final int MOST = 1_000;
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final long LONGEST_DELAY_MILLIS = 10_000;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final URI url;
    private final String token;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "http-link");
    private volatile boolean connected = true;
    private volatile boolean closed;

    private record Waiting(byte[] payload, Consumer<Throwable> done) {}

    private HttpLink(URI url, String token) {
        this.url = url;
        this.token = token;
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Connects.
     *
     * @param url such as {@code http://127.0.0.1:8080/api/ingest}
     * @param token what it signs in with, null where nobody has to
     * @throws UserError when the URL is none, or nobody answers there
     */
    public static HttpLink connect(String url, String token) {
        URI target;
        try {
            target = URI.create(url);
            HttpRequest.newBuilder(target);
        } catch (IllegalArgumentException e) {
            throw new UserError("The URL must look like http://127.0.0.1:8080/api/ingest, not '" + url + "'");
        }
        HttpLink link = new HttpLink(target, token);
        try {
            link.client.send(
                    HttpRequest.newBuilder(target).timeout(ANSWER).build(), HttpResponse.BodyHandlers.discarding());
            return link;
        } catch (IOException e) {
            link.close();
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new UserError("Nobody answers at " + url + ": " + why, e);
        } catch (InterruptedException e) {
            link.close();
            Thread.currentThread().interrupt();
            throw new UserError("Nobody answers at " + url, e);
        }
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void publish(String device, Message message, Consumer<Throwable> done) {
        queue.add(new Waiting(message.payload(), done));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        try {
            while (!closed) {
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch, MOST - 1);
                Throwable failure = post(batch);
                batch.forEach(each -> each.done.accept(failure));
            }
        } catch (InterruptedException e) {
            batch.forEach(each -> each.done.accept(e));
        }
    }

    /** Null once the server has accepted them, the reason where it never will. */
    private Throwable post(List<Waiting> batch) throws InterruptedException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Waiting each : batch) {
            lines.writeBytes(each.payload);
            lines.write('\n');
        }
        HttpRequest.Builder builder = HttpRequest.newBuilder(url)
                .timeout(ANSWER)
                .header("Content-Type", "application/x-ndjson")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofByteArray(lines.toByteArray()));
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        HttpRequest request = builder.build();
        for (long delay = 250; ; delay = Math.min(LONGEST_DELAY_MILLIS, 2 * delay)) {
            try {
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                connected = status < 500;
                if (status < 300) {
                    return null;
                }
                if (status < 500) {
                    return new IOException("HTTP status " + status);
                }
            } catch (IOException e) {
                connected = false;
            }
            TimeUnit.MILLISECONDS.sleep(delay);
        }
    }
}
