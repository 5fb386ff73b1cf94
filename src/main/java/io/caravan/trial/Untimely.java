package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.MessageRules;
import io.caravan.registry.DeviceRegistry;
import java.util.List;

/** Says where times of a payload are hardly in the unit that the registry says. Stateless. */
public final class Untimely {

    private Untimely() {}

    /** One line at most, where a dialect of the registry has read the payload. */
    public static List<String> lines(Outcome outcome, byte[] whole, DeviceRegistry registry) {
        MessageRules rules = outcome.rules(registry);
        JsonNode payload = rules == null ? null : outcome.tree(whole, registry);
        String doubt = payload == null ? null : rules.doubtOfUnit(payload, System.currentTimeMillis() * 1_000);
        return doubt == null ? List.of() : List.of("\"unit\" of \"timestamp\" may be wrong: " + doubt);
    }
}
