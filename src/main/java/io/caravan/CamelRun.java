package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import java.nio.file.Path;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

/**
 * Lets Camel's own command run the routes: {@code camel run} makes the context and reads the route files that it is given, this
 * adds the beans that they name, from the settings of {@code application.properties} and the environment. It is found by {@code
 * camel.main.configurationClasses}.
 */
public final class CamelRun implements CamelConfiguration {

    /** @throws UserError when a setting cannot be used */
    @Override
    public void configure(CamelContext context) throws Exception {
        // Java looks for drivers on the class path of the command, and jars that it is given are not there.
        Class.forName("org.postgresql.Driver");
        Settings settings = Settings.load(Path.of("application.properties"), System.getenv());
        new Application(settings, Stage.parse(settings.text("caravan.stages"))).prepare(context);
        QuietEvents.quieten(context);
    }
}
