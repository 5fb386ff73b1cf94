package io.caravan;

import io.caravan.bench.BenchCommand;
import io.caravan.settings.UserError;
import io.caravan.simulator.SimulateCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code caravan}. Exit codes: 0 done, 1 a failure, 2 a wrong command line or setting. */
@Command(
        name = "caravan",
        description = "Carries telemetry from devices over MQTT and Kafka into a database and an API.",
        mixinStandardHelpOptions = true,
        versionProvider = Caravan.Version.class,
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            SimulateCommand.class,
            BenchCommand.class,
            MigrateCommand.class,
            TokenCommand.class,
            ReplayCommand.class,
            TryCommand.class
        },
        footer = {"", "Settings: application.properties, overlaid by CARAVAN_... variables. See README.md."})
public final class Caravan implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return CommandLine.ExitCode.USAGE;
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Caravan()).setExecutionExceptionHandler((failure, command, result) -> {
            if (failure instanceof UserError) {
                command.getErr().println(command.getColorScheme().errorText(failure.getMessage()));
                return CommandLine.ExitCode.USAGE;
            }
            failure.printStackTrace(command.getErr());
            return CommandLine.ExitCode.SOFTWARE;
        });
    }

    /** The version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Caravan.class.getPackage().getImplementationVersion();
            return new String[] {"caravan " + (version == null ? "(not packaged)" : version)};
        }
    }
}
