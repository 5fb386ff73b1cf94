package io.caravan.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the table {@code audit_log}, on a thread of its own. A request is not held up by it: when the database is away, rows
 * wait, and are lost with the process, or beyond 10,000 of them; that is told in the log and counted. Of refused requests that
 * are alike the first of a minute has a row, and the others of that minute share one, so that nobody fills the disk. Thread-safe.
 */
public final class AuditLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MOST_WAITING = 10_000;
    private static final int MOST_KINDS = 1_000;
    private static final int BATCH = 500;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long PAUSE_MILLIS = 1_000;
    private static final long LONGEST_END_MILLIS = 2_000;

    private static final String NAME_TENANT = "SELECT set_config('app.tenant', ?, true)";
    private static final String INSERT =
            """
            INSERT INTO audit_log (tenant_id, at, subject, role, method, path, query, status, address, times, request)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    /** What makes refused requests alike; beyond a number of kinds, all are. */
    private record Kind(String tenant, String subject, String method, int status, String address) {

        static final Kind OTHER = new Kind(AuditEntry.NOBODY, null, "", 0, "");

        static Kind of(AuditEntry entry) {
            return new Kind(
                    entry.tenant(), entry.subject(), entry.method(), entry.status(), Tries.network(entry.address()));
        }
    }

    private final DataSource database;
    private final Counter written;
    private final Counter lost;
    private final BlockingQueue<AuditEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Map<Kind, AuditEntry> refused = new HashMap<>();
    private final Thread writer = new Thread(this::run, "audit-log");
    private long minute = System.nanoTime();
    private boolean away;
    private volatile boolean closed;

    /** @param database where sessions have the rights of the API */
    public AuditLog(DataSource database, MeterRegistry meters) {
        this.database = database;
        this.written = meters.counter("caravan.audit.rows", "outcome", "written");
        this.lost = meters.counter("caravan.audit.rows", "outcome", "lost");
        writer.setDaemon(true);
        writer.start();
    }

    void add(AuditEntry entry) {
        if (!entry.isRefused()) {
            enqueue(entry);
            return;
        }
        boolean first;
        synchronized (refused) {
            Kind kind =
                    refused.size() < MOST_KINDS || refused.containsKey(Kind.of(entry)) ? Kind.of(entry) : Kind.OTHER;
            AuditEntry known = refused.get(kind);
            first = known == null;
            refused.put(kind, first ? entry.times(0) : known.times(known.times() + 1));
        }
        if (first) {
            enqueue(entry);
        }
    }

    private void enqueue(AuditEntry entry) {
        if (!writer.isAlive() || !waiting.offer(entry)) {
            lose(List.of(entry));
        }
    }

    private void lose(List<AuditEntry> entries) {
        lost.increment(entries.size());
        LOG.warn(
                "{} rows of the audit log are lost, the last of {} {} by {}",
                entries.size(),
                entries.get(entries.size() - 1).method(),
                entries.get(entries.size() - 1).path(),
                entries.get(entries.size() - 1).subject());
    }

    private void run() {
        List<AuditEntry> batch = new ArrayList<>();
        try {
            while (!closed || !waiting.isEmpty()) {
                if (batch.isEmpty()) {
                    AuditEntry first = waiting.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                    if (first != null) {
                        batch.add(first);
                        waiting.drainTo(batch, BATCH - 1);
                    }
                    summarise(false);
                }
                if (!batch.isEmpty() && write(batch)) {
                    batch.clear();
                } else if (closed) {
                    break;
                } else if (!batch.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
            summarise(true);
            waiting.drainTo(batch);
            if (!batch.isEmpty() && !write(batch)) {
                lose(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has those written of the minute that is over of which there was more than one. */
    private void summarise(boolean now) {
        if (!now && System.nanoTime() - minute < MINUTE.toNanos()) {
            return;
        }
        minute = System.nanoTime();
        List<AuditEntry> several;
        synchronized (refused) {
            several =
                    refused.values().stream().filter(entry -> entry.times() > 0).toList();
            refused.clear();
        }
        several.forEach(this::enqueue);
    }

    private boolean write(List<AuditEntry> batch) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement name = connection.prepareStatement(NAME_TENANT);
                    PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (AuditEntry entry : batch) {
                    name.setString(1, entry.tenant());
                    name.execute();
                    set(insert, entry);
                    insert.executeUpdate();
                }
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            written.increment(batch.size());
            away = false;
            return true;
        } catch (SQLException e) {
            if (!away) {
                away = true;
                LOG.warn(
                        "The audit log cannot be written, {} rows wait: {}",
                        batch.size() + waiting.size(),
                        e.getMessage());
            }
            return false;
        }
    }

    private static void set(PreparedStatement insert, AuditEntry entry) throws SQLException {
        insert.setString(1, entry.tenant());
        insert.setObject(2, entry.at().atOffset(ZoneOffset.UTC));
        insert.setString(3, entry.subject());
        insert.setString(4, entry.role());
        insert.setString(5, entry.method());
        insert.setString(6, entry.path());
        insert.setObject(7, entry.query(), Types.VARCHAR);
        insert.setInt(8, entry.status());
        insert.setString(9, entry.address());
        insert.setInt(10, entry.times());
        insert.setObject(11, entry.id());
    }

    /** Writes what waits, if the database answers within two seconds; else it is lost, and told. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(LONGEST_END_MILLIS);
            if (writer.isAlive()) {
                LOG.warn(
                        "The database does not answer: rows of the audit log are lost, at least {}",
                        waiting.size() + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
