package io.caravan.reload;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.caravan.settings.RouteFiles;
import io.caravan.settings.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ServiceStatus;
import org.apache.camel.main.Main;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteTemplateDefinition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LiveRoutesTest {

    private static final String ERRORS =
            """
            - routeConfiguration:
                id: shared
                onException:
                  - onException:
                      exception:
                        - java.lang.IllegalStateException
                      handled:
                        constant: "true"
                      steps:
                        - setBody:
                            constant: "first"
            """;

    private static final String RETRIED =
            """
            - routeConfiguration:
                id: retried
                onException:
                  - onException:
                      exception:
                        - java.lang.Exception
                      redeliveryPolicy:
                        maximumRedeliveries: -1
                        redeliveryDelay: 10
            - route:
                id: caller
                routeConfigurationId: retried
                from:
                  uri: direct:caller
                  steps:
                    - to:
                        uri: direct:neighbour
            """;

    private static final String STORE =
            """
            - route:
                id: greet
                routeConfigurationId: shared
                from:
                  uri: direct:greet
                  steps:
                    - setBody:
                        constant: "hello"
            - route:
                id: fail
                routeConfigurationId: shared
                from:
                  uri: direct:fail
                  steps:
                    - throwException:
                        exceptionType: java.lang.IllegalStateException
                        message: "no"
            """;

    private static final String API =
            """
            - route:
                id: neighbour
                from:
                  uri: direct:neighbour
                  steps:
                    - process:
                        ref: keep
            """;

    @TempDir
    Path folder;

    private final Main main = new Main();
    private final List<String> kept = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LiveRoutes.class);
    private CamelContext context;
    private ProducerTemplate client;
    private LiveRoutes live;

    @BeforeEach
    void start() throws Exception {
        log.start();
        logger.addAppender(log);
        write("errors", ERRORS);
        write("registry", RETRIED);
        write("store", STORE);
        write("api-neighbour", API);
        write(
                "ingest",
                "- route:\n    id: not-ours\n    from:\n      uri: direct:not-ours\n      steps:\n        - stop: {}\n");
        Properties properties = new Properties();
        properties.put("caravan.greeting", "good day");
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setOverrideProperties(properties);
        Processor keep = exchange -> kept.add(exchange.getMessage().getBody(String.class));
        main.bind("keep", keep);
        RouteFiles files = new RouteFiles(folder, Set.of(Stage.STORE, Stage.API));
        main.configure()
                .withRoutesIncludePattern(files.read().keySet().stream()
                        .reduce((a, b) -> a + "," + b)
                        .orElseThrow());
        main.start();
        context = main.getCamelContext();
        client = context.createProducerTemplate();
        live = new LiveRoutes(context, files, properties);
        live.start();
    }

    @AfterEach
    void stop() {
        live.close();
        main.stop();
        logger.detachAppender(log);
    }

    @Test
    void aGoodEditIsLive() throws Exception {
        write("store", STORE.replace("hello", "{{caravan.greeting}}"));

        await().until(() -> greeting().equals("good day"));
        assertThat(client.requestBody("direct:fail", "", String.class)).isEqualTo("first");
    }

    @Test
    void routesThatTheEditDoesNotChangeRunOn() throws Exception {
        var neighbour = context.getRoute("neighbour");
        var fail = context.getRoute("fail");

        write("store", STORE.replace("hello", "good day"));

        await().until(() -> greeting().equals("good day"));
        assertThat(context.getRoute("neighbour")).isSameAs(neighbour);
        assertThat(context.getRoute("fail")).isSameAs(fail);
    }

    @Test
    void textThatIsNoYamlIsRefusedWithItsLineAndTheOldRouteWorks() throws Exception {
        refuses(STORE.replace("uri: direct:fail", "uri: [direct:fail"), "store.camel.yaml:14: ");
    }

    @Test
    void aStepThatCamelDoesNotKnowIsRefusedWithItsLine() throws Exception {
        refuses(STORE.replace("- setBody:", "- setTheBody:"), "store.camel.yaml:7: ", "setTheBody");
    }

    @Test
    void anOptionThatAnEndpointDoesNotHaveIsRefusedWithItsLine() throws Exception {
        refuses(STORE.replace("direct:greet", "direct:greet?volume=11"), "store.camel.yaml:5: ", "volume");
    }

    @Test
    void aBeanThatIsNotThereIsRefusedWithItsLine() throws Exception {
        refuses(
                STORE.replace("- setBody:", "- process:\n            ref: nobody\n        - setBody:"),
                "store.camel.yaml:8: ",
                "nobody");
        refuses(
                STORE.replace("- setBody:", "- bean:\n            ref: noBean\n        - setBody:"),
                "store.camel.yaml:8: ",
                "noBean");
    }

    @Test
    void anIdThatAnotherFileHasIsRefused() throws Exception {
        refuses("# neighbour\n" + STORE.replace("id: fail", "id: neighbour"), "store.camel.yaml:11: ", "neighbour");
    }

    @Test
    void anIdThatComesTwiceInAFileIsRefusedWhereItComesAgain() throws Exception {
        refuses(STORE.replace("id: fail", "id: greet"), "store.camel.yaml:10: ", "greet");
        refuses(
                STORE.replace("- setBody:", "- setBody:\n            id: twice")
                        .replace("- throwException:", "- throwException:\n            id: twice"),
                "store.camel.yaml:17: ",
                "twice");
    }

    @Test
    void aRouteConfigurationThatIsNotThereIsRefusedWithItsLine() throws Exception {
        refuses(
                STORE.replaceFirst("routeConfigurationId: shared", "routeConfigurationId: sharde"),
                "store.camel.yaml:3: ",
                "sharde");
    }

    @Test
    void aDirectEndpointIsReadByOneRouteNeitherMoreNorLess() throws Exception {
        refuses(STORE.replace("direct:fail", "direct:greet"), "store.camel.yaml:13: ", "direct:greet");
        refuses(
                STORE.replace("- setBody:", "- to:\n            uri: direct:nowhere\n        - setBody:"),
                "store.camel.yaml:8: ",
                "direct:nowhere");
    }

    @Test
    void aTextThatIsNoListOfRoutesIsRefused() throws Exception {
        refuses("route:\n  id: greet\n", "store.camel.yaml:1: ");
        refuses("not yet\n", "store.camel.yaml:1: ");
        refuses("", "store.camel.yaml");
    }

    @Test
    void aRouteWithoutAnIdIsRefusedWithItsLine() throws Exception {
        refuses(STORE.replace("    id: fail\n", ""), "store.camel.yaml:9: ");
    }

    @Test
    void aMethodThatABeanDoesNotHaveIsRefusedWithItsLine() throws Exception {
        refuses(
                STORE.replace(
                        "- setBody:", "- bean:\n            ref: keep\n            method: lose\n        - setBody:"),
                "store.camel.yaml:9: ",
                "lose");
    }

    @Test
    void aKeyWithoutAValueIsRefused() throws Exception {
        refuses(STORE.replace("hello", "{{caravan.nothing}}"), "store.camel.yaml", "caravan.nothing");
    }

    @Test
    void aGoodEditAfterABadOneIsLive() throws Exception {
        refuses(STORE.replace("- setBody:", "- setTheBody:"), "store.camel.yaml:7: ");

        write("store", STORE.replace("hello", "recovered"));

        await().until(() -> greeting().equals("recovered"));
    }

    @Test
    void aBadFileDoesNotHoldBackAGoodEditOfAnother() throws Exception {
        refuses(STORE.replace("- setBody:", "- setTheBody:"), "store.camel.yaml:7: ");

        write(
                "api-neighbour",
                API.replace("- process:", "- setBody:\n            constant: changed\n        - process:"));

        await().until(() -> {
            client.sendBody("direct:neighbour", "as it was");
            return kept.contains("changed");
        });
        assertThat(greeting()).isEqualTo("hello");
    }

    @Test
    void anItemOrFileThatIsRemovedTakesItsRouteAlong() throws Exception {
        write("store", STORE.substring(0, STORE.indexOf("- route:\n    id: fail")));
        await().until(() -> context.getRoute("fail") == null);

        Files.delete(folder.resolve("registry.camel.yaml"));
        await().until(() -> context.getRoute("caller") == null);
        Files.delete(folder.resolve("api-neighbour.camel.yaml"));
        await().until(() -> context.getRoute("neighbour") == null);
        assertThat(greeting()).isEqualTo("hello");
    }

    @Test
    void aFileThatOthersNeedIsNotTakenAway() throws Exception {
        int before = log.list.size();
        Files.delete(folder.resolve("api-neighbour.camel.yaml"));
        await().until(() -> log.list.size() > before);
        assertThat(refusal()).contains("registry.camel.yaml:", "no route reads direct:neighbour");
        Files.delete(folder.resolve("errors.camel.yaml"));
        await().until(() -> log.list.size() > before + 1);

        assertThat(refusal()).contains("store.camel.yaml:3: ", "there is no route configuration shared");
        assertThat(client.requestBody("direct:fail", "", String.class)).isEqualTo("first");
        assertThat(context.getRoutes()).hasSize(4);
    }

    @Test
    void aNewFileOfAStageStartsAndOneOfAnotherStageDoesNot() throws Exception {
        write("ingest-more", API.replace("neighbour", "foreign"));
        write("store-more", API.replace("neighbour", "newcomer"));

        await().until(() -> context.getRoute("newcomer") != null);
        assertThat(context.getRoute("foreign")).isNull();
    }

    @Test
    void aChangedConfigurationReachesTheRoutesOfOtherFiles() throws Exception {
        var neighbour = context.getRoute("neighbour");

        write("errors", ERRORS.replace("first", "second"));

        await().until(() -> "second".equals(client.requestBody("direct:fail", "", String.class)));
        assertThat(context.getRoute("neighbour")).isSameAs(neighbour);
    }

    @Test
    void noMessageIsLostWhileItsRouteIsReplacedAgainAndAgain() throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        ExecutorService sender = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> sent = sender.submit(() -> {
                int count = 0;
                while (going.get()) {
                    client.sendBody("direct:caller", Integer.toString(count++));
                }
                return count;
            });
            for (int i = 0; i < 3; i++) {
                var before = context.getRoute("neighbour");
                write(
                        "api-neighbour",
                        API.replace(
                                "steps:",
                                "steps:\n        - setHeader:\n            name: round\n            constant: \"" + i
                                        + "\""));
                await().until(() -> {
                    var now = context.getRoute("neighbour");
                    return now != null
                            && now != before
                            && context.getRouteController().getRouteStatus("neighbour") == ServiceStatus.Started;
                });
            }
            going.set(false);
            int expected = sent.get();
            assertThat(Set.copyOf(kept))
                    .as("one may come twice, none is missing")
                    .hasSize(expected);
        } finally {
            going.set(false);
            sender.shutdownNow();
        }
    }

    @Test
    void aTemplateIsReplacedForTheRoutesThatAreMadeOfItNextAndABadEditOfItIsRefused() throws Exception {
        String template =
                """
                - routeTemplate:
                    id: greeter
                    parameters:
                      - name: whom
                    route:
                      from:
                        uri: "direct:greet-{{whom}}"
                        steps:
                          - setBody:
                              constant: "hello {{whom}}"
                """;
        write("store-greeter", template);
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        await().until(() -> model.getRouteTemplateDefinition("greeter") != null);
        RouteTemplateDefinition first = model.getRouteTemplateDefinition("greeter");
        model.addRouteFromTemplate("greet-ann", "greeter", Map.of("whom", "ann"));
        assertThat(client.requestBody("direct:greet-ann", "", String.class)).isEqualTo("hello ann");

        write("store-greeter", template.replace("constant:", "nonsense:"));
        await().until(() -> refusals() == 1);
        assertThat(model.getRouteTemplateDefinition("greeter")).isSameAs(first);

        write("store-greeter", template.replace("greet-{{whom}}", "greet-{{whom}}?volume=11"));
        await().until(() -> refusals() == 2);
        assertThat(model.getRouteTemplateDefinition("greeter"))
                .as("what only a route of it shows")
                .isSameAs(first);

        write("store-greeter", template.replace("hello", "good day"));
        await().until(() -> model.getRouteTemplateDefinition("greeter") != null
                && model.getRouteTemplateDefinition("greeter") != first);
        model.addRouteFromTemplate("greet-bob", "greeter", Map.of("whom", "bob"));
        assertThat(client.requestBody("direct:greet-bob", "", String.class)).isEqualTo("good day bob");
        assertThat(client.requestBody("direct:greet-ann", "", String.class))
                .as("of the first")
                .isEqualTo("hello ann");
    }

    private void refuses(String store, String... words) throws IOException {
        int before = log.list.size();
        write("store", store);
        await().until(() -> log.list.size() > before);
        assertThat(refusal()).contains(words).contains("Not taken").doesNotContain("\n");
        assertThat(greeting()).isEqualTo("hello");
        assertThat(context.getRoutes()).hasSize(4);
    }

    private long refusals() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getFormattedMessage().contains("Not taken"))
                .count();
    }

    private String refusal() {
        return log.list.get(log.list.size() - 1).getFormattedMessage();
    }

    private String greeting() {
        return client.requestBody("direct:greet", "", String.class);
    }

    /** In one move, as editors do: half a file is never seen. */
    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name + ".tmp");
        Files.writeString(file, text);
        Files.move(file, folder.resolve(name + ".camel.yaml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static ConditionFactory await() {
        return Awaitility.await().pollInterval(Duration.ofMillis(20)).ignoreExceptions();
    }
}
