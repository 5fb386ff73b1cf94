package io.caravan.signin;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of every command that asks a demo on this machine, whose secrets it finds there. */
public final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where the demo keeps its data, and its secrets. Default: ./${DEFAULT-VALUE}.")
    private Path folder;

    public Path folder() {
        return folder;
    }
}
