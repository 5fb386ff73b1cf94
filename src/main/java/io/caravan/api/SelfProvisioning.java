package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * The key of a tenant with which devices register themselves ({@link #askKey} and others), and their registration: {@link
 * #askTenant} finds out whose key a device has brought, {@link #askDevice} hands the device over to {@link Onboarding}.
 * Thread-safe.
 */
public final class SelfProvisioning {

    /** The header by which a device brings the key. */
    private static final String KEY = "X-Provisioning-Key";

    private static final String BODY = "caravan.api.body";
    private static final String SUBJECT = "provisioning key";

    private final Onboarding onboarding;
    private final Credentials random = new Credentials(null);

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Key(@JsonProperty("provisioning_key") String key, @JsonProperty("created_at") String createdAt) {}

    public SelfProvisioning(Onboarding onboarding) {
        this.onboarding = onboarding;
    }

    public void askKey(Exchange exchange) {
        Request.open(exchange).handOver(exchange);
    }

    public void answerKey(Exchange exchange) {
        Answer.with(exchange, new Key(null, existing(exchange).time("created_at")));
    }

    public void askNewKey(Exchange exchange) {
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        Credentials.Secret key = random.fresh();
        exchange.setProperty(KEY, key.password());
        request.with("sha256", key.sha256()).handOver(exchange);
    }

    /** Answers the key, which nobody can read again. */
    public void answerNewKey(Exchange exchange) {
        Row row = existing(exchange);
        Answer.with(exchange, new Key(exchange.getProperty(KEY, String.class), row.time("created_at")));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    }

    public void askDeleteKey(Exchange exchange) {
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        request.handOver(exchange);
    }

    public void answerDeleteKey(Exchange exchange) {
        existing(exchange);
        Stored.deleted(exchange);
    }

    private static Row existing(Exchange exchange) {
        return Answer.rows(exchange).stream()
                .findFirst()
                .orElseThrow(() -> ApiProblem.notFound("There is no" + " provisioning key of the tenant '"
                        + Request.of(exchange).tenant() + "'"));
    }

    /** Asks whose the key is that came with a request, for which nobody signs in. */
    public void askTenant(Exchange exchange) {
        String key = Request.header(exchange, KEY);
        exchange.setProperty(BODY, RequestBody.read(exchange, DeviceBody.LARGEST, null));
        exchange.getMessage().setBody(null);
        Request.openToAll(exchange);
        if (key == null || key.isBlank()) {
            throw ApiProblem.of(401, "Bring a provisioning key in the header " + KEY);
        }
        exchange.getMessage()
                .setHeader(JdbcConstants.JDBC_PARAMETERS, Map.of("sha256", Credentials.sha256(key.strip())));
    }

    /** Goes on as that tenant, with the right to add a device. */
    public void askDevice(Exchange exchange) {
        String tenant = Answer.rows(exchange).get(0).text("tenant_id");
        if (tenant == null) {
            throw ApiProblem.of(401, "Nobody has this provisioning key");
        }
        byte[] body = (byte[]) exchange.removeProperty(BODY);
        onboarding.askProvision(exchange, new Identity(tenant, Role.OPERATOR, SUBJECT, Set.of()), body);
    }
}
