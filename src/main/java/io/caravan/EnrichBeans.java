package io.caravan;

import io.caravan.decode.Decoder;
import io.caravan.decode.Weight;
import io.caravan.enrich.DecodeBatch;
import io.caravan.enrich.Directory;
import io.caravan.enrich.Enricher;
import io.caravan.enrich.Outbox;
import io.caravan.enrich.Ownership;
import io.caravan.enrich.Provisioning;
import io.caravan.enrich.Quota;
import io.caravan.enrich.RegisteredApplications;
import io.caravan.f2.Parameters;
import io.caravan.kafka.WatchedConsumers;
import io.caravan.ledger.CommittedLedger;
import io.caravan.limits.MessageLimits;
import io.caravan.limits.TenantLimits;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.MappedDialect;
import io.caravan.registry.TableChanges;
import io.caravan.settings.Settings;
import io.caravan.signin.SignInSettings;
import io.caravan.sparkplug.Certificates;
import io.caravan.sparkplug.Rebirths;
import io.caravan.sparkplug.Sessions;
import io.caravan.tenant.TopicOwners;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.camel.Processor;

/** The beans that the routes of the stage enrich name. */
final class EnrichBeans {

    private EnrichBeans() {}

    /**
     * Binds them.
     *
     * @param consumers are told what messages weigh, and tell when partitions leave this process
     * @return to be closed after the routes
     */
    static List<TableChanges> bind(
            BiConsumer<String, Object> beans,
            Settings settings,
            DeviceRegistry registry,
            WatchedConsumers consumers,
            TenantLimits limits,
            MeterRegistry meters) {
        boolean autoProvision = settings.flag("caravan.devices.auto-provision");
        int cap = settings.number("caravan.devices.cap", 1, Integer.MAX_VALUE);
        Directory directory = new Directory();
        Parameters f2 = new Parameters();
        Sessions sessions = new Sessions();
        Rebirths rebirths = rebirths(settings, meters);
        Map<String, Decoder> decoders =
                Dialects.decoders(settings, new Dialects.Lookups(registry, f2, sessions, rebirths));
        RegisteredApplications applications = new RegisteredApplications();
        Enricher enricher =
                new Enricher(registry, applications, KafkaSizes.of(settings).record());
        Outbox outbox = new Outbox(settings.text("caravan.topic.enriched"), meters);
        TableChanges f2Changes = changes(TableChanges.F2_PARAMETERS, settings);
        TableChanges topicChanges = changes(TableChanges.MQTT_USERS, settings);
        TopicOwners owners = new TopicOwners();
        beans.accept("f2Parameters", f2);
        beans.accept("f2Changes", f2Changes);
        beans.accept("topicOwners", owners);
        beans.accept("topicChanges", topicChanges);
        TableChanges applicationChanges = changes(TableChanges.APPLICATIONS, settings);
        beans.accept("registeredApplications", applications);
        beans.accept("applicationChanges", applicationChanges);
        beans.accept("certificates", new Certificates(sessions));
        beans.accept("rebirths", rebirths);
        beans.accept("directory", directory);
        beans.accept(
                "decodeBatch",
                new DecodeBatch(
                        decoderOf(decoders, registry),
                        new Ownership(directory, owners, autoProvision, SignInSettings.isOn(settings)),
                        applications));
        beans.accept("quota", new Quota(new MessageLimits(limits, meters)));
        beans.accept("provisioning", new Provisioning(directory, registry, autoProvision, cap));
        beans.accept("enricher", processor(enricher::enrich));
        beans.accept("openOutbox", processor(outbox::open));
        beans.accept("addToOutbox", processor(outbox::add));
        beans.accept("closeOutbox", processor(outbox::close));
        beans.accept("refusedToDeadLetter", processor(outbox::refused));
        CommittedLedger ledger = new CommittedLedger();
        beans.accept("enrichLedger", ledger);
        consumers.onLeave("caravan-enrich", partitions -> {
            ledger.left(partitions);
            sessions.left(partitions);
        });
        consumers.weigh("caravan-enrich", Weight::of);
        return List.of(f2Changes, topicChanges, applicationChanges);
    }

    static TableChanges changes(String channel, Settings settings) {
        return new TableChanges(
                channel,
                settings.text("caravan.db.url"),
                settings.text("caravan.db.user"),
                DatabaseServer.password(settings, "caravan.db"));
    }

    private static Rebirths rebirths(Settings settings, MeterRegistry meters) {
        String key = "caravan.sparkplug.rebirth-interval";
        return new Rebirths(
                settings.text("caravan.topic.commands"),
                settings.text(key).equals("off") ? null : settings.duration(key),
                settings.duration("caravan.sparkplug.reorder-timeout"),
                meters);
    }

    /** Those of the dialects that Caravan knows by itself, and those of the device registry as it is now. */
    private static Function<String, Decoder> decoderOf(Map<String, Decoder> known, DeviceRegistry registry) {
        return name -> {
            Decoder decoder = known.get(name);
            if (decoder != null) {
                return decoder;
            }
            MappedDialect declared = registry.types().dialects().get(name);
            return declared == null ? null : declared.decoder();
        };
    }

    private static Processor processor(Processor step) {
        return step;
    }
}
