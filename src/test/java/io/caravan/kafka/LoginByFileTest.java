package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.kafka.LoginByFile.Login;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.security.sasl.Sasl;
import org.junit.jupiter.api.Test;

class LoginByFileTest {

    @Test
    void everySignInIsByTheUserAndThePasswordOfThatMoment() throws Exception {
        AtomicReference<Login> login = new AtomicReference<>(new Login("caravan", "one"));
        Supplier<Login> supplier = login::get;
        LoginByFile handler = new LoginByFile();
        handler.configure(Map.of(LoginByFile.LOGIN, supplier), "PLAIN", List.of());

        assertThat(plain(handler)).isEqualTo("\0caravan\0one");
        login.set(new Login("other", "two"));
        assertThat(plain(handler)).isEqualTo("\0other\0two");
    }

    @Test
    void itsTextHasNoPassword() {
        assertThat(new Login("caravan", "one").toString()).isEqualTo("caravan");
    }

    /** What the client says first (RFC 4616). */
    private static String plain(LoginByFile handler) throws Exception {
        return new String(
                Sasl.createSaslClient(new String[] {"PLAIN"}, null, "kafka", "localhost", Map.of(), handler)
                        .evaluateChallenge(new byte[0]),
                StandardCharsets.UTF_8);
    }
}
