package io.caravan.api;

import io.caravan.tenant.Identity;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.DefaultJdbcPrepareStatementStrategy;

/**
 * Has a statement of the API see the rows of the request's tenant and no others: it names the tenant to the database in the
 * transaction of the statement, where policies and views read it (V17__tenants.sql), and the request, where triggers do that note
 * what it changes (V25__tenants.sql). A statement that goes without sees nothing. For camel-jdbc, which must leave {@code resetAutoCommit} on: it makes the transaction. Stateless.
 */
public final class TenantStatement extends DefaultJdbcPrepareStatementStrategy {

    /**
     * What every session begins with whose statements these are. It has the tenant's views found before the tables that they
     * stand for.
     */
    public static final String SESSION =
            "SELECT set_config('search_path', current_schema || '_of_tenant, ' || current_schema, false);"
                    + " SET ROLE caravan_api";

    private static final String NAME_TENANT = "SELECT set_config('app.tenant', ?, true),"
            + " set_config('app.device_types', ?, true), set_config('app.subject', ?, true),"
            + " set_config('app.request', ?, true)";

    /** The parameters of a statement, and whose they are. */
    private record Parameters(Request request, Iterator<?> values) implements Iterator<Object> {
        @Override
        public boolean hasNext() {
            return values.hasNext();
        }

        @Override
        public Object next() {
            return values.next();
        }
    }

    @Override
    public Iterator<?> createPopulateIterator(
            String query, String preparedQuery, int expectedParams, Exchange exchange, Object value)
            throws SQLException {
        return new Parameters(
                Request.of(exchange),
                super.createPopulateIterator(query, preparedQuery, expectedParams, exchange, value));
    }

    @Override
    public void populateStatement(PreparedStatement statement, Iterator<?> iterator, int expectedParams)
            throws SQLException {
        Request request = ((Parameters) iterator).request();
        Identity identity = request.identity();
        if (statement.getConnection().getAutoCommit()) {
            throw new IllegalStateException("a statement of the API needs a transaction: leave resetAutoCommit on");
        }
        try (PreparedStatement name = statement.getConnection().prepareStatement(NAME_TENANT)) {
            name.setString(1, request.tenant());
            name.setString(2, String.join("\n", identity.deviceTypes()));
            name.setString(3, identity.subject());
            name.setString(4, request.auditId() == null ? "" : request.auditId());
            name.execute();
        }
        super.populateStatement(statement, iterator, expectedParams);
    }
}
