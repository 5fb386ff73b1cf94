package io.caravan.bench;

import io.caravan.settings.UserError;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The parameters of the F2 controllers of a run, in the database from its construction until it is closed. Not thread-safe. */
final class F2Setup implements AutoCloseable {

    /** What the device id of a controller begins with. */
    static final String DEVICE = "f2-";

    /** Processes that decode hear of a change within a second. */
    private static final long HEARD_MILLIS = 2_000;

    private static final String TEMPLATE =
            """
            INSERT INTO f2_templates (tenant_id, template_id, name) VALUES (?, ?, 'caravan bench')""";
    private static final String DATA_POINTS =
            """
            INSERT INTO f2_data_points (
                tenant_id, template_id, place, label, format, byte_offset, length, decimals, append)
            SELECT ?, ?, place, label, format, 2 * place - 2, 2, decimals, append
            FROM (VALUES (1, 'Temperature', 'Int16', 2, ' °C'), (2, 'Humidity', 'Uint16', 2, ' %'),
                (3, 'CO2', 'Uint16', 0, ' ppm')) AS points (place, label, format, decimals, append)""";
    private static final String CONTROLLERS =
            "INSERT INTO f2_controllers (tenant_id, controller_id) SELECT ?, unnest(?)";
    private static final String PINS =
            """
            INSERT INTO f2_pins (tenant_id, controller_id, connector, pin, template_id)
            SELECT tenant_id, controller_id, 1, 1, ? FROM f2_controllers WHERE tenant_id = ? AND controller_id = ANY (?)""";
    private static final String FORGET_CONTROLLERS =
            "DELETE FROM f2_controllers WHERE tenant_id = ? AND controller_id = ANY (?)";
    private static final String FORGET_TEMPLATE = "DELETE FROM f2_templates WHERE tenant_id = ? AND template_id = ?";

    private final BenchTarget target;
    private final String template;
    private final String[] controllers;

    /** @throws UserError when the database does not take them */
    F2Setup(BenchTarget target, Workload workload) {
        this.target = target;
        this.controllers = IntStream.range(0, workload.devices())
                .mapToObj(device -> workload.deviceId(device).substring(DEVICE.length()))
                .toArray(String[]::new);
        this.template = workload.prefix().substring(DEVICE.length()) + "template";
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            run(connection, TEMPLATE, Workload.TENANT, template);
            run(connection, DATA_POINTS, Workload.TENANT, template);
            run(connection, CONTROLLERS, Workload.TENANT, controllers);
            run(connection, PINS, template, Workload.TENANT, controllers);
            connection.commit();
        } catch (SQLException e) {
            throw new UserError("Cannot store the parameters of F2 controllers: " + e.getMessage(), e);
        }
    }

    /** Waits until those that decode know them. */
    void await() throws InterruptedException {
        Thread.sleep(HEARD_MILLIS);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(target.dbUrl(), target.dbUser(), target.dbPassword());
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            List<Object> parameters = Arrays.asList(values);
            for (int i = 0; i < parameters.size(); i++) {
                Object value = parameters.get(i);
                statement.setObject(
                        i + 1, value instanceof String[] texts ? connection.createArrayOf("text", texts) : value);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        try (Connection connection = connect()) {
            run(connection, FORGET_CONTROLLERS, Workload.TENANT, controllers);
            run(connection, FORGET_TEMPLATE, Workload.TENANT, template);
        } catch (SQLException e) {
            throw new UserError("Cannot remove the parameters of F2 controllers: " + e.getMessage(), e);
        }
    }
}
