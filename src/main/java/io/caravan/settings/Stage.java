package io.caravan.settings;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Route;
import org.apache.camel.spi.Resource;

/** A stage of the pipeline: the route files whose names begin with its own. Any subset runs in one process. */
public enum Stage {
    INGEST,
    ENRICH,
    STORE,
    WINDOW,
    API;

    /** The name by which users choose it, and with which its route files begin. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The stage to whose files a route belongs: {@code store} for one of {@code store.camel.yaml} or {@code
     * store-latest.camel.yaml}. What is loaded for all stages has the name of its file, {@code registry}; a route that no file
     * holds, because it is made of a template, has that of its group, or the empty text.
     */
    public static String labelOf(Route route) {
        Resource file = route.getSourceResource();
        if (file == null) {
            return route.getGroup() == null ? "" : route.getGroup();
        }
        String name = file.getLocation().substring(file.getLocation().lastIndexOf('/') + 1);
        return name.split("[-.]", 2)[0];
    }

    /**
     * Reads a list such as {@code ingest,enrich}.
     *
     * @throws UserError when it names none, or one that is not there
     */
    public static Set<Stage> parse(String list) {
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        for (String name : list.split(",", -1)) {
            String wanted = name.strip();
            boolean known = false;
            for (Stage stage : values()) {
                if (stage.label().equals(wanted)) {
                    stages.add(stage);
                    known = true;
                }
            }
            if (!known) {
                throw new UserError("caravan.stages: there is no stage '" + wanted
                        + "', only ingest, enrich, store, window and api");
            }
        }
        return stages;
    }
}
