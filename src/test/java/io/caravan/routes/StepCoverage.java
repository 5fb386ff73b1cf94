package io.caravan.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Notes the ids of the steps that the route tests run, in a file of this JVM: {@link RouteCoverageCheck} compares them with
 * the steps of routes/ when all tests are over. Bound in a Camel context's registry, it works by itself. Thread-safe.
 */
final class StepCoverage implements InterceptStrategy {

    static final Path FOLDER = Path.of("target", "route-coverage");

    private static final Set<String> NOTED = ConcurrentHashMap.newKeySet();

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(org.apache.camel.Exchange exchange, org.apache.camel.AsyncCallback callback) {
                note(step.getId());
                return super.process(exchange, callback);
            }
        };
    }

    private static void note(String step) {
        if (NOTED.add(step)) {
            try {
                Files.createDirectories(FOLDER);
                Files.writeString(
                        FOLDER.resolve(ProcessHandle.current().pid() + ".txt"),
                        step + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
