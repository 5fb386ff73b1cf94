package io.caravan.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SameOriginTest {

    private final SameOrigin guard = new SameOrigin("box.lan");

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1:9876", "localhost:9876", "localhost", "[::1]:9876", "10.1.2.3:80", "BOX.lan:9876"})
    void addressesAndOwnNamesAreTaken(String host) {
        assertThat(guard.refusal(host, headers())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere.example:9876", "127.0.0.1.elsewhere.example", "localhost.elsewhere.example", ""})
    void aNameThatIsNotOursIsRefusedForAPageMayHaveReboundIt(String host) {
        assertThat(guard.refusal(host, headers())).isPresent();
    }

    @Test
    void aRequestWithoutAHostIsRefused() {
        assertThat(guard.refusal(null, headers())).isPresent();
    }

    @Test
    void theOriginMustBeTheAddressThatWasAskedFor() {
        assertThat(guard.refusal("localhost:9876", headers("Origin", "http://localhost:9876")))
                .isEmpty();
        assertThat(guard.refusal("localhost:9876", headers("Origin", "http://localhost:8080")))
                .isPresent();
        assertThat(guard.refusal("localhost:9876", headers("Origin", "null"))).isPresent();
        assertThat(guard.refusal("localhost:9876", headers("Origin", "ht tp:"))).isPresent();
    }

    @Test
    void whatTheBrowserSaysOfThePageCounts() {
        assertThat(guard.refusal("localhost", headers("Sec-Fetch-Site", "cross-site")))
                .isPresent();
        assertThat(guard.refusal("localhost", headers("Sec-Fetch-Site", "same-site")))
                .isPresent();
        assertThat(guard.refusal("localhost", headers("Sec-Fetch-Site", "same-origin")))
                .isEmpty();
    }

    private static MultiMap headers(String... pairs) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }
}
