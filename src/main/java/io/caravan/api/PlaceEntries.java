package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.decode.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.Exchange;

/**
 * What people tell of sites and of zones, which are places within a site or of none: {@code ask...} before a statement, {@code
 * answer...} after it. Devices may name places of which nobody has told anything. Stateless.
 */
public final class PlaceEntries {

    private static final String SITE = "site_id";
    private static final String ZONE = "zone_id";
    private static final String REPLACE = "replace";
    private static final String MUST_EXIST = "mustExist";
    private static final String MUST_BE_NEW = "mustBeNew";
    private static final String CHANGED =
            "The entry has changed, or has no version that If-Match names, or is there where If-None-Match: * wants none; read it again";
    private static final int LONGEST_NAME = 200;

    /** What is told of a place that has no entry, whatever the version. */
    private static final Map<String, Object> ADDED = Map.of(REPLACE, false, MUST_EXIST, false, "expected", new Long[0]);

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Entry(
            @JsonProperty(SITE) String site,
            @JsonProperty(ZONE) String zone,
            String label,
            RawValue attributes,
            Object zones,
            Object devices,
            @JsonProperty("updated_at") String updatedAt) {

        static Entry of(Row row) {
            String site = row.text(SITE);
            return new Entry(
                    site.isEmpty() ? null : site,
                    row.text(ZONE),
                    row.text("label"),
                    row.value("attributes") == null ? null : row.json("attributes"),
                    row.value("zones"),
                    row.value("devices"),
                    row.time("updated_at"));
        }
    }

    public void askPostSite(Exchange exchange) {
        Fields fields = fields(exchange);
        Request request = Request.open(exchange).with(ADDED);
        store(request, fields, name(fields, SITE), null).handOver(exchange);
    }

    public void askPutSite(Exchange exchange) {
        Fields fields = fields(exchange);
        String site = inPath(exchange, "site");
        fields.mustBe(SITE, site);
        Map<String, Object> conditions = conditions(exchange);
        Request request = Request.open(exchange).with(conditions);
        store(request, fields, site, null).handOver(exchange);
    }

    public void askPostZone(Exchange exchange) {
        Fields fields = fields(exchange);
        String site = fields.value(SITE) == null ? "" : name(fields, SITE);
        Request request = Request.open(exchange).with(ADDED);
        store(request, fields, site, name(fields, ZONE)).handOver(exchange);
    }

    public void askPutZone(Exchange exchange) {
        Fields fields = fields(exchange);
        String zone = inPath(exchange, "zone");
        fields.mustBe(ZONE, zone);
        Map<String, Object> conditions = conditions(exchange);
        Request request = Request.open(exchange, "site").with(conditions);
        String site = request.query().text("site", "");
        if (fields.value(SITE) != null) {
            fields.mustBe(SITE, site);
        }
        store(request, fields, site, zone).handOver(exchange);
    }

    /** Under what conditions the request wants an entry to be replaced, added or deleted. */
    private static Map<String, Object> conditions(Exchange exchange) {
        Map<String, Object> conditions = new HashMap<>();
        conditions.put("expected", EntityTag.expected(exchange));
        conditions.put(MUST_EXIST, EntityTag.mustExist(exchange));
        boolean mustBeNew = EntityTag.mustBeNew(exchange);
        conditions.put(MUST_BE_NEW, mustBeNew);
        conditions.put(REPLACE, !mustBeNew);
        return conditions;
    }

    private static Fields fields(Exchange exchange) {
        OwnPages.require(exchange);
        byte[] body = RequestBody.read(exchange, DeviceBody.LARGEST, null);
        exchange.getMessage().setBody(body);
        return Fields.of(body, SITE, ZONE, "label", "attributes", "updated_at", "zones", "devices");
    }

    private static String name(Fields fields, String field) {
        String name = fields.name(field, null, LONGEST_NAME);
        fields.requireNameable(field, name);
        return name;
    }

    private static String inPath(Exchange exchange, String part) {
        String name = Request.inPath(exchange, part);
        if (!Text.isId(name)) {
            throw ApiProblem.parameter(part, part + " must be 1 to 200 characters without control characters");
        }
        return name;
    }

    private static Request store(Request request, Fields fields, String site, String zone) {
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
                .with("attributes", attributes == null ? "{}" : attributes.toString());
    }

    /** Answers what was stored; 201 where it is new. */
    public void answerStored(Exchange exchange) {
        List<Row> rows = Answer.rows(exchange);
        if (rows.isEmpty()) {
            throw refusal(Request.of(exchange));
        }
        Row row = rows.get(0);
        Answer.with(exchange, Entry.of(row));
        EntityTag.of(exchange, row);
        if (Boolean.TRUE.equals(row.value("created"))) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
        }
    }

    private static ApiProblem refusal(Request request) {
        if (Boolean.TRUE.equals(request.value(REPLACE))) {
            return EntityTag.failed(CHANGED);
        }
        String exists = "There is an entry of this name already";
        return Boolean.TRUE.equals(request.value(MUST_BE_NEW)) ? EntityTag.failed(exists) : ApiProblem.conflict(exists);
    }

    public void askSite(Exchange exchange) {
        String site = Request.inPath(exchange, "site");
        Request.open(exchange).with("site", site).handOver(exchange);
    }

    public void askZone(Exchange exchange) {
        String zone = Request.inPath(exchange, "zone");
        Request request = Request.open(exchange, "site");
        request.with("site", request.query().text("site", ""))
                .with("zone", zone)
                .handOver(exchange);
    }

    /** Answers a place, with its version where people have told of it; 404 where nobody names it. */
    public void answerOne(Exchange exchange) {
        List<Row> rows = Answer.rows(exchange);
        if (rows.isEmpty()) {
            throw ApiProblem.notFound("There is no such place of the tenant '"
                    + Request.of(exchange).tenant() + "'");
        }
        Row row = rows.get(0);
        Answer.with(exchange, Entry.of(row));
        if (row.value("updated_at") != null) {
            EntityTag.of(exchange, row);
        }
    }

    public void askDeleteSite(Exchange exchange) {
        askDelete(exchange, this::askSite);
    }

    public void askDeleteZone(Exchange exchange) {
        askDelete(exchange, this::askZone);
    }

    private static void askDelete(Exchange exchange, Consumer<Exchange> ask) {
        OwnPages.require(exchange);
        Map<String, Object> conditions = conditions(exchange);
        conditions.put("expected", EntityTag.expectedOfExisting(exchange));
        ask.accept(exchange);
        Request.of(exchange).with(conditions);
    }

    /** Answers 204; 404 where nobody has told of the place. */
    public void answerDelete(Exchange exchange) {
        String outcome = Answer.rows(exchange).get(0).text("outcome");
        if (outcome.equals("changed")) {
            throw EntityTag.failed(CHANGED);
        } else if (outcome.equals("missing")) {
            throw Boolean.TRUE.equals(Request.of(exchange).value(MUST_EXIST))
                    ? EntityTag.failed(CHANGED)
                    : ApiProblem.notFound("There is no such entry of the tenant '"
                            + Request.of(exchange).tenant() + "'");
        }
        Stored.deleted(exchange);
    }
}
