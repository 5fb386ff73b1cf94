package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code caravan run}. */
@Command(
        name = "run",
        description = {
            "Runs the application, or some of its stages, against the servers named in application.properties.",
            "A server that is down is waited for; /readyz tells which one it is."
        },
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Mixin
    private DevOption dev;

    @Option(
            names = "--stages",
            paramLabel = "STAGES",
            description = "Any of ingest,enrich,store,window,api. Default: all (caravan.stages).")
    private String stages;

    @Override
    public Integer call() throws Exception {
        Settings settings = dev.applyTo(config.settings());
        if (stages != null) {
            settings = settings.with(Map.of("caravan.stages", stages));
        }
        Set<Stage> chosen = Stage.parse(settings.text("caravan.stages"));
        try (Shutdown shutdown = new Shutdown()) {
            Application application = shutdown.closesWithin(Application.LONGEST_END, new Application(settings, chosen));
            application.start();
            shutdown.await();
        }
        return 0;
    }
}
