package io.caravan.it;

import org.apache.camel.dsl.jbang.core.commands.CamelJBangMain;

/** The command {@code camel}, whose own class has no main method: JBang gives it one. */
final class CamelCommand {

    private CamelCommand() {}

    public static void main(String[] arguments) {
        CamelJBangMain.run(arguments);
    }
}
