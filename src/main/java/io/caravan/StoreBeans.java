package io.caravan;

import io.caravan.registry.Patience;
import io.caravan.settings.Settings;
import io.caravan.store.CommandStates;
import io.caravan.store.DeadLetters;
import io.caravan.store.Newest;
import io.caravan.store.Replays;
import io.caravan.store.Rows;
import io.caravan.store.StoreLedger;
import io.caravan.store.Waiting;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BiConsumer;

/** The beans that the routes of the stage store name. */
final class StoreBeans {

    private StoreBeans() {}

    static void bind(BiConsumer<String, Object> beans, Settings settings, Patience patience, MeterRegistry meters) {
        String raw = settings.text("caravan.topic.raw");
        StoreLedger ledger = new StoreLedger(raw);
        beans.accept("storeLedger", ledger);
        beans.accept("rows", new Rows(meters, ledger));
        beans.accept("newest", new Newest(patience, meters));
        beans.accept("deadLetters", new DeadLetters(LimitSettings.isWaiting(settings)));
        beans.accept("commandStates", new CommandStates());
        beans.accept("waiting", new Waiting(meters));
        beans.accept("replays", new Replays(raw, meters));
    }
}
