package io.caravan.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class DirectoryTest {

    private final Directory directory = new Directory();

    @Test
    void devicesOfOneIdAreToldApartByTheirTenants() {
        directory.add(List.of(row("a", "d", "meter"), row("b", "d", "breaker"), row("a", "e", "meter")));

        assertThat(directory.find("a", "d").deviceType()).isEqualTo("meter");
        assertThat(directory.find("b", "d").deviceType()).isEqualTo("breaker");
        assertThat(directory.find("b", "e")).isNull();
        assertThat(directory.find("c", "d")).isNull();
    }

    @Test
    void theOnlyDeviceOfAnIdIsFoundUntilAnotherTenantHasOne() {
        directory.add(List.of(row("a", "d", "meter")));
        assertThat(directory.findOnly("d").tenant()).isEqualTo("a");

        directory.add(List.of(row("a", "d", "breaker")));
        assertThat(directory.findOnly("d").deviceType()).isEqualTo("breaker");

        directory.add(List.of(row("b", "d", "meter")));
        assertThat(directory.findOnly("d")).isNull();
        assertThat(directory.findOnly("e")).isNull();
    }

    @Test
    void whatIsNoLongerAmongAllOfThemIsForgotten() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        directory.add(List.of(row("a", "d", "meter"), row("b", "d", "meter")));

        directory.ask(exchange);
        directory.take(List.of(row("b", "d", "meter")));

        assertThat(directory.find("a", "d")).isNull();
        assertThat(directory.findOnly("d").tenant()).isEqualTo("b");
        assertThat(directory.isKnown("d")).isTrue();
        assertThat(directory.isKnown("e")).isFalse();
    }

    private static Map<String, Object> row(String tenant, String id, String type) {
        return new HashMap<>(Map.of("tenant_id", tenant, "device_id", id, "device_type", type));
    }
}
