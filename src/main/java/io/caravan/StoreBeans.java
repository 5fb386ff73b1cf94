package io.caravan;

import io.caravan.registry.Patience;
import io.caravan.store.DeadLetters;
import io.caravan.store.Newest;
import io.caravan.store.Refused;
import io.caravan.store.Rows;
import io.caravan.store.StoreLedger;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BiConsumer;

/** The beans that the routes of the stage store name. */
final class StoreBeans {

    private StoreBeans() {}

    static void bind(BiConsumer<String, Object> beans, Settings settings, Patience patience, MeterRegistry meters) {
        StoreLedger ledger = new StoreLedger(settings.text("caravan.topic.raw"));
        beans.accept("storeLedger", ledger);
        beans.accept("rows", new Rows(meters, ledger));
        beans.accept("newest", new Newest(patience));
        beans.accept("deadLetters", new DeadLetters());
        beans.accept("refused", new Refused(meters));
    }
}
