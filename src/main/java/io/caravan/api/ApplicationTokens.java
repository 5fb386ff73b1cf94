package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.tenant.Grant;
import io.caravan.tenant.Grants;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Exchanges the key of an active application for a token of the role {@code app}, which reads devices of the application's device
 * types and nothing else, until it expires or the application has this key and these types no longer: {@code ask} before the statement, {@code answer} after it. Thread-safe.
 */
public final class ApplicationTokens {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String HASH = "caravan.api.application-key";
    private static final String SCHEME = "apikey ";
    private static final int LONGEST_KEY = 200;

    private final TokenIssuer issuer;
    private final Duration validity;

    /** @param issuer null where none is configured */
    public ApplicationTokens(TokenIssuer issuer, Duration validity) {
        this.issuer = issuer;
        this.validity = validity;
    }

    public void ask(Exchange exchange) {
        String key = keyOf(exchange);
        Request.openToAll(exchange);
        if (issuer == null) {
            throw ApiProblem.of(501, "This Caravan makes no tokens (caravan.auth.secret)");
        }
        if (key == null || key.length() > LONGEST_KEY) {
            throw unknown();
        }
        byte[] hash = ApplicationKey.sha256(key);
        exchange.setProperty(HASH, hash);
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, Map.of("key", hash));
    }

    public void answer(Exchange exchange) throws IOException {
        Row row = Answer.rows(exchange).stream().findFirst().orElseThrow(ApplicationTokens::unknown);
        // the index has found it by the hash, and of a hash time tells nothing that leads to a key
        if (!MessageDigest.isEqual((byte[]) row.value("key_sha256"), exchange.getProperty(HASH, byte[].class))) {
            throw unknown();
        }
        Set<String> types = new LinkedHashSet<>();
        for (JsonNode type : MAPPER.readTree(row.text("devicetypes"))) {
            types.add(type.textValue());
        }
        if (types.isEmpty()) {
            throw ApiProblem.conflict("The application is registered for no device type, so it may read nothing");
        }
        String tenant = row.text("tenant_id");
        Identity application = new Identity(tenant, Role.APP, Grants.SUBJECT + row.text("id"), types);
        SignIn.proved(exchange, application);
        Grant grant = new Grant(row.text("key"), (Long) row.value("as_of"));
        String token = issuer.issue(application, grant, validity);
        Answer.with(exchange, new Token(token, "Bearer", validity.toSeconds(), tenant, types));
    }

    private static String keyOf(Exchange exchange) {
        String key = Request.header(exchange, "x-api-key");
        if (key != null) {
            return key;
        }
        String authorization = Request.header(exchange, "Authorization");
        return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? authorization.substring(SCHEME.length()).strip()
                : null;
    }

    private static ApiProblem unknown() {
        return ApiProblem.of(
                401, "The key, in the header x-api-key or Authorization: ApiKey, is that of no active application");
    }

    @JsonPropertyOrder({"token", "token_type", "expires_in", "tenant_id", "device_types"})
    private record Token(
            String token,
            @JsonProperty("token_type") String type,
            @JsonProperty("expires_in") long expiresIn,
            @JsonProperty("tenant_id") String tenant,
            @JsonProperty("device_types") Set<String> deviceTypes) {}
}
