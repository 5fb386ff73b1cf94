package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void theProcessThatListensOnAPortIsFound() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
            assertThat(new Processes().listeningOn(port))
                    .hasValue(ProcessHandle.current().pid());
        }
        assertThat(new Processes().listeningOn(port)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void cpuTimeGrowsWithWork() {
        Processes processes = new Processes();
        long pid = ProcessHandle.current().pid();
        double before = processes.cpuSeconds(pid, false);
        assertThat(before).isPositive();
        await().until(() -> {
            long sum = 0;
            for (int i = 0; i < 10_000_000; i++) {
                sum += Long.hashCode(i * 31L);
            }
            return sum != 0 && processes.cpuSeconds(pid, false) > before + 0.02;
        });
        assertThat(processes.cpuSeconds(pid, true)).isGreaterThanOrEqualTo(before);
    }

    @Test
    void aCommandWithBlanksAndParenthesesDoesNotShiftTheFields() {
        String stat = "4711 (a b) c) S 12 4711 4711 0 -1 4194560 1 2 3 4 100 20 7 3 20 0 1 0 100 1000 10 1 1";
        assertThat(Processes.parse(stat)).containsExactly(12, 120, 10);
    }

    @Test
    void aMachineWithoutProcHasNoProcesses(@TempDir Path empty) {
        Processes processes = new Processes(empty.resolve("proc"));
        assertThat(processes.listeningOn(1883)).isEmpty();
        assertThat(processes.cpuSeconds(1, true)).isZero();
    }
}
