package io.caravan;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Has every test wait for five minutes for what it waits for, in vain only when it does not come: machines are starved for a minute now
 * and then, by others on the same host.
 */
public final class Patience implements BeforeAllCallback {

    /** How long a test waits at most for something that is sure to happen. */
    public static final Duration LONGEST = Duration.ofMinutes(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LONGEST);
    }
}
