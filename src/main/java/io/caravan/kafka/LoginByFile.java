package io.caravan.kafka;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.authenticator.SaslClientCallbackHandler;

/**
 * Signs a client of Kafka in (SASL PLAIN or SCRAM) with the user and the password of that moment, with every connection and
 * every time that the broker asks again (KIP-368). Kafka itself reads them once, when the client is made.
 */
public final class LoginByFile extends SaslClientCallbackHandler {

    /** The setting of a client that has the supplier of its {@link Login}. */
    public static final String LOGIN = "caravan.login";

    private Supplier<Login> login;

    /** Its text has no password. */
    public record Login(String username, String password) {
        @Override
        public String toString() {
            return username;
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        super.configure(configs, mechanism, entries);
        login = (Supplier<Login>) configs.get(LOGIN);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        Login now = login.get();
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(now.username());
            } else if (callback instanceof PasswordCallback password) {
                password.setPassword(now.password().toCharArray());
            } else {
                super.handle(new Callback[] {callback});
            }
        }
    }
}
