package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.decode.Text;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * What people tell of sites and of zones, which are places within a site or of none: {@code ask...} before a statement, {@code
 * answer...} after it. Devices may name places of which nobody has told anything. Stateless.
 */
public final class PlaceEntries {

    private static final String SITE = "site_id";
    private static final String ZONE = "zone_id";
    private static final int LONGEST_NAME = 200;

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Entry(
            @JsonProperty(SITE) String site,
            @JsonProperty(ZONE) String zone,
            String label,
            RawValue attributes,
            @JsonProperty("updated_at") String updatedAt) {

        static Entry of(Row row) {
            String site = row.text(SITE);
            return new Entry(
                    site.isEmpty() ? null : site,
                    row.text(ZONE),
                    row.text("label"),
                    row.json("attributes"),
                    row.time("updated_at"));
        }
    }

    public void askPostSite(Exchange exchange) {
        Fields fields = fields(exchange);
        store(Request.open(exchange), fields, name(fields, SITE), null, false).handOver(exchange);
    }

    public void askPutSite(Exchange exchange) {
        Fields fields = fields(exchange);
        String site = inPath(exchange, "site");
        fields.mustBe(SITE, site);
        store(Request.open(exchange), fields, site, null, true).handOver(exchange);
    }

    public void askPostZone(Exchange exchange) {
        Fields fields = fields(exchange);
        String site = fields.value(SITE) == null ? "" : name(fields, SITE);
        store(Request.open(exchange), fields, site, name(fields, ZONE), false).handOver(exchange);
    }

    public void askPutZone(Exchange exchange) {
        Fields fields = fields(exchange);
        String zone = inPath(exchange, "zone");
        fields.mustBe(ZONE, zone);
        Request request = Request.open(exchange, "site");
        String site = request.query().text("site", "");
        if (fields.value(SITE) != null) {
            fields.mustBe(SITE, site);
        }
        store(request, fields, site, zone, true).handOver(exchange);
    }

    private static Fields fields(Exchange exchange) {
        OwnPages.require(exchange);
        byte[] body = RequestBody.read(exchange, DeviceBody.LARGEST, null);
        exchange.getMessage().setBody(body);
        return Fields.of(body, SITE, ZONE, "label", "attributes", "updated_at", "zones", "devices");
    }

    private static String name(Fields fields, String field) {
        return fields.name(field, null, LONGEST_NAME);
    }

    private static String inPath(Exchange exchange, String part) {
        String name = Request.inPath(exchange, part);
        if (!Text.isId(name)) {
            throw ApiProblem.parameter(part, part + " must be 1 to 200 characters without control characters");
        }
        return name;
    }

    private static Request store(Request request, Fields fields, String site, String zone, boolean replace) {
        JsonNode attributes = fields.value("attributes");
        if (attributes != null) {
            if (!attributes.isObject()) {
                throw fields.bad("attributes", "must be an object");
            }
            FreeForm.require(attributes, "attributes");
        }
        return request.with("site", site)
                .with("zone", zone)
                .with("label", fields.name("label", zone == null ? site : zone, LONGEST_NAME))
                .with("attributes", attributes == null ? "{}" : attributes.toString())
                .with("replace", replace);
    }

    /** Answers what was stored; 201 where it is new. */
    public void answerStored(Exchange exchange) {
        List<Row> rows = Answer.rows(exchange);
        if (rows.isEmpty()) {
            throw ApiProblem.conflict("There is an entry of this name already");
        }
        Row row = rows.get(0);
        Entry entry = Entry.of(row);
        Answer.with(exchange, entry);
        if (Boolean.TRUE.equals(row.value("created"))) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
        }
    }

    public void askSite(Exchange exchange) {
        OwnPages.require(exchange);
        String site = Request.inPath(exchange, "site");
        Request.open(exchange).with("site", site).handOver(exchange);
    }

    public void askZone(Exchange exchange) {
        OwnPages.require(exchange);
        String zone = Request.inPath(exchange, "zone");
        Request request = Request.open(exchange, "site");
        request.with("site", request.query().text("site", ""))
                .with("zone", zone)
                .handOver(exchange);
    }

    /** Answers 204; 404 where nobody has told of the place. */
    public void answerDelete(Exchange exchange) {
        if (Answer.rows(exchange).isEmpty()) {
            throw ApiProblem.notFound("There is no such entry of the tenant '"
                    + Request.of(exchange).tenant() + "'");
        }
        Stored.deleted(exchange);
    }
}
