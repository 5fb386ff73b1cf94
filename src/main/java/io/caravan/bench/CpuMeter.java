package io.caravan.bench;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * CPU time of the servers of a run and of the run itself. Servers are found by their ports; those that share a process
 * share a name, such as {@code mqtt+kafka+application} for the demo. Servers of other machines are left out.
 */
final class CpuMeter {

    private final Processes processes;
    private final Map<Long, String> names = new LinkedHashMap<>();
    private final Map<Long, Double> before = new LinkedHashMap<>();
    private long postgres = -1;

    CpuMeter(Processes processes) {
        this.processes = processes;
    }

    /** Adds the server that listens on a port of a host, if it is on this machine. */
    void add(String name, String host, int port) {
        OptionalLong pid = isHere(host) ? processes.listeningOn(port) : OptionalLong.empty();
        pid.ifPresent(found -> names.merge(found, name, (one, other) -> one + "+" + other));
    }

    /** Adds PostgreSQL, whose children do its work. */
    void addPostgres(String host, int port) {
        add("postgres", host, port);
        OptionalLong pid = isHere(host) ? processes.listeningOn(port) : OptionalLong.empty();
        postgres = pid.orElse(-1);
    }

    /** Adds this process. */
    void addSelf() {
        names.put(ProcessHandle.current().pid(), "bench");
    }

    /** Begins to measure. */
    void start() {
        names.keySet().forEach(pid -> before.put(pid, seconds(pid)));
    }

    /** CPU seconds of each process since the start. */
    Map<String, Double> seconds() {
        Map<String, Double> used = new LinkedHashMap<>();
        before.forEach((pid, then) -> used.put(names.get(pid), Math.max(0, seconds(pid) - then)));
        return used;
    }

    private double seconds(long pid) {
        return processes.cpuSeconds(pid, pid == postgres);
    }

    private static boolean isHere(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
