package io.caravan.api;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * Makes a token of an operator for whoever has the master key, and sees to it that the tenant has a device: for demonstrations
 * and small installations, in the shape of the system that this one replaces. {@link #ask} before the statement, {@link #answer}
 * after it. Thread-safe.
 */
public final class GeneratedTokens {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String IDENTITY = "caravan.api.generated-identity";
    private static final int LARGEST_BODY = 10_000;
    private static final int SHORTEST_KEY = 16;

    private final Supplier<String> masterKey;
    private final TokenIssuer issuer;
    private final Duration lifetime;

    private record Token(String token) {}

    /**
     * @param masterKey asked for with every request, so it may change; null where there is none, and no tokens
     * @param issuer null where there is no secret to sign with
     */
    public GeneratedTokens(Supplier<String> masterKey, TokenIssuer issuer, Duration lifetime) {
        this.masterKey = masterKey;
        this.issuer = issuer;
        this.lifetime = lifetime;
    }

    /** @throws ApiProblem 404 where no master key is configured, 403 for another, 400 without a tenant */
    public void ask(Exchange exchange) {
        String key = Request.header(exchange, "x-master-key");
        byte[] body = RequestBody.read(exchange, LARGEST_BODY, null);
        exchange.getMessage().setBody(null);
        Request.openToAll(exchange);
        if (masterKey == null || issuer == null) {
            throw ApiProblem.notFound("This Caravan makes no tokens here (caravan.auth.master-key)");
        }
        if (key == null || !isMasterKey(key)) {
            throw ApiProblem.forbidden("The header x-master-key must have the master key")
                    .with("error", "Forbidden");
        }
        Identity identity = identity(tenant(body));
        exchange.setProperty(IDENTITY, identity);
        Request.openFor(exchange, identity).with("label", "Demo Sensor").handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.with(exchange, new Token(issuer.issue(exchange.getProperty(IDENTITY, Identity.class), lifetime)));
        exchange.getMessage().setHeader("Cache-Control", "no-store");
    }

    /** In a time that tells nothing of either. */
    private boolean isMasterKey(String key) {
        String wanted = masterKey.get();
        return wanted.length() >= SHORTEST_KEY && MessageDigest.isEqual(sha256(key), sha256(wanted));
    }

    private static String tenant(byte[] body) {
        JsonNode tenant;
        try {
            tenant = body.length == 0 ? null : MAPPER.readTree(body).get("tenant_id");
        } catch (IOException e) {
            throw ApiProblem.parameter("tenant_id", "The body must be JSON, such as {\"tenant_id\":\"acme\"}");
        }
        if (tenant == null || !tenant.isTextual() || tenant.textValue().isBlank()) {
            throw ApiProblem.parameter("tenant_id", "tenant_id is required").with("error", "tenant_id is required");
        }
        return tenant.textValue();
    }

    private static Identity identity(String tenant) {
        if (!Identity.isTenant(tenant)) {
            throw ApiProblem.parameter(
                    "tenant_id", "tenant_id must be 1 to 200 characters without /, +, # and control characters");
        }
        return new Identity(tenant, Role.OPERATOR, "user-" + tenant);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
