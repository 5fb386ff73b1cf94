package io.caravan.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;

class AlikeMBeansTest {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    @Test
    void everyMBeanSaysWhatCamelsOwnDoes() throws Exception {
        Map<String, String> own;
        try (Context context = new Context("alike-own", false)) {
            own = context.told();
        }
        try (Context context = new Context("alike-ours", true)) {
            assertThat(own).hasSizeGreaterThan(10);
            assertThat(context.told()).containsAllEntriesOf(own);
        }
    }

    @Test
    void eachSpeaksOfItsOwnStep() throws Exception {
        try (Context context = new Context("alike-steps", true)) {
            context.main.getCamelTemplate().sendBody("direct:even", 2);
            context.main.getCamelTemplate().sendBody("direct:even", 1);

            assertThat(SERVER.getAttribute(context.name("processors", "all"), "ExchangesTotal"))
                    .isEqualTo(2L);
            assertThat(SERVER.getAttribute(context.name("processors", "chosen"), "ExchangesTotal"))
                    .isEqualTo(1L);
            assertThat(SERVER.invoke(context.name("processors", "chosen"), "reset", null, null))
                    .isNull();
            assertThat(SERVER.getAttribute(context.name("processors", "chosen"), "ExchangesTotal"))
                    .isEqualTo(0L);
            assertThat(SERVER.getAttribute(context.name("processors", "all"), "ProcessorId"))
                    .isEqualTo("all");
        }
    }

    private static final class Context implements AutoCloseable {

        private final Main main = new Main();
        private final String name;

        Context(String name, boolean alike) throws Exception {
            this.name = name;
            main.configure().withName(name);
            if (alike) {
                main.configure().addMainListener(AlikeMBeans.forContext());
            }
            main.configure().addRoutesBuilder(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:even")
                            .routeId("even")
                            .log("of ${body}")
                            .id("all")
                            .filter(simple("${body} range '2..3'"))
                            .id("filter")
                            .log("chosen")
                            .id("chosen")
                            .end();
                    from("timer:tick?repeatCount=1")
                            .routeId("tick")
                            .to("direct:even")
                            .id("on");
                }
            });
            main.start();
        }

        /** What each MBean says that it has, by its name. */
        Map<String, String> told() throws Exception {
            Map<String, String> told = new TreeMap<>();
            for (ObjectName one : SERVER.queryNames(new ObjectName("org.apache.camel:context=" + name + ",*"), null)) {
                MBeanInfo info = SERVER.getMBeanInfo(one);
                String features = Stream.of(info.getAttributes(), info.getOperations(), info.getNotifications())
                        .flatMap(Stream::of)
                        .map(MBeanFeatureInfo::toString)
                        .sorted()
                        .reduce(info.getClassName() + info.getDescription(), (all, more) -> all + '\n' + more);
                told.put(
                        one.getCanonicalName().replace(name, "context").replaceAll("0x[0-9a-f]+", "identity"),
                        features);
            }
            return told;
        }

        ObjectName name(String type, String id) throws Exception {
            return new ObjectName("org.apache.camel:context=" + name + ",type=" + type + ",name=\"" + id + "\"");
        }

        @Override
        public void close() {
            main.stop();
        }
    }
}
