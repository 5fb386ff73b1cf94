package io.caravan;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caravan migrate}. */
@Command(
        name = "migrate",
        description = "Brings the schema of the database (caravan.db.url) up to date.",
        mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        int ran = DatabaseServer.migrations(config.settings()).run();
        spec.commandLine().getOut().println(ran == 0 ? "The database is up to date." : "Migrations run: " + ran);
        return 0;
    }
}
