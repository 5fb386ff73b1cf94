package io.caravan.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * A pool whose statements stay prepared. camel-jdbc asks each execution for the metadata of its parameters, only to count
 * them; PostgreSQL's driver asks the server each time, parameters without types, and drops for it what the server has
 * prepared, so that every batch is parsed twice and planned anew. Here the server is asked once for each text, and the number
 * remembered. For statements whose texts are few, such as those of route files. Thread-safe.
 */
public final class KeptStatements {

    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    private KeptStatements() {}

    /** The same pool, for camel-jdbc; of its metadata of parameters only their number may be asked. */
    public static DataSource of(DataSource pool) {
        KeptStatements kept = new KeptStatements();
        return proxy(DataSource.class, (self, method, arguments) -> {
            Object answer = call(pool, method, arguments);
            return answer instanceof Connection connection ? kept.connection(connection) : answer;
        });
    }

    private Connection connection(Connection connection) {
        return proxy(Connection.class, (self, method, arguments) -> {
            Object answer = call(connection, method, arguments);
            return answer instanceof PreparedStatement statement && arguments[0] instanceof String text
                    ? statement(statement, text)
                    : answer;
        });
    }

    private PreparedStatement statement(PreparedStatement statement, String text) {
        return proxy(
                PreparedStatement.class,
                (self, method, arguments) -> method.getName().equals("getParameterMetaData")
                        ? number(count(statement, text))
                        : call(statement, method, arguments));
    }

    private int count(PreparedStatement statement, String text) throws SQLException {
        Integer known = counts.get(text);
        if (known == null) {
            known = statement.getParameterMetaData().getParameterCount();
            counts.put(text, known);
        }
        return known;
    }

    private static ParameterMetaData number(int count) {
        return proxy(ParameterMetaData.class, (self, method, arguments) -> {
            if (method.getName().equals("getParameterCount")) {
                return count;
            }
            throw new UnsupportedOperationException(method.getName());
        });
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(KeptStatements.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
