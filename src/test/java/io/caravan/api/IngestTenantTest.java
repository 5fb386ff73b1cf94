package io.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.EventDecoder;
import io.caravan.kafka.RecordHeaders;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Events of one tenant never become another's, whatever they claim: enrich holds them to the header that they get here. */
class IngestTenantTest {

    private static final String EVENT =
            "{\"event_id\":\"3f2b8c1e-8a52-4a0e-9d0c-1d2e3f405162\",\"tenant_id\":\"beta\",\"device_id\":\"d\","
                    + "\"site_id\":\"s\",\"zone_id\":\"z\",\"sensor_type\":\"co2\",\"value\":1,"
                    + "\"ts_event\":\"2026-11-21T12:00:00Z\"}";

    private final Ingest ingest = new Ingest(new EventDecoder(ZoneOffset.UTC), "iot.raw", 100_000, 10_000);

    @Test
    void theTenantOfTheTokenIsTheTenantOfTheEvents() throws Exception {
        assertThat(tenantOf(new Identity("alpha", Role.OPERATOR, "o"), "/api/ingest"))
                .isEqualTo("alpha");
        assertThat(tenantOf(new Identity("alpha", Role.OPERATOR, "o"), "/api/ingest?tenant=alpha"))
                .isEqualTo("alpha");
        assertThatThrownBy(() -> tenantOf(new Identity("alpha", Role.OPERATOR, "o"), "/api/ingest?tenant=beta"))
                .hasMessage("The token is of another tenant");
    }

    @Test
    void anAdminMayBringEventsOfAnyTenant() throws Exception {
        Identity admin = new Identity(null, Role.ADMIN, "a");
        assertThat(tenantOf(admin, "/api/ingest")).as("as the event says").isNull();
        assertThat(tenantOf(admin, "/api/ingest?tenant=gamma")).isEqualTo("gamma");
        assertThat(tenantOf(new Identity("alpha", Role.ADMIN, "a"), "/api/ingest"))
                .isEqualTo("alpha");
    }

    /** What the header of the records says. */
    private Object tenantOf(Identity identity, String uri) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setHeader(Exchange.HTTP_URI, uri);
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
            exchange.getMessage()
                    .setHeader(
                            VertxPlatformHttpConstants.AUTHENTICATED_USER,
                            User.create(new JsonObject().put("caravan", identity)));
            exchange.getMessage().setBody(EVENT.getBytes(UTF_8));

            ingest.receive(exchange);
            ingest.records(exchange);

            List<?> records = exchange.getMessage().getBody(List.class);
            return ((Message) records.get(0)).getHeader(RecordHeaders.TENANT);
        }
    }
}
