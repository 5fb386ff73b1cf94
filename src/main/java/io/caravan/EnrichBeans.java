package io.caravan;

import io.caravan.decode.Decoder;
import io.caravan.decode.Weight;
import io.caravan.enrich.DecodeBatch;
import io.caravan.enrich.Directory;
import io.caravan.enrich.Enricher;
import io.caravan.enrich.Outbox;
import io.caravan.enrich.Ownership;
import io.caravan.enrich.Provisioning;
import io.caravan.kafka.WatchedConsumers;
import io.caravan.ledger.CommittedLedger;
import io.caravan.registry.DeviceRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.camel.Processor;

/** The beans that the routes of the stage enrich name. */
final class EnrichBeans {

    private EnrichBeans() {}

    /** @param consumers are told what messages weigh, and tell when partitions leave this process */
    static void bind(
            BiConsumer<String, Object> beans,
            Settings settings,
            DeviceRegistry registry,
            WatchedConsumers consumers,
            MeterRegistry meters) {
        boolean autoProvision = settings.flag("caravan.devices.auto-provision");
        int cap = settings.number("caravan.devices.cap", 1, Integer.MAX_VALUE);
        Directory directory = new Directory();
        Map<String, Decoder> decoders = Dialects.decoders(settings, new Dialects.Lookups(registry));
        Enricher enricher = new Enricher(registry, KafkaSizes.of(settings).record());
        Outbox outbox = new Outbox(settings.text("caravan.topic.enriched"), meters);
        beans.accept("directory", directory);
        beans.accept("decodeBatch", new DecodeBatch(decoders::get, new Ownership(directory, autoProvision)));
        beans.accept("provisioning", new Provisioning(directory, registry, cap));
        beans.accept("enricher", processor(enricher::enrich));
        beans.accept("openOutbox", processor(outbox::open));
        beans.accept("addToOutbox", processor(outbox::add));
        beans.accept("closeOutbox", processor(outbox::close));
        beans.accept("refusedToDeadLetter", processor(outbox::refused));
        CommittedLedger ledger = new CommittedLedger();
        beans.accept("enrichLedger", ledger);
        consumers.onLeave("caravan-enrich", ledger::left);
        consumers.weigh("caravan-enrich", Weight::of);
    }

    private static Processor processor(Processor step) {
        return step;
    }
}
